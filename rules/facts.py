"""Kinds of facts. A kind knows how its values are read, typed, printed and shown; which facts exist is the pack's to say."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from rules import typed, wording
from rules.faults import FactError, excerpt
from rules.model import Identifier, PackModel, Text
from rules.money import LARGEST, grouped, parse_yuan, yuan
from rules.units import SHOWN, UNITS

Value = Decimal | Fraction | int | date | bool | str
"""Quantity and rate: Decimal (a derived quantity: Fraction). Money: whole fen. Day: date. Yes/no: bool. Choice: the option's id."""

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PLAIN = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,15}))?", re.ASCII)
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_SIGNED = re.compile(r"[+-][0-9]+(\.[0-9]+)?", re.ASCII)


def read_day(raw: object) -> date:
    """A calendar day written YYYY-MM-DD, from 1900 to 2099; FactError otherwise."""
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        raise FactError("date_format", value=excerpt(raw))
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise FactError("no_such_day", value=raw) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise FactError("date_range", value=raw)
    return day


def plain_number(raw: object, places: int) -> Decimal:
    """An unsigned decimal in plain digits with at most `places` decimals; FactError otherwise."""
    if not isinstance(raw, str):
        raise FactError("not_a_number", value=excerpt(raw))
    found = _PLAIN.fullmatch(raw)
    if not found:
        if _SIGNED.fullmatch(raw):
            raise FactError("signed", value=excerpt(raw))
        raise FactError("number_too_long" if _DIGITS.fullmatch(raw) else "not_a_number", value=excerpt(raw))
    if len(found[2] or "") > places:
        raise FactError("too_many_decimals", value=excerpt(raw), most=str(places))
    return _canonical(Decimal(raw))


