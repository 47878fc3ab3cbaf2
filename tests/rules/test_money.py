"""Whole fen: read, printed, and split so that the parts are the whole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import LARGEST, Fen, grouped, parse_yuan, split, yuan

AMOUNTS = st.integers(0, LARGEST)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("0.0", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("1", 100),
        ("1234.5", 123450),
        ("1234.56", 123456),
        ("007", 700),
        ("10000000000000", 10**15),
        ("10000000000000.00", 10**15),
    ],
)
def test_plain_digits_are_read(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "1.",
            ".5",
            "1.234",
            "-1",
            "+1",
            "1,000",
            "1e3",
            "1E3",
            "NaN",
            "inf",
            "0x10",
            "1_000",
            "１００",
            "１.５",
        ),
        *(
            "1 ",
            "\n1",
            "1\n",
            "1.5\n",
            "10000000000000.01",
            "10000000000001",
            "99999999999999",
            "100000000000000",
            "9" * 99,
        ),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an amount of yuan|more than 10¹³ yuan"):
        parse_yuan(text)


@pytest.mark.parametrize(
    ("fen", "printed", "shown"),
    [
        (0, "0.00", "0.00"),
        (1, "0.01", "0.01"),
        (100, "1.00", "1.00"),
        (123456789, "1234567.89", "1,234,567.89"),
        (-1, "-0.01", "-0.01"),
        (-100, "-1.00", "-1.00"),
        (-123456789, "-1234567.89", "-1,234,567.89"),
    ],
)
def test_two_decimals_always(fen: int, printed: str, shown: str) -> None:
    assert (yuan(fen), grouped(fen)) == (printed, shown)


@given(AMOUNTS)
def test_what_is_printed_is_read_again(fen: int) -> None:
    assert parse_yuan(yuan(fen)) == fen
    assert parse_yuan(grouped(fen).replace(",", "")) == fen


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("5000000.00", [1, 1, 1], ["1666666.66", "1666666.67", "1666666.67"]),
        ("200000.00", [1, 1, 1], ["66666.66", "66666.67", "66666.67"]),
        ("0.01", [1, 1, 1], ["0.00", "0.00", "0.01"]),
        ("0.02", [1, 1, 1], ["0.00", "0.01", "0.01"]),
        ("0.00", [1, 1, 1], ["0.00", "0.00", "0.00"]),
        ("100.00", [5, 3, 2], ["50.00", "30.00", "20.00"]),
        ("0.99", [1], ["0.99"]),
        ("1.00", [0, 1, 0], ["0.00", "1.00", "0.00"]),
    ],
)
def test_residual_fen_fall_on_the_later_parts(total: str, weights: list[int], parts: list[str]) -> None:
    assert [yuan(part) for part in split(parse_yuan(total), weights)] == parts


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1, max_size=50).filter(any))
def test_parts_sum_to_the_whole_and_lie_within_a_fen_of_their_share(total: int, weights: list[int]) -> None:
    parts = split(Fen(total), weights)
    assert len(parts) == len(weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1, 2]])
def test_weights_that_share_nothing_out_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"^a split needs weights from zero with a sum above zero$"):
        split(Fen(100), weights)
