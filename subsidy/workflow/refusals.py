"""Refusals that name points of a policy, in the policy's own words for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.model import Text
from subsidy.errors import FieldFault, Refused
from subsidy.locale import text


class Unready(Refused):
    """An application cannot be decided so yet; `points` are what stands in the way."""

    def __init__(self, code: str, points: Sequence[Text]) -> None:
        super().__init__(code)
        self.points = tuple(points)

    def message(self, lang: str) -> str:
        """What stands in the way, and what to do."""
        return text(lang, self.code, points=listed(self.points, lang))


@dataclass(frozen=True, slots=True)
class FactFault(FieldFault):
    """A fault that names a fact, or several, by what the policy calls them."""

    facts: tuple[Text, ...] = field(default=())

    def message(self, lang: str) -> str:
        """What was found and what to do."""
        return text(lang, self.code, facts=listed(self.facts, lang), **self.params)


def listed(points: Sequence[Text], lang: str) -> str:
    """Labels in one sentence."""
    return (", " if lang == "en" else "、").join(point.of(lang) for point in points)
