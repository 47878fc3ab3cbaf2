"""What would turn an ineligible answer: the smallest changes, never of the past."""

from decimal import Decimal
from typing import Any

import pytest

from rules.load import packs
from rules.money import yuan
from rules.policy import Policy
from tests.rules import small

RATIO = ("at_least", "hours", "2")


def remedies(policy: Policy, on: str = "2026-03-01", **raw: Any) -> list[dict[str, str]]:
    """The changes of every remedy, as printed."""
    return [
        {change.fact: policy.fact(change.fact).print(change.to) for change in remedy.changes}
        for remedy in small.answer(policy, on, **raw).remedies
    ]


def pack(*conditions: tuple[Any, ...], **more: Any) -> Policy:
    made = [small.condition(kind, key, bound, id=f"{kind}-{key}") for kind, key, bound in conditions]
    return small.policy(small.scheme(*made, benefit=small.SHARE), **more)


@pytest.mark.parametrize(
    ("condition", "given", "to"),
    [
        (("at_least", "size", "10"), "9.5", "10"),
        (("at_most", "size", "10"), "11", "10"),
        (("more_than", "size", "10"), "10", "10.001"),
        (("less_than", "size", "10"), "10", "9.999"),
        (("between", "size", {"low": "3", "high": "5"}), "1", "3"),
        (("between", "size", {"low": "3", "high": "5"}), "9", "5"),
        (("more_than", "cost", "10"), "1", "10.01"),
        (("less_than", "cost", "10"), "11", "9.99"),
        (("more_than", "share", "0.1"), "0.1", "0.100001"),
        (("is", "new", True), False, "true"),
        (("is", "new", False), True, "false"),
        (("within", "built", {"low": "2026-04-01", "high": "2026-06-30"}), "2026-07-01", "2026-06-30"),
        (("within", "built", {"low": "2026-04-01", "high": "2026-06-30"}), "2026-03-02", "2026-04-01"),
    ],
)
def test_a_failing_fact_moves_to_the_nearest_that_satisfies(condition: tuple[Any, ...], given: Any, to: str) -> None:
    assert remedies(pack(condition), **{condition[1]: given}) == [{condition[1]: to}]


def test_each_option_that_would_do_is_a_remedy() -> None:
    assert remedies(pack(("one_of", "colour", ["red", "blue"])), colour="green") == [
        {"colour": "red"},
        {"colour": "blue"},
    ]
    assert remedies(pack(("none_of", "colour", ["green"])), colour="green") == [{"colour": "red"}, {"colour": "blue"}]
    both = pack(("one_of", "colour", ["red", "blue"]), ("none_of", "colour", ["red", "green"]))
    assert remedies(both, colour="green") == [{"colour": "blue"}]


def test_two_conditions_of_one_fact_are_satisfied_by_one_change() -> None:
    policy = pack(("at_least", "size", "10"), ("between", "size", {"low": "12", "high": "20"}))
    assert remedies(policy, size="5") == [{"size": "12"}]
    assert remedies(policy, size="11") == [{"size": "12"}]
    assert remedies(policy, size="25") == [{"size": "20"}]


def test_every_failing_fact_is_changed_at_once() -> None:
    policy = pack(("is", "new", True), ("at_least", "cost", "5"), ("one_of", "colour", ["red"]))
    assert remedies(policy, new=False, cost="1", colour="blue") == [{"new": "true", "cost": "5.00", "colour": "red"}]
    assert remedies(policy, new=False, cost="9", colour="red") == [{"new": "true"}]


def test_what_is_unknown_is_left_unknown() -> None:
    policy = pack(("is", "new", True), ("at_least", "cost", "5"))
    assert remedies(policy, new=False) == [{"new": "true"}]


@pytest.mark.parametrize("raw", [{}, {"cost": "5"}, {"cost": "5", "new": True}])
def test_only_an_ineligible_answer_has_remedies(raw: dict[str, Any]) -> None:
    assert remedies(pack(("is", "new", True), ("at_least", "cost", "5")), **raw) == []


