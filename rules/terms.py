"""Instalment terms in the policy's words: how many, at which yearly round, on what condition released."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rules.model import Identifier, PackModel, Whole

_LONGEST = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}


class Round(PackModel):
    """The day of the year on which payments nominally fall due."""

    month: Annotated[Whole, Field(ge=1, le=12)]
    day: Annotated[Whole, Field(ge=1, le=31)]

    @model_validator(mode="after")
    def _every_year_has_it(self) -> "Round":
        if self.day > _LONGEST.get(self.month, 31):
            raise ValueError(f"month {self.month} does not have a day {self.day} in every year")
        return self


class Release(PackModel):
    """The condition that is tested again for each period before an instalment is paid (Q2).

    From instalment `from_number` on it is always tested. Before that, only if a whole period has ended by then (`if_ended`), or
    not at all (`never`).
    """

    condition: Identifier
    from_number: Annotated[Whole, Field(alias="from", ge=1)]
    period: Literal["operating_year"]
    earlier: Literal["if_ended", "never"]
    starts: Identifier
    """Key of the date from which operating years are counted."""
    question: Identifier | None = None


class Terms(PackModel):
    """How an award is paid. The number of weights is the number of instalments, one a year."""

    weights: Annotated[tuple[Annotated[Whole, Field(ge=1)], ...], Field(min_length=1, max_length=50)]
    round: Round
    release: Release | None = None
    clause: Identifier
    questions: tuple[Identifier, ...] = ()
