"""What is granted: exact, rounded down once at the end, never above the cap."""

from decimal import Decimal
from typing import Any

import pytest

from rules.assess import SchemeAssessment
from rules.benefits import Award, Range, step_text
from rules.money import yuan
from tests.rules import small

CAP = {"cap": small.dated("5000000")}


def assessed(benefit: small.Tree, **raw: Any) -> SchemeAssessment:
    return small.answer(small.policy(small.scheme(benefit=benefit)), new=True, **raw)


def award(benefit: small.Tree, **raw: Any) -> Award:
    found = assessed(benefit, **raw).award
    assert found is not None
    return found


def steps(benefit: small.Tree, lang: str, **raw: Any) -> list[tuple[str, str]]:
    base = small.policy(small.scheme(benefit=benefit)).fact(benefit["fact"])
    return [(step_text(step, base, lang), yuan(step.result)) for step in award(benefit, **raw).steps]


@pytest.mark.parametrize(
    ("size", "amount", "capped"),
    [
        ("0.001", "0.20", False),
        ("1000", "200000.00", False),
        ("24999.999", "4999999.80", False),
        ("25000", "5000000.00", True),
        ("25000.001", "5000000.00", True),
        ("999999.999", "5000000.00", True),
    ],
)
def test_so_many_yuan_for_each_unit(size: str, amount: str, capped: bool) -> None:
    found = award({**small.PER_UNIT, **CAP}, size=size)
    assert (yuan(found.at_least), yuan(found.at_most)) == (amount, amount)
    assert found.amount == found.at_most
    assert (found.capped, found.indicative, found.clause) == (capped, False, "A")


def test_no_cap_binds_where_none_is_printed() -> None:
    found = award(small.PER_UNIT, size="999999.999")
    assert (found.amount, found.capped, len(found.steps)) == (19_999_999_980, False, 1)


@pytest.mark.parametrize(
    ("rate", "size", "amount"),
    [("0.01", "0.999", "0.00"), ("0.01", "1.999", "0.01"), ("0.33", "3.333", "1.09"), ("1", "0.005", "0.00")],
)
def test_a_fraction_of_a_fen_is_dropped_once(rate: str, size: str, amount: str) -> None:
    """0.33 × 3.333 = 1.09989: rounded up, or to the nearest, it would be 1.10."""
    found = award({**small.PER_UNIT, "rate": small.dated(rate)}, size=size)
    assert found.amount is not None
    assert yuan(found.amount) == amount


@pytest.mark.parametrize(
    ("cost", "amount", "capped"),
    [
        ("0", "0.00", False),
        ("0.09", "0.00", False),
        ("0.10", "0.01", False),
        ("123456.78", "12345.67", False),
        ("49999999.99", "4999999.99", False),
        ("50000000", "5000000.00", True),
        ("50000000.01", "5000000.00", True),
    ],
)
def test_a_share_of_an_amount(cost: str, amount: str, capped: bool) -> None:
    found = award({**small.SHARE, **CAP}, cost=cost)
    assert (yuan(found.at_least), yuan(found.at_most), found.capped) == (amount, amount, capped)
    assert found.amount == found.at_most


@pytest.mark.parametrize(
    ("benefit", "cost", "low", "high", "capped"),
    [
        (small.UP_TO, "1000", "0.00", "100.00", False),
        ({**small.UP_TO, **CAP}, "49999999.99", "0.00", "4999999.99", False),
        ({**small.UP_TO, **CAP}, "50000000", "0.00", "5000000.00", True),
        (small.BAND, "1000", "100.00", "300.00", False),
        (small.BAND, "0.09", "0.00", "0.02", False),
        ({**small.BAND, **CAP}, "20000000", "2000000.00", "5000000.00", True),
        ({**small.BAND, **CAP}, "60000000", "5000000.00", "5000000.00", True),
    ],
)
def test_a_rate_still_to_be_set_leaves_two_bounds(
    benefit: small.Tree, cost: str, low: str, high: str, capped: bool
) -> None:
    found = award(benefit, cost=cost)
    assert (yuan(found.at_least), yuan(found.at_most)) == (low, high)
    assert (found.amount, found.indicative, found.capped) == (None, True, capped)


@pytest.mark.parametrize(
    ("benefit", "rate", "cost", "amount", "capped"),
    [
        (small.UP_TO, "0.1", "1000", "100.00", False),
        (small.UP_TO, "0.000001", "1000", "0.00", False),
        (small.UP_TO, "0.000001", "10000", "0.01", False),
        (small.BAND, "0.1", "1000", "100.00", False),
        (small.BAND, "0.3", "1000", "300.00", False),
        (small.BAND, "0.123456", "33.33", "4.11", False),
        ({**small.BAND, **CAP}, "0.25", "20000000", "5000000.00", True),
        ({**small.BAND, **CAP}, "0.25", "19999999.99", "4999999.99", False),
    ],
)
def test_a_rate_that_is_set_gives_the_amount(
    benefit: small.Tree, rate: str, cost: str, amount: str, capped: bool
) -> None:
    found = award(benefit, cost=cost, rate=rate)
    assert (yuan(found.at_least), yuan(found.at_most)) == (amount, amount)
    assert (found.amount, found.indicative, found.capped) == (found.at_most, False, capped)