def plain(value: Decimal) -> str:
    """Plain digits without trailing zeros or exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _canonical(value: Decimal) -> Decimal:
    return Decimal(plain(value))


def percent(rate: Decimal) -> str:
    """A rate as people read it: ``15%``."""
    return f"{plain(rate * 100)}%"


class Ratio(PackModel):
    """A quantity worked out as an exact ratio of two others where it is not given itself."""

    kind: Literal["ratio"]
    of: Identifier
    over: Identifier


class Option(PackModel):
    """One of the answers of a choice."""

    id: Identifier
    label: Text


class FactBase(PackModel):
    """What all facts have: a key, wording, what proves them and who states them."""

    key: Identifier
    label: Text
    ask: Text
    help: Text | None = None
    documents: tuple[Identifier, ...] = ()
    """Ids of the kinds of document that prove it."""
    question: Identifier | None = None
    set_by: Literal["applicant", "reviewer"] = "applicant"
    fixed_by: Identifier | None = None
    """Key of a date: once that day is past, what this fact says is past too and no remedy asks to change it."""

    step: ClassVar[Any] = None
    """The smallest difference between two values; None where values have no order."""

    def parse(self, text: str) -> Value:
        """The value that `print` wrote."""
        return self.read(text)

    def read(self, raw: object) -> Value:
        """The value of a JSON or YAML scalar; FactError where it is not one of this kind."""
        raise NotImplementedError

    def read_typed(self, text: str) -> Value | None:
        """The value of what somebody typed into a form; None for nothing; FactError otherwise."""
        tidy = typed.tidy(text)
        return self._typed(tidy) if tidy else None

    def _typed(self, tidy: str) -> Value:
        raise NotImplementedError

    def print(self, value: Value) -> str:
        """The canonical text of a value, the same in every language."""
        return str(value)

    def show(self, value: Value, lang: str) -> str:
        """The value as people read it."""
        raise NotImplementedError

    def holds(self, value: Value) -> bool:
        """Whether the value is one that this fact could be given."""
        try:
            self.parse(self.print(value))
        except FactError:
            return False
        return True


class Quantity(FactBase):
    """A number with a unit and at most three decimals."""

    kind: Literal["quantity"]
    unit: Literal["kWh", "kW", "h", "cycles"]
    above: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal
    derived: Ratio | None = None

    step: ClassVar[Decimal] = Decimal("0.001")

    @model_validator(mode="after")
    def _one_lower_bound(self) -> "Quantity":
        if (self.above is None) == (self.at_least is None):
            raise ValueError("needs either `above` or `at_least`")
        return self

    def _within(self, value: Decimal, given: object) -> Decimal:
        low = value > self.above if self.above is not None else value >= (self.at_least or 0)
        if not low or value >= self.below:
            code = "not_above" if self.above is not None else "not_at_least"
            raise FactError(
                code,
                value=excerpt(given),
                low=plain(self.above or self.at_least or Decimal(0)),
                below=plain(self.below),
            )
        return value

    @property
    def above_zero(self) -> bool:
        """Whether zero is out of bounds."""
        return self.above is not None or (self.at_least or 0) > 0

    def read(self, raw: object) -> Decimal:
        return self._within(plain_number(raw, 3), raw)

    def _typed(self, tidy: str) -> Decimal:
        return self._within(_canonical(typed.number(tidy, UNITS[self.unit], 3)), tidy)

    def print(self, value: Value) -> str:
        if isinstance(value, Fraction):
            thousandths = value * 1000
            return plain(Decimal(thousandths.numerator).scaleb(-3)) if thousandths.denominator == 1 else str(value)
        assert isinstance(value, Decimal)
        return plain(value)

    def show(self, value: Value, lang: str) -> str:
        """With its unit; an exact ratio that does not end within three decimals is cut, never rounded up to a threshold."""
        unit = SHOWN[self.unit][lang == "en"]
        if isinstance(value, Fraction) and (value * 1000).denominator != 1:
            return f"≈ {Decimal(value.numerator * 1000 // value.denominator).scaleb(-3):,f} {unit}"
        return f"{Decimal(self.print(value)):,f} {unit}"


class Money(FactBase):
    """An amount of yuan, in whole fen."""

    kind: Literal["money"]

    step: ClassVar[int] = 1

    def read(self, raw: object) -> int:
        value = plain_number(raw, 2)
        try:
            return parse_yuan(plain(value))
        except ValueError:
            raise FactError("money_range", value=excerpt(raw), most=yuan(LARGEST)) from None

    def _typed(self, tidy: str) -> int:
        value = typed.number(tidy, UNITS["yuan"], 2)
        try:
            return parse_yuan(plain(value))
        except ValueError:
            raise FactError("money_range", value=excerpt(tidy), most=yuan(LARGEST)) from None

    def print(self, value: Value) -> str:
        assert isinstance(value, int)
        return yuan(value)

    def show(self, value: Value, lang: str) -> str:
        assert isinstance(value, int)
        return f"{grouped(value)} {SHOWN['yuan'][lang == 'en']}"


class Rate(FactBase):
    """A share of the whole with at most six decimals, from 0 to 1; each scheme narrows the range."""

    kind: Literal["rate"]

    step: ClassVar[Decimal] = Decimal("0.000001")

    def read(self, raw: object) -> Decimal:
        value = plain_number(raw, 6)
        if value > 1:
            raise FactError("rate_above_one", value=excerpt(raw))
        return value

    def _typed(self, tidy: str) -> Decimal:
        value = _canonical(typed.rate(tidy, 6))
        if value > 1:
            raise FactError("rate_above_one", value=excerpt(tidy))
        return value

    def print(self, value: Value) -> str:
        assert isinstance(value, Decimal)
        return plain(value)

    def show(self, value: Value, lang: str) -> str:
        assert isinstance(value, Decimal)
        return percent(value)


class Day(FactBase):
    """A calendar day."""

    kind: Literal["date"]

    def read(self, raw: object) -> date:
        return read_day(raw)

    def _typed(self, tidy: str) -> date:
        return read_day(typed.iso_day(tidy))

    def show(self, value: Value, lang: str) -> str:
        assert isinstance(value, date)
        return wording.day(value, lang)


class YesNo(FactBase):
    """Yes or no."""

    kind: Literal["yes_no"]

    def read(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise FactError("not_yes_or_no", value=excerpt(raw))
        return raw

    def parse(self, text: str) -> bool:
        return self.read({"true": True, "false": False}.get(text, text))

    def _typed(self, tidy: str) -> bool:
        return self.read(typed.YES_NO.get(tidy.casefold(), tidy))

    def print(self, value: Value) -> str:
        return "true" if value else "false"

    def show(self, value: Value, lang: str) -> str:
        return wording.word("yes" if value else "no", lang)


class Choice(FactBase):
    """One of a closed list of answers."""

    kind: Literal["choice"]
    options: tuple[Option, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _different_options(self) -> "Choice":
        if len({option.id for option in self.options}) < len(self.options):
            raise ValueError("an option's id is repeated")
        return self

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or raw not in {option.id for option in self.options}:
            options = ", ".join(option.id for option in self.options)
            raise FactError("not_an_option", value=excerpt(raw), options=options)
        return raw

    def _typed(self, tidy: str) -> str:
        for option in self.options:
            if tidy in (typed.tidy(option.label.zh), typed.tidy(option.label.en)):
                return option.id
        return self.read(tidy)

    def show(self, value: Value, lang: str) -> str:
        return next(option.label.of(lang) for option in self.options if option.id == value)


Fact = Annotated[Quantity | Money | Rate | Day | YesNo | Choice, Field(discriminator="kind")]
