"""Every kind of condition: which value satisfies it, which is nearest to one that fails, and what it asks in words."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from rules.assess import Answer
from rules.policy import Policy
from rules.policy import Test as Asked
from tests.rules import small


def asked_of(kind: str, key: str, value: Any) -> Asked:
    return small.policy(small.scheme(small.condition(kind, key, value))).on(small.DAY)[0].tests[0]


RANGE = {"low": "2", "high": "4"}
WINDOW = {"low": "2024-01-01", "high": "2026-12-31"}


@pytest.mark.parametrize(
    ("kind", "key", "bound", "raw", "met"),
    [
        ("at_least", "size", "450", "449.999", False),
        ("at_least", "size", "450", "450", True),
        ("at_least", "size", "450.000", "450.0", True),
        ("at_most", "size", "450", "450.001", False),
        ("at_most", "size", "450", "450", True),
        ("more_than", "size", "450", "450", False),
        ("more_than", "size", "450", "450.001", True),
        ("less_than", "size", "450", "450", False),
        ("less_than", "size", "450", "449.999", True),
        ("at_least", "cost", "100.01", "100.00", False),
        ("at_least", "cost", "100.01", "100.01", True),
        ("more_than", "share", "0.1", "0.100001", True),
        ("more_than", "share", "0.1", "0.1", False),
        ("between", "size", RANGE, "1.999", False),
        ("between", "size", RANGE, "2", True),
        ("between", "size", RANGE, "4", True),
        ("between", "size", RANGE, "4.001", False),
        ("between", "cost", {"low": "2", "high": "2"}, "2.00", True),
        ("within", "built", WINDOW, "2023-12-31", False),
        ("within", "built", WINDOW, "2024-01-01", True),
        ("within", "built", WINDOW, "2026-12-31", True),
        ("within", "built", WINDOW, "2027-01-01", False),
        ("is", "new", True, True, True),
        ("is", "new", True, False, False),
        ("is", "new", False, False, True),
        ("is", "new", False, True, False),
        ("one_of", "colour", ["red", "green"], "green", True),
        ("one_of", "colour", ["red", "green"], "blue", False),
        ("none_of", "colour", ["red", "green"], "green", False),
        ("none_of", "colour", ["red", "green"], "blue", True),
    ],
)
def test_a_value_satisfies_or_not(kind: str, key: str, bound: Any, raw: Any, met: bool) -> None:
    policy = small.policy(small.scheme(small.condition(kind, key, bound)))
    (finding,) = small.answer(policy, **{key: raw}).findings
    assert finding.outcome is (Answer.MET if met else Answer.NOT_MET)
    assert finding.given == policy.fact(key).read(raw)
    (unknown,) = small.answer(policy).findings
    assert (unknown.outcome, unknown.given) == (Answer.UNKNOWN, None)


@pytest.mark.parametrize(
    ("kind", "key", "bound", "given", "nearest"),
    [
        ("at_least", "size", "450", Decimal(449), (Decimal(450),)),
        ("at_most", "size", "450", Decimal(451), (Decimal(450),)),
        ("more_than", "size", "450", Decimal(450), (Decimal("450.001"),)),
        ("less_than", "size", "450", Decimal(450), (Decimal("449.999"),)),
        ("more_than", "cost", "1", 100, (101,)),
        ("less_than", "share", "0.5", Decimal("0.5"), (Decimal("0.499999"),)),
        ("between", "size", RANGE, Decimal(1), (Decimal(2),)),
        ("between", "size", RANGE, Decimal(5), (Decimal(4),)),
        ("within", "built", WINDOW, date(2023, 1, 1), (date(2024, 1, 1),)),
        ("within", "built", WINDOW, date(2027, 1, 1), (date(2026, 12, 31),)),
        ("is", "new", True, False, (True,)),
        ("is", "new", False, True, (False,)),
        ("one_of", "colour", ["blue", "red"], "green", ("red", "blue")),
        ("none_of", "colour", ["green"], "green", ("red", "blue")),
        ("none_of", "colour", ["red", "green", "blue"], "green", ()),
    ],
)
def test_the_nearest_that_satisfies(kind: str, key: str, bound: Any, given: Any, nearest: tuple[Any, ...]) -> None:
    test = asked_of(kind, key, bound)
    assert test.condition.nearest(given, test.fact, test.bound) == nearest


@pytest.mark.parametrize(
    ("kind", "key", "bound", "zh", "en"),
    [
        ("at_least", "size", "1000", "不低于 1,000 kWh", "at least 1,000 kWh"),
        ("at_most", "size", "1000.5", "不高于 1,000.5 kWh", "at most 1,000.5 kWh"),
        ("more_than", "cost", "1000", "高于 1,000.00 元", "more than 1,000.00 yuan"),
        ("less_than", "share", "0.155", "低于 15.5%", "less than 15.5%"),
        ("between", "size", RANGE, "2 kWh 至 4 kWh（含两端）", "from 2 kWh to 4 kWh, both included"),
        (
            "within",
            "built",
            WINDOW,
            "2024年1月1日至2026年12月31日（含首尾两日）",
            "from 2024-01-01 to 2026-12-31, both days included",
        ),
        ("is", "new", True, "是", "yes"),
        ("is", "new", False, "否", "no"),
        ("one_of", "colour", ["blue", "red"], "red（中文）或blue（中文）", "red or blue"),
        ("none_of", "colour", ["blue", "red"], "不属于：red（中文）或blue（中文）", "none of: red or blue"),
    ],
)
def test_what_is_asked_in_words(kind: str, key: str, bound: Any, zh: str, en: str) -> None:
    test = asked_of(kind, key, bound)
    assert test.condition.asked(test.fact, test.bound, "zh") == zh
    assert test.condition.asked(test.fact, test.bound, "en") == en


@pytest.mark.parametrize(
    ("kind", "key", "bound", "printed"),
    [
        ("at_least", "size", "1000.0", "1000"),
        ("less_than", "cost", "5", "5.00"),
        ("between", "share", {"low": "0.10", "high": "0.3"}, ["0.1", "0.3"]),
        ("within", "built", WINDOW, ["2024-01-01", "2026-12-31"]),
        ("is", "new", True, "true"),
        ("one_of", "colour", ["red", "blue"], ["blue", "red"]),
    ],
)
def test_what_is_asked_in_canonical_text(kind: str, key: str, bound: Any, printed: str | list[str]) -> None:
    test = asked_of(kind, key, bound)
    assert test.condition.printed(test.fact, test.bound) == printed


DURATION = small.policy(small.scheme(small.condition("at_least", "hours", "2")))


@pytest.mark.parametrize(
    ("size", "power", "given", "met"),
    [
        ("12000", "6000", Fraction(2), True),
        ("12000", "6000.001", Fraction(12_000_000, 6_000_001), False),
        ("11999.999", "6000", Fraction(11_999_999, 6_000_000), False),
        ("2", "0.999", Fraction(2000, 999), True),
        ("0.001", "999999", Fraction(1, 999_999_000), False),
    ],
)
def test_a_ratio_is_compared_exactly(size: str, power: str, given: Fraction, met: bool) -> None:
    (finding,) = small.answer(DURATION, size=size, power=power).findings
    assert (finding.given, finding.derived) == (given, True)
    assert finding.outcome is (Answer.MET if met else Answer.NOT_MET)


def test_what_is_stated_wins_over_the_ratio() -> None:
    (finding,) = small.answer(DURATION, size="12", power="12", hours="2").findings
    assert (finding.outcome, finding.given, finding.derived) == (Answer.MET, Decimal(2), False)
    (finding,) = small.answer(DURATION, size="12", power="6", hours="0").findings
    assert (finding.outcome, finding.given, finding.derived) == (Answer.NOT_MET, Decimal(0), False)


@pytest.mark.parametrize("facts", [{}, {"size": "12"}, {"power": "12"}])
def test_half_a_ratio_is_unknown(facts: dict[str, str]) -> None:
    answer = small.answer(DURATION, **facts)
    assert answer.findings == (answer.findings[0]._replace(outcome=Answer.UNKNOWN, given=None, derived=False),)
    assert answer.missing == ("hours",)


def test_every_finding_comes_in_order_and_a_missing_fact_is_named_once() -> None:
    policy: Policy = small.policy(
        small.scheme(
            small.condition("is", "new", True),
            small.condition("at_least", "size", "5"),
            small.condition("at_most", "size", "9", id="most"),
            small.condition("at_least", "cost", "1"),
        )
    )
    answer = small.answer(policy, new=False)
    assert [finding.test.condition.id for finding in answer.findings] == ["new", "size", "most", "cost"]
    assert [finding.outcome.value for finding in answer.findings] == ["not_met", "unknown", "unknown", "unknown"]
    assert answer.missing == ("size", "cost")
    assert (answer.outcome.value, answer.award) == ("ineligible", None)
