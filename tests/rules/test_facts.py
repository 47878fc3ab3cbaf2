"""Values of facts: read strictly from files, generously from forms, printed canonically, shown to people."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from rules.facts import FIRST_DAY, LAST_DAY, Quantity, Value, plain, read_day
from rules.faults import FactError
from tests.rules import small
from tests.rules.wording import told

POLICY = small.policy()


def refusal(key: str, raw: Any) -> tuple[str, str]:
    """The code of the fault, and the value that its message names in both languages."""
    with pytest.raises(FactError) as refused:
        POLICY.fact(key).read(raw)
    return told(refused.value)


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("size", "0.001", Decimal("0.001")),
        ("size", "12000", Decimal(12000)),
        ("size", "12000.500", Decimal("12000.5")),
        ("size", "007", Decimal(7)),
        ("size", "999999.999", Decimal("999999.999")),
        ("hours", "0", Decimal(0)),
        ("cost", "0", 0),
        ("cost", "0.01", 1),
        ("cost", "10000000000000", 10**15),
        ("cost", "10000000000000.00", 10**15),
        ("rate", "0", Decimal(0)),
        ("rate", "0.000001", Decimal("0.000001")),
        ("rate", "1.000000", Decimal(1)),
        ("built", "2024-02-29", date(2024, 2, 29)),
        ("built", "1900-01-01", FIRST_DAY),
        ("built", "2099-12-31", LAST_DAY),
        ("new", True, True),
        ("new", False, False),
        ("colour", "green", "green"),
    ],
)
def test_a_file_is_read_as_written(key: str, raw: Any, value: Value) -> None:
    read = POLICY.fact(key).read(raw)
    assert read == value
    assert type(read) is type(value)


NOT_NUMBERS = ["", " ", "NaN", "nan", "Infinity", "-Infinity", "inf", "1e400", "1E5", "1e-7", "0x10", "1_000", "1,000"]
NOT_NUMBERS += [
    "1 000",
    "１２０００",
    "12,0",
    "12.",
    ".5",
    "1.2.3",
    "12000 kWh",
    "12MWh",
    "5万",
    " 12",
    "12 ",
    "12\n",
    "٣",
]
NOT_NUMBERS += ["true", "1/3", "--1", "+-1", "−5", "½", "1\u200b2"]


@pytest.mark.parametrize("raw", NOT_NUMBERS)
@pytest.mark.parametrize("key", ["size", "cost", "rate"])
def test_what_is_no_plain_number_is_refused(key: str, raw: str) -> None:
    code, value = refusal(key, raw)
    assert code == "not_a_number"
    assert value == "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in raw)


@pytest.mark.parametrize("raw", [True, False, [], ["1"], {}, {"a": "1"}])
@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("size", "not_a_number"),
        ("cost", "not_a_number"),
        ("rate", "not_a_number"),
        ("built", "date_format"),
        ("new", "not_yes_or_no"),
        ("colour", "not_an_option"),
    ],
)
def test_another_type_is_refused(key: str, code: str, raw: Any) -> None:
    if key == "new" and isinstance(raw, bool):
        assert POLICY.fact(key).read(raw) is raw
    else:
        shown = {"True": "true", "False": "false", "['1']": '["1"]', "{'a': '1'}": '{"a": "1"}'}
        assert refusal(key, raw) == (code, shown.get(str(raw), str(raw)))


@pytest.mark.parametrize(
    ("key", "raw", "code"),
    [
        ("size", "0", "not_above"),
        ("size", "0.000", "not_above"),
        ("size", "1000000", "not_above"),
        ("hours", "1000000", "not_at_least"),
        ("size", "-1", "signed"),
        ("size", "+1", "signed"),
        ("size", "-0", "signed"),
        ("size", "-0.5", "signed"),
        ("size", "1.0001", "too_many_decimals"),
        ("size", "1.0000", "too_many_decimals"),
        ("size", "0.0001", "too_many_decimals"),
        ("cost", "1.001", "too_many_decimals"),
        ("rate", "0.1234567", "too_many_decimals"),
        ("size", "1" * 16, "number_too_long"),
        pytest.param("size", "9" * 100_000, "number_too_long", id="100,000 digits"),
        pytest.param("size", "0." + "9" * 100_000, "number_too_long", id="100,000 decimals"),
        pytest.param("cost", "9" * 100_000, "number_too_long", id="100,000 digits of money"),
        ("cost", "10000000000000.01", "money_range"),
        ("cost", "10000000000001", "money_range"),
        ("cost", "999999999999999", "money_range"),
        ("rate", "1.000001", "rate_above_one"),
        ("rate", "15", "rate_above_one"),
        ("built", "2025-02-30", "no_such_day"),
        ("built", "2025-02-29", "no_such_day"),
        ("built", "2025-13-01", "no_such_day"),
        ("built", "2025-00-10", "no_such_day"),
        ("built", "0000-01-01", "no_such_day"),
        ("built", "1899-12-31", "date_range"),
        ("built", "2100-01-01", "date_range"),
        ("built", "20250630", "date_format"),
        ("built", "2025-6-30", "date_format"),
        ("built", "2025/06/30", "date_format"),
        ("built", "2025-06-30T00:00:00", "date_format"),
        ("built", "２０２５-06-30", "date_format"),
        ("built", "2025-W10-1", "date_format"),
        ("built", "2025-06-30\n", "date_format"),
        ("new", "true", "not_yes_or_no"),
        ("new", "yes", "not_yes_or_no"),
        ("new", "1", "not_yes_or_no"),
        ("new", "", "not_yes_or_no"),
        ("colour", "Red", "not_an_option"),
        ("colour", "", "not_an_option"),
        ("colour", "red（中文）", "not_an_option"),
    ],
)
def test_a_value_out_of_bounds_is_refused(key: str, raw: str, code: str) -> None:
    found, value = refusal(key, raw)
    assert found == code
    assert value == (raw.replace("\n", "\N{REPLACEMENT CHARACTER}") if len(raw) <= 40 else raw[:40] + "…")


def test_a_quantity_from_zero_and_one_above_zero_say_their_bounds() -> None:
    with pytest.raises(FactError) as refused:
        POLICY.fact("size").read("0")
    assert refused.value.params == {"value": "0", "low": "0", "below": "1000000"}
    least = Quantity.model_validate(small.fact("x", "quantity", at_least="2.50"))
    assert (least.above_zero, least.read("2.5")) == (True, Decimal("2.5"))
    with pytest.raises(FactError) as refused:
        least.read("2.499")
    assert (refused.value.code, refused.value.params) == (
        "not_at_least",
        {"value": "2.499", "low": "2.5", "below": "1000000"},
    )
    above = Quantity.model_validate(small.fact("x", "quantity", at_least=None, above="2.5"))
    assert above.read("2.501") == Decimal("2.501")
    with pytest.raises(FactError):
        above.read("2.5")
    assert [fact.above_zero for fact in POLICY.facts if isinstance(fact, Quantity)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("key", "value", "printed", "zh", "en"),
    [
        ("size", Decimal(12000), "12000", "12,000 kWh", "12,000 kWh"),
        ("size", Decimal("1E+3"), "1000", "1,000 kWh", "1,000 kWh"),
        ("size", Decimal("1000.500"), "1000.5", "1,000.5 kWh", "1,000.5 kWh"),
        ("hours", Decimal(2), "2", "2 小时", "2 h"),
        ("hours", Fraction(5, 2), "2.5", "2.5 小时", "2.5 h"),
        ("hours", Fraction(2), "2", "2 小时", "2 h"),
        ("hours", Fraction(10, 3), "10/3", "≈ 3.333 小时", "≈ 3.333 h"),
        ("hours", Fraction(1_999_999, 1_000_000), "1999999/1000000", "≈ 1.999 小时", "≈ 1.999 h"),
        ("hours", Fraction(12345_678_9, 10_000), "123456789/10000", "≈ 12,345.678 小时", "≈ 12,345.678 h"),
        ("cost", 123456789, "1234567.89", "1,234,567.89 元", "1,234,567.89 yuan"),
        ("rate", Decimal("0.15"), "0.15", "15%", "15%"),
        ("rate", Decimal("0.123456"), "0.123456", "12.3456%", "12.3456%"),
        ("rate", Decimal(1), "1", "100%", "100%"),
        ("built", date(2026, 3, 1), "2026-03-01", "2026年3月1日", "2026-03-01"),
        ("new", True, "true", "是", "yes"),
        ("new", False, "false", "否", "no"),
        ("colour", "red", "red", "red（中文）", "red"),
    ],
)
def test_a_value_is_printed_once_and_shown_in_two_languages(
    key: str, value: Value, printed: str, zh: str, en: str
) -> None:
    fact = POLICY.fact(key)
    assert (fact.print(value), fact.show(value, "zh"), fact.show(value, "en")) == (printed, zh, en)


@pytest.mark.parametrize(
    ("key", "value", "holds"),
    [
        ("size", Decimal("0.001"), True),
        ("size", Decimal(0), False),
        ("size", Decimal(-1), False),
        ("size", Decimal("999999.999"), True),
        ("size", Decimal(1000000), False),
        ("cost", -1, False),
        ("cost", 0, True),
        ("cost", 10**15, True),
        ("cost", 10**15 + 1, False),
        ("rate", Decimal("1.000001"), False),
        ("rate", Decimal("-0.000001"), False),
        ("rate", Decimal(1), True),
        ("built", date(2100, 1, 1), False),
        ("built", date(2099, 12, 31), True),
        ("new", False, True),
        ("colour", "red", True),
    ],
)
def test_whether_a_value_could_be_given(key: str, value: Value, holds: bool) -> None:
    assert POLICY.fact(key).holds(value) is holds


@pytest.mark.parametrize(
    ("value", "text"), [("0", "0"), ("100", "100"), ("1E+2", "100"), ("1.50", "1.5"), ("0.0", "0")]
)
def test_plain_digits(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize("raw", [None, 20250630, date(2025, 6, 30), 1.5])
def test_a_day_is_text(raw: object) -> None:
    with pytest.raises(FactError):
        read_day(raw)


@pytest.mark.parametrize("text", ["yes", "TRUE", "1", ""])
def test_only_what_was_printed_is_parsed(text: str) -> None:
    with pytest.raises(FactError) as refused:
        POLICY.fact("new").parse(text)
    assert refused.value.params == {"value": text}
