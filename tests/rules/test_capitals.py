"""Amounts in capital numerals, against written examples and read back digit by digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.capitals import capitals
from rules.money import LARGEST, parse_yuan

DIGITS = {numeral: digit for digit, numeral in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000, "万": 10**4, "亿": 10**8}


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        ("0", "零元整"),
        ("0.01", "壹分"),
        ("0.05", "伍分"),
        ("0.10", "壹角整"),
        ("0.56", "伍角陆分"),
        ("1.00", "壹元整"),
        ("1.02", "壹元零贰分"),
        ("10.05", "壹拾元零伍分"),
        ("15.30", "壹拾伍元叁角整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1010.10", "壹仟零壹拾元壹角整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100001", "壹拾万零壹元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("200000", "贰拾万元整"),
        ("1666666.66", "壹佰陆拾陆万陆仟陆佰陆拾陆元陆角陆分"),
        ("5000000.00", "伍佰万元整"),
        ("100000000.00", "壹亿元整"),
        ("100010000", "壹亿零壹万元整"),
        ("120003000.01", "壹亿贰仟万叁仟元零壹分"),
        ("1000100000000", "壹万零壹亿元整"),
        ("10000000000000", "壹拾万亿元整"),
    ],
)
def test_as_it_is_written(yuan: str, said: str) -> None:
    assert capitals(parse_yuan(yuan)) == said


def test_less_than_nothing_is_not_written() -> None:
    with pytest.raises(ValueError, match="-1 fen"):
        capitals(-1)


@given(st.integers(0, LARGEST))
def test_it_reads_back(fen: int) -> None:
    said = capitals(fen)
    whole, _, part = said.rpartition("元")
    assert read(whole) * 100 + small(part) == fen
    assert "零零" not in said
    assert said.endswith("整") == (fen % 10 == 0)


def read(said: str) -> int:
    """The number that a text of numerals and units stands for."""
    for name in ("亿", "万"):
        above, unit, below = said.rpartition(name)
        if unit:
            return read(above) * UNITS[name] + read(below)
    total, digit = 0, 0
    for character in said:
        if character in UNITS:
            total, digit = total + digit * UNITS[character], 0
        else:
            digit = DIGITS[character]
    return total + digit


def small(said: str) -> int:
    """The fen behind the yuan."""
    jiao, unit, rest = said.removesuffix("整").rpartition("角")
    return (DIGITS[jiao] * 10 if unit else 0) + (DIGITS[rest.removesuffix("分")[-1]] if rest else 0)