@pytest.mark.parametrize(
    ("condition", "given"),
    [
        (("less_than", "size", "0.001"), "5"),
        (("less_than", "cost", "0"), "5"),
        (("more_than", "cost", "10000000000000"), "5"),
        (("more_than", "share", "1"), "0.5"),
        (("less_than", "share", "0"), "0.5"),
        (("none_of", "colour", ["red", "green", "blue"]), "red"),
        (("more_than", "size", "999999.999"), "5"),
    ],
)
def test_a_value_that_could_not_be_written_is_no_remedy(condition: tuple[Any, ...], given: str) -> None:
    assert remedies(pack(condition), **{condition[1]: given}) == []


def test_conditions_that_contradict_each_other_have_no_remedy() -> None:
    assert remedies(pack(("at_least", "size", "10"), ("less_than", "size", "10")), size="5") == []
    assert remedies(pack(("at_least", "size", "10"), ("less_than", "size", "10")), size="50") == []


WINDOW = ("within", "built", {"low": "2024-01-01", "high": "2026-12-31"})


@pytest.mark.parametrize(
    ("on", "built", "to"),
    [
        ("2026-03-01", "2027-01-01", ["2026-12-31"]),
        ("2026-12-30", "2027-01-01", ["2026-12-31"]),
        ("2026-12-31", "2027-01-01", []),
        ("2027-01-01", "2027-01-02", []),
        ("2027-03-01", "2027-01-01", []),
        ("2027-01-01", "2027-01-01", []),
        ("2026-03-01", "2023-12-31", []),
        ("2023-03-01", "2023-12-31", ["2024-01-01"]),
        ("2023-12-31", "2023-12-31", []),
    ],
)
def test_a_planned_day_may_move_but_not_into_the_past_and_a_past_day_not_at_all(
    on: str, built: str, to: list[str]
) -> None:
    assert remedies(pack(WINDOW), on, built=built) == [{"built": day} for day in to]


@pytest.mark.parametrize(
    ("built", "changeable"),
    [("2026-02-28", False), ("2026-03-01", False), ("2026-03-02", True), (None, True)],
)
def test_what_a_day_settles_is_past_from_that_day_on(built: str | None, changeable: bool) -> None:
    policy = pack(WINDOW, ("is", "new", True))
    assert remedies(policy, new=False, built=built) == ([{"new": "true"}] if changeable else [])


def test_a_day_that_the_scheme_does_not_ask_for_settles_nothing() -> None:
    assert remedies(pack(("is", "new", True)), new=False, built="2020-01-01") == [{"new": "true"}]


def test_one_fact_of_the_past_leaves_no_remedy_at_all() -> None:
    assert remedies(pack(WINDOW, ("at_least", "cost", "5")), built="2020-01-01", cost="1") == []


@pytest.mark.parametrize(
    ("bound", "size", "power", "found"),
    [
        (("at_least", "2"), "12", "6.001", [{"size": "12.002"}, {"power": "6"}]),
        (("at_least", "2"), "11.999", "6", [{"size": "12"}, {"power": "5.999"}]),
        (("more_than", "2"), "12", "6", [{"size": "12.001"}, {"power": "5.999"}]),
        (("at_most", "2"), "13", "6", [{"size": "12"}, {"power": "6.5"}]),
        (("less_than", "2"), "12", "6", [{"size": "11.999"}, {"power": "6.001"}]),
        (("at_least", "3"), "1", "1", [{"size": "3"}, {"power": "0.333"}]),
        (("between", {"low": "2", "high": "3"}), "1", "1", [{"size": "2"}, {"power": "0.5"}]),
        (("between", {"low": "2", "high": "3"}), "10", "1", [{"size": "3"}, {"power": "3.334"}]),
        (("between", {"low": "2", "high": "2"}), "0.003", "0.001", [{"size": "0.002"}]),
        (("at_most", "0.001"), "5", "1", [{"size": "0.001"}, {"power": "5000"}]),
        (("at_least", "0"), "1", "1", []),
        (("at_least", "999999"), "1", "1", [{"size": "999999"}]),
    ],
)
def test_a_ratio_is_mended_by_either_operand(
    bound: tuple[str, Any], size: str, power: str, found: list[dict[str, str]]
) -> None:
    kind, value = bound
    assert remedies(pack((kind, "hours", value)), size=size, power=power) == found


