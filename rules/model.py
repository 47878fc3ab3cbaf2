"""What every part of a pack is: frozen, with unknown keys refused, and wording in two languages."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

Lang = Literal["zh", "en"]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
T = TypeVar("T")


def _calendar_day(raw: object) -> object:
    if isinstance(raw, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        raise ValueError(f"a day is written YYYY-MM-DD, not {raw[:40]!r}")
    return raw


CalendarDay = Annotated[date, BeforeValidator(_calendar_day)]
"""A day of a pack, written YYYY-MM-DD; a bare number is refused instead of being taken for seconds since 1970."""


class PackModel(BaseModel):
    """Base of all that is read from a pack."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Text(PackModel):
    """Wording in both languages. It never takes part in a policy's digest: to reword is not to amend."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def of(self, lang: str) -> str:
        """The wording in `lang`; anything but ``en`` is answered in Chinese, the first language."""
        return self.en if lang == "en" else self.zh


class Dated(PackModel, Generic[T]):
    """A value of the text from a day on, until the next one of its series begins."""

    since: CalendarDay = Field(alias="from")
    value: T


def _ascending(series: tuple[Dated[Any], ...]) -> tuple[Dated[Any], ...]:
    if not series:
        raise ValueError("needs at least one dated value")
    for earlier, later in pairwise(series):
        if later.since <= earlier.since:
            raise ValueError(f"dated values overlap: {later.since} does not come after {earlier.since}")
    return series


Ascending = AfterValidator(_ascending)
"""Marks a series of dated values; two that begin on one day, or out of order, are refused as overlapping."""


def in_force(series: Sequence[Dated[T]], on: date) -> T:
    """The value in force on a day; before the first day, the first one (Q16)."""
    current = series[0]
    for entry in series[1:]:
        if entry.since > on:
            break
        current = entry
    return current.value


def _whole(raw: object) -> object:
    return int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) <= 9 else raw


Whole = Annotated[StrictInt, BeforeValidator(_whole)]
"""A small whole number; scalars of a pack arrive as text."""
