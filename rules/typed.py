"""What people type into a form: full-width digits, separators, units, Chinese dates. Files and JSON are read strictly instead."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from rules.faults import FactError, excerpt

_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.(\d{1,20}))?(\D*)", re.ASCII)
_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?", re.ASCII)
_SEPARATED_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)

_MEANINGFUL = ("<super>", "<sub>", "<circle>", "<fraction>")

YES_NO = {
    **dict.fromkeys(("是", "有", "yes", "y", "true", "1"), True),
    **dict.fromkeys(("否", "不是", "无", "没有", "no", "n", "false", "0"), False),
}
"""What is taken as yes or no, in lower case."""


def tidy(text: str) -> str:
    """The text with compatibility forms folded (full-width digits and signs, ㎿) and all white space removed.

    What stands raised, lowered, in a circle or as a fraction is left as it is: folded, 10² would be read as 102.
    """
    return "".join("".join(map(_folded, text)).split())


def _folded(character: str) -> str:
    if unicodedata.decomposition(character).startswith(_MEANINGFUL):
        return character
    return unicodedata.normalize("NFKC", character)


def number(text: str, units: Mapping[str, Fraction], places: int) -> Decimal:
    """A number, in groups of three or not, with one of `units` or none behind it; at most `places` decimals once converted."""
    text = text.removeprefix("¥")
    found = _NUMBER.fullmatch(text)
    if not found:
        signed = text[:1] in ("-", "+", "−") and _NUMBER.fullmatch(text[1:])
        raise FactError("signed" if signed else "not_a_number_typed", value=excerpt(text))
    digits, decimals, unit = found[1].replace(",", ""), found[2] or "", found[3].casefold()
    factors = {name.casefold(): factor for name, factor in units.items()}
    if unit and unit not in factors:
        raise FactError("unit", value=excerpt(text), unit=excerpt(found[3]), units=", ".join(units))
    exact = Fraction(int(digits + decimals), 10 ** len(decimals)) * (factors[unit] if unit else 1)
    smallest = exact * 10**places
    if smallest.denominator != 1:
        raise FactError("too_many_decimals", value=excerpt(text), most=str(places))
    return Decimal(smallest.numerator).scaleb(-places)


def rate(text: str, places: int) -> Decimal:
    """A share as a decimal fraction (`0.15`) or in per cent (`15%`)."""
    return number(text, {"%": Fraction(1, 100), "percent": Fraction(1, 100)}, places)


def iso_day(text: str) -> str:
    """A day as YYYY-MM-DD from the usual ways of writing one, year first; what is no day at all comes back as it was."""
    for pattern, groups in ((_CHINESE_DAY, (1, 2, 3)), (_SEPARATED_DAY, (1, 3, 4)), (_COMPACT_DAY, (1, 2, 3))):
        if found := pattern.fullmatch(text):
            year, month, day = (found[group] for group in groups)
            return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    return text
