"""Axes of a drawing: round numbers along them, in the unit that keeps them short. Whole numbers throughout."""

from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from rules.facts import FactBase, Quantity
from rules.units import SHOWN
from subsidy.locale import text
from subsidy.web.formats import number

_UNITS: Final = {
    "zh": ((10**10, "hundred_million"), (10**6, "ten_thousand"), (100, "one")),
    "en": ((10**11, "billion"), (10**8, "million"), (100, "one")),
}
"""For each language the units that large amounts are counted in: how many fen one is, and its name."""


class Scale(NamedTuple):
    """What one axis counts in: so many smallest steps make one of `unit`."""

    steps: int
    unit: str

    def label(self, steps: int) -> str:
        """A place on the axis, as a number of its unit."""
        exact = Fraction(steps, self.steps)
        return number(Decimal(exact.numerator * 10**6 // exact.denominator).scaleb(-6))


def scale(fact: FactBase | None, most: int, lang: str) -> Scale:
    """The scale of a quantity in its own unit, or of money (no fact: an award) in a unit that suits the largest one."""
    if isinstance(fact, Quantity):
        return Scale(1000, SHOWN[fact.unit][lang == "en"])
    steps, name = _unit(most, lang)
    return Scale(steps, text(lang, f"check.unit_{name}"))


def ticks(most: int, at_most: int = 5) -> list[int]:
    """Round numbers from 0 to `most`, at most so many after 0: multiples of 1, 2 or 5 times a power of ten."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if most // step <= at_most:
                return list(range(0, most + 1, step))
        power *= 10


def short_amount(fen: int, lang: str) -> str:
    """An amount as short as it can be said exactly: `500 万元`, `CNY 5 million`."""
    steps, name = _unit(fen, lang)
    return text(lang, f"check.amount_{name}", number=Scale(steps, name).label(fen))


def inside(label: str, lang: str) -> str:
    """A label as it stands inside a sentence."""
    return label[:1].lower() + label[1:] if lang == "en" else label


def _unit(most: int, lang: str) -> tuple[int, str]:
    return next((unit for unit in _UNITS[lang] if most >= unit[0]), _UNITS[lang][-1])
