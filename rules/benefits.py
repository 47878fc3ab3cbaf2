"""The closed vocabulary of benefits. One class a kind: what it is worth, exactly, rounded down once at the end (Q10)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from rules import wording
from rules.facts import FactBase, Quantity, Value, percent, plain, plain_number
from rules.model import Ascending, Dated, Identifier, PackModel, in_force
from rules.money import Fen, grouped, parse_yuan, yuan
from rules.units import SHOWN

_MILLION = 10**6


class Step(NamedTuple):
    """One line of how an amount comes about: what it is called, the canonical texts that fill it, and the result."""

    kind: str
    operands: Mapping[str, str]
    result: Fen


class Award(NamedTuple):
    """What would be granted. `amount` is None while a rate is still to be set; then the two bounds are all that is known."""

    at_least: Fen
    at_most: Fen
    amount: Fen | None
    capped: bool
    clause: str
    steps: tuple[Step, ...]

    @property
    def indicative(self) -> bool:
        """Whether a rate is still to be set."""
        return self.amount is None


class Range(NamedTuple):
    """The rates that a reviewer may set, as canonical decimals; `low` itself only where `low_included`."""

    low: Decimal
    high: Decimal
    low_included: bool

    def holds(self, rate: Decimal) -> bool:
        """Whether the rate lies inside."""
        return (self.low <= rate if self.low_included else self.low < rate) and rate <= self.high

    def shown(self, fact: FactBase, lang: str) -> str:
        """The range in words."""
        key = "ranges.between" if self.low_included else "ranges.up_to"
        return wording.say(key, lang, low=fact.show(self.low, lang), high=fact.show(self.high, lang))


class Numbers(NamedTuple):
    """The numbers of a benefit in force on a day. Rates are in millionths, per-unit rates and caps in fen."""

    low: int
    high: int
    cap: int | None


class BenefitBase(PackModel):
    """What an amount is computed from, its cap for one project, and the clause that grants it."""

    fact: Identifier
    cap: Annotated[tuple[Dated[str], ...], Ascending] | None = None
    clause: Identifier
    granted: Identifier | None = None
    """Key of the rate that a reviewer sets, where the text leaves one to set."""

    def numbers(self, on: date) -> Numbers:
        """The numbers in force on a day."""
        raise NotImplementedError

    def allowed(self, numbers: Numbers) -> Range | None:
        """The range that a reviewer's rate must lie in; None where the text leaves no rate to set."""
        return None

    def award(self, base: Any, granted: Value | None, numbers: Numbers) -> Award:
        """What is granted on a base (a quantity, or fen), with the reviewer's rate where there is one."""
        raise NotImplementedError

    def _cap(self, on: date) -> int | None:
        return None if self.cap is None else parse_yuan(in_force(self.cap, on))

    def _award(
        self, kind: str, scaled: int, scale: int, numbers: Numbers, low: int, high: int, operands: dict[str, str]
    ) -> Award:
        """`scaled` × rate ÷ `scale`, for the lowest and the highest rate, rounded down once, at most the cap."""
        capped = numbers.cap is not None and scaled * high >= numbers.cap * scale
        uncapped = Fen(scaled * high // scale)
        steps = [Step(kind, operands, uncapped)]
        at_most, at_least = uncapped, Fen(scaled * low // scale)
        if numbers.cap is not None:
            at_most, at_least = Fen(min(at_most, numbers.cap)), Fen(min(at_least, numbers.cap))
            if capped:
                steps.append(Step("cap", {"cap": yuan(numbers.cap)}, at_most))
        return Award(at_least, at_most, at_most if low == high else None, capped, self.clause, tuple(steps))


class PerUnit(BenefitBase):
    """So many yuan for each unit of a quantity."""

    kind: Literal["per_unit"]
    rate: Annotated[tuple[Dated[str], ...], Ascending]

    def numbers(self, on: date) -> Numbers:
        rate = parse_yuan(in_force(self.rate, on))
        return Numbers(rate, rate, self._cap(on))

    def award(self, base: Any, granted: Value | None, numbers: Numbers) -> Award:
        operands = {"rate": yuan(numbers.high), "base": plain(base)}
        return self._award("per_unit", int(base.scaleb(3)), 1000, numbers, numbers.low, numbers.high, operands)


class _Rated(BenefitBase):
    """A rate on an amount of money, set by the text or, within its range, by a reviewer."""

    def award(self, base: Any, granted: Value | None, numbers: Numbers) -> Award:
        operands = {"base": yuan(base)}
        if isinstance(granted, Decimal):
            rate = _millionths(granted)
            return self._award("share", base, _MILLION, numbers, rate, rate, {**operands, "rate": plain(granted)})
        low, high = (plain(Decimal(end) / _MILLION) for end in (numbers.low, numbers.high))
        kind, words = self._open(low, high)
        return self._award(kind, base, _MILLION, numbers, numbers.low, numbers.high, {**operands, **words})

    def _open(self, low: str, high: str) -> tuple[str, dict[str, str]]:
        raise NotImplementedError


class Share(_Rated):
    """A fixed share of an amount; where `granted` names a rate, *up to* that share (above nothing)."""

    kind: Literal["share"]
    rate: Annotated[tuple[Dated[str], ...], Ascending]

    def numbers(self, on: date) -> Numbers:
        rate = _rate(in_force(self.rate, on))
        return Numbers(0 if self.granted else rate, rate, self._cap(on))

    def allowed(self, numbers: Numbers) -> Range | None:
        return Range(Decimal(0), Decimal(numbers.high) / _MILLION, low_included=False) if self.granted else None

    def _open(self, low: str, high: str) -> tuple[str, dict[str, str]]:
        return ("share_up_to" if self.granted else "share"), {"rate": high}


class RateEnds(PackModel):
    """The printed range of a band."""

    low: str
    high: str


class Band(_Rated):
    """A share of an amount between two printed ends, set by a reviewer."""

    kind: Literal["band"]
    granted: Identifier
    rate: Annotated[tuple[Dated[RateEnds], ...], Ascending]

    def numbers(self, on: date) -> Numbers:
        ends = in_force(self.rate, on)
        low, high = _rate(ends.low), _rate(ends.high)
        if low >= high:
            raise ValueError(f"`low` {ends.low} is not below `high` {ends.high}")
        return Numbers(low, high, self._cap(on))

    def allowed(self, numbers: Numbers) -> Range | None:
        return Range(Decimal(numbers.low) / _MILLION, Decimal(numbers.high) / _MILLION, low_included=True)

    def _open(self, low: str, high: str) -> tuple[str, dict[str, str]]:
        return "band", {"low": low, "high": high}


Benefit = Annotated[PerUnit | Share | Band, Field(discriminator="kind")]


def step_text(step: Step, base: FactBase, lang: str) -> str:
    """One step in words; `base` is the fact that the amount is computed from."""
    shown = dict(step.operands)
    if "base" in shown:
        shown["base"] = base.show(base.parse(shown["base"]), lang)
    if step.kind == "per_unit":
        shown["rate"] = grouped(parse_yuan(shown["rate"])).removesuffix(".00")
        assert isinstance(base, Quantity)
        shown["unit"] = SHOWN[base.unit][lang == "en"]
    elif step.kind == "cap":
        shown["cap"] = grouped(parse_yuan(shown["cap"])).removesuffix(".00")
    else:
        shown |= {end: percent(Decimal(shown[end])) for end in shown.keys() & {"rate", "low", "high"}}
    return wording.say(f"steps.{step.kind}", lang, **shown)


def _rate(text: str) -> int:
    rate = plain_number(text, 6)
    if not 0 < rate <= 1:
        raise ValueError(f"a rate lies above 0 and at most at 1, not at {text}")
    return _millionths(rate)


def _millionths(rate: Decimal) -> int:
    return int(rate.scaleb(6))