@pytest.mark.parametrize(
    ("benefit", "low", "high", "low_included"),
    [(small.UP_TO, "0", "0.1", False), (small.BAND, "0.1", "0.3", True)],
)
def test_the_range_that_a_rate_must_lie_in(benefit: small.Tree, low: str, high: str, low_included: bool) -> None:
    policy = small.policy(small.scheme(benefit=benefit))
    scheme = policy.on(small.DAY)[0]
    allowed = scheme.scheme.benefit.allowed(scheme.numbers)
    assert allowed == Range(Decimal(low), Decimal(high), low_included)
    assert (str(allowed.low), str(allowed.high)) == (low, high)
    step = Decimal("0.000001")
    assert [allowed.holds(rate) for rate in (allowed.high, allowed.high + step)] == [True, False]
    assert [allowed.holds(rate) for rate in (allowed.low - step, allowed.low, allowed.low + step)] == [
        *(False, low_included, True)
    ]
    rate = policy.fact("rate")
    words = {"zh": "不低于 10% 且不高于 30%", "en": "at least 10% and at most 30%"}
    open_below = {"zh": "大于 0% 且不高于 10%", "en": "above 0% and at most 10%"}
    assert {lang: allowed.shown(rate, lang) for lang in ("zh", "en")} == (words if low_included else open_below)


@pytest.mark.parametrize("benefit", [small.PER_UNIT, small.SHARE])
def test_a_rate_that_the_text_prints_leaves_nothing_to_set(benefit: small.Tree) -> None:
    scheme = small.policy(small.scheme(benefit=benefit)).on(small.DAY)[0]
    assert scheme.scheme.benefit.allowed(scheme.numbers) is None


@pytest.mark.parametrize("benefit", [small.PER_UNIT, small.SHARE, small.UP_TO, small.BAND])
def test_nothing_is_granted_on_what_is_unknown(benefit: small.Tree) -> None:
    answer = assessed(benefit)
    assert (answer.outcome.value, answer.award) == ("eligible", None)


@pytest.mark.parametrize(
    ("benefit", "raw", "zh", "en"),
    [
        (
            {**small.PER_UNIT, **CAP},
            {"size": "12000"},
            [("12,000 kWh × 200 元/kWh", "2400000.00")],
            [("12,000 kWh × 200 yuan per kWh", "2400000.00")],
        ),
        (
            {**small.PER_UNIT, "rate": small.dated("0.5"), "cap": small.dated("1000.5")},
            {"size": "2500.25"},
            [("2,500.25 kWh × 0.50 元/kWh", "1250.12"), ("单个项目最高 1,000.50 元", "1000.50")],
            [("2,500.25 kWh × 0.50 yuan per kWh", "1250.12"), ("at most 1,000.50 yuan for one project", "1000.50")],
        ),
        (
            {**small.PER_UNIT, "fact": "run", "rate": small.dated("0.1")},
            {"run": "20"},
            [("20 小时 × 0.10 元/小时", "2.00")],
            [("20 h × 0.10 yuan per h", "2.00")],
        ),
        (
            {**small.SHARE, **CAP},
            {"cost": "50000000"},
            [("50,000,000.00 元 × 10%", "5000000.00"), ("单个项目最高 5,000,000 元", "5000000.00")],
            [("50,000,000.00 yuan × 10%", "5000000.00"), ("at most 5,000,000 yuan for one project", "5000000.00")],
        ),
        (
            small.UP_TO,
            {"cost": "1000"},
            [("1,000.00 元 × 最高 10%（实际比例由评审核定）", "100.00")],
            [("1,000.00 yuan × up to 10% (the rate is set on review)", "100.00")],
        ),
        (
            small.BAND,
            {"cost": "1000"},
            [("1,000.00 元 × 10% 至 30%（实际比例由评审核定）", "300.00")],
            [("1,000.00 yuan × 10% to 30% (the rate is set on review)", "300.00")],
        ),
        (
            small.BAND,
            {"cost": "1000", "rate": "0.155"},
            [("1,000.00 元 × 15.5%", "155.00")],
            [("1,000.00 yuan × 15.5%", "155.00")],
        ),
    ],
)
def test_the_steps_in_words(
    benefit: small.Tree, raw: small.Tree, zh: list[tuple[str, str]], en: list[tuple[str, str]]
) -> None:
    assert steps(benefit, "zh", **raw) == zh
    assert steps(benefit, "en", **raw) == en


def test_a_step_keeps_canonical_texts_whatever_way_a_number_was_written() -> None:
    benefit = small.policy(small.scheme()).schemes[0].benefit
    numbers = small.policy(small.scheme()).on(small.DAY)[0].numbers
    assert benefit.award(Decimal("1E+3"), None, numbers) == benefit.award(Decimal("1000.0"), None, numbers)
    rated = small.policy(small.scheme(benefit=small.BAND))
    rated_numbers = rated.on(small.DAY)[0].numbers
    one, other = (rated.schemes[0].benefit.award(100, Decimal(rate), rated_numbers) for rate in ("0.2", "2.00E-1"))
    assert one == other
    assert one.steps[0].operands == {"base": "1.00", "rate": "0.2"}