@pytest.mark.parametrize(("built", "changeable"), [("2026-03-01", False), ("2026-03-02", True)])
def test_an_operand_that_a_day_settled_is_left_alone(built: str, changeable: bool) -> None:
    facts = [{**fact, "fixed_by": "built"} if fact["key"] == "size" else fact for fact in small.FACTS]
    policy = pack(RATIO, WINDOW, facts=facts)
    found = remedies(policy, size="11.999", power="6", built=built)
    assert found == [*([{"size": "12"}] if changeable else []), {"power": "5.999"}]


def test_what_is_stated_is_mended_itself() -> None:
    assert remedies(pack(RATIO), size="12", power="1", hours="1.5") == [{"hours": "2"}]


def test_one_change_may_mend_a_fact_and_its_ratio() -> None:
    assert remedies(pack(("at_least", "size", "10"), RATIO), size="9.99", power="5") == [{"size": "10"}]
    assert remedies(pack(("at_least", "size", "10"), RATIO), size="9", power="6") == [{"size": "12"}]


def test_a_change_that_breaks_a_ratio_is_mended_with_it() -> None:
    policy = pack(("at_most", "size", "6"), RATIO)
    assert remedies(policy, size="9", power="4") == [{"size": "6", "power": "3"}]


def test_where_neither_operand_suffices_alone_both_move_to_an_end_of_what_is_allowed() -> None:
    policy = pack(("at_most", "size", "6"), ("at_least", "power", "2.6"), RATIO)
    assert remedies(policy, size="5", power="4") == [{"size": "5.2", "power": "2.6"}, {"size": "6", "power": "3"}]


def test_an_end_of_what_is_allowed_may_be_that_of_a_span() -> None:
    policy = pack(("at_most", "size", "6"), ("between", "power", {"low": "2.6", "high": "9"}), RATIO)
    assert remedies(policy, size="5", power="4") == [{"size": "5.2", "power": "2.6"}, {"size": "6", "power": "3"}]


def test_no_operand_moves_further_than_the_other_allows() -> None:
    policy = pack(("at_most", "size", "1"), ("at_least", "power", "0.3"), ("at_least", "hours", "3"))
    assert remedies(policy, size="0.5", power="0.5") == [
        {"size": "0.9", "power": "0.3"},
        {"size": "0.999", "power": "0.333"},
    ]


def test_the_award_that_would_follow() -> None:
    policy = small.policy(
        small.scheme(small.condition("at_least", "size", "10"), benefit={**small.PER_UNIT, "cap": small.dated("1900")})
    )
    (remedy,) = small.answer(policy, size="5").remedies
    assert remedy.award_at_most is not None
    assert yuan(remedy.award_at_most) == "1900.00"
    assert [(change.fact, change.to) for change in remedy.changes] == [("size", Decimal(10))]
    unknown = pack(("is", "new", True))
    assert small.answer(unknown, new=False).remedies[0].award_at_most is None


def test_a_whole_application_that_fails_everywhere_is_mended_in_one() -> None:
    lingang = packs()["lingang-2024"]
    raw: small.Tree = dict.fromkeys(
        ("in_zone", "new_build", "advanced_technology", "drives_industry", "typical_scenario"), False
    )
    planned: small.Tree = {
        "project_side": "grid",
        "commissioned_on": "2027-01-01",
        "cycles_per_year": "0",
        "capacity_kwh": "1",
    }
    assert remedies(lingang, **raw, **planned, rated_power_kw="1000") == [
        {
            **dict.fromkeys(raw, "true"),
            "project_side": "user",
            "commissioned_on": "2026-12-31",
            "cycles_per_year": "450",
            "capacity_kwh": "2000",
        }
    ]
