"""What people hand in becomes facts, or every fault at once, each naming its field, its value and what to do."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rules.document import read_document
from rules.faults import BadInput, Fault, excerpt
from rules.load import packs
from rules.reading import Application, read_application, read_facts, read_form
from tests.rules import small

TODAY = date(2026, 3, 1)
LINGANG = packs()["lingang-2024"]


def read(tree: Any, **given: Any) -> Application:
    """Read as a body is: written as JSON, so that numbers are what they are there."""
    return read_application(read_document(json.dumps(tree).encode(), json_only=True), today=TODAY, **given)


def faults(tree: Any, **given: Any) -> dict[str, Fault]:
    with pytest.raises(BadInput) as refused:
        read(tree, **given)
    found = {fault.pointer: fault for fault in refused.value.faults}
    assert len(found) == len(refused.value.faults)
    for fault in found.values():
        check_messages(fault)
    return found


def check_messages(fault: Fault) -> None:
    for lang in ("zh", "en"):
        message = fault.message(lang)
        assert "{" not in message.replace(fault.params.get("value", ""), "")
        assert "value" not in fault.params or f"“{fault.params['value']}”" in message
        assert message.endswith("。" if lang == "zh" else (".", "?"))


def codes(tree: Any, **given: Any) -> dict[str, str]:
    return {pointer: fault.code for pointer, fault in faults(tree, **given).items()}


def test_an_application_names_policy_scheme_facts_and_day() -> None:
    application = read(
        {
            "policy": "lingang-2024",
            "scheme": "user-side-storage",
            "on": "2025-12-31",
            "facts": {
                "capacity_kwh": 12000.5,
                "in_zone": True,
                "commissioned_on": "2025-03-10",
                "cycles_per_year": None,
            },
        }
    )
    assert application.policy is LINGANG
    assert application.scheme == "user-side-storage"
    assert application.on == date(2025, 12, 31)
    assert application.facts == {
        "capacity_kwh": Decimal("12000.5"),
        "in_zone": True,
        "commissioned_on": date(2025, 3, 10),
    }


@pytest.mark.parametrize("tree", [{}, {"facts": {}}, {"policy": None, "scheme": None, "facts": None, "on": None}])
def test_nothing_given_is_the_default_policy_today_with_all_unknown(tree: Any) -> None:
    assert read(tree) == Application(LINGANG, None, {}, TODAY)


def test_what_is_given_besides_wins_over_the_document() -> None:
    tree = {"scheme": "first-unit", "on": "2025-01-01", "facts": {}}
    application = read(tree, scheme="strategic-project", on=date(2024, 5, 5))
    assert (application.scheme, application.on) == ("strategic-project", date(2024, 5, 5))
    assert read({"on": "not a day"}, on=date(2024, 5, 5)).on == date(2024, 5, 5)
    assert read({"scheme": "no scheme"}, scheme="first-unit").scheme == "first-unit"


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (None, {"": "empty"}),
        ([], {"": "not_a_mapping"}),
        ("text", {"": "not_a_mapping"}),
        (5, {"": "not_a_mapping"}),
        ({"facts": []}, {"/facts": "not_a_mapping"}),
        ({"facts": "x"}, {"/facts": "not_a_mapping"}),
        ({"facts": True}, {"/facts": "not_a_mapping"}),
        ({"fact": {}}, {"/fact": "unknown_key"}),
        ({"a/b~c": 1}, {"/a~1b~0c": "unknown_key"}),
        ({"": 1}, {"/": "unknown_key"}),
        ({"policy": "lingang-2025"}, {"/policy": "unknown_policy"}),
        ({"policy": 2024}, {"/policy": "unknown_policy"}),
        ({"policy": ["lingang-2024"]}, {"/policy": "unknown_policy"}),
        ({"policy": {}}, {"/policy": "unknown_policy"}),
        ({"policy": True}, {"/policy": "unknown_policy"}),
        ({"policy": ""}, {"/policy": "unknown_policy"}),
        ({"scheme": "user"}, {"/scheme": "unknown_scheme"}),
        ({"scheme": 5}, {"/scheme": "unknown_scheme"}),
        ({"scheme": []}, {"/scheme": "unknown_scheme"}),
        ({"scheme": {"id": "first-unit"}}, {"/scheme": "unknown_scheme"}),
        ({"scheme": False}, {"/scheme": "unknown_scheme"}),
        ({"on": "2025-02-30"}, {"/on": "no_such_day"}),
        ({"on": 20250101}, {"/on": "date_format"}),
        ({"on": True}, {"/on": "date_format"}),
        ({"on": []}, {"/on": "date_format"}),
        ({"facts": {"capacity": 1}}, {"/facts/capacity": "unknown_key"}),
        ({"facts": {"capacity_kwh": 0}}, {"/facts/capacity_kwh": "not_above"}),
        ({"facts": {"capacity_kwh": -5}}, {"/facts/capacity_kwh": "signed"}),
        ({"facts": {"capacity_kwh": True}}, {"/facts/capacity_kwh": "not_a_number"}),
        ({"facts": {"capacity_kwh": [1]}}, {"/facts/capacity_kwh": "not_a_number"}),
        ({"facts": {"capacity_kwh": float("nan")}}, {"/facts/capacity_kwh": "not_a_number"}),
        ({"facts": {"capacity_kwh": float("inf")}}, {"/facts/capacity_kwh": "not_a_number"}),
        ({"facts": {"capacity_kwh": 1e22}}, {"/facts/capacity_kwh": "not_a_number"}),
        ({"facts": {"capacity_kwh": "1e400"}}, {"/facts/capacity_kwh": "not_a_number"}),
        ({"facts": {"capacity_kwh": 10**12}}, {"/facts/capacity_kwh": "not_above"}),
        ({"facts": {"capacity_kwh": "9" * 100_000}}, {"/facts/capacity_kwh": "number_too_long"}),
        ({"facts": {"cycles_per_year": -1}}, {"/facts/cycles_per_year": "signed"}),
        ({"facts": {"cycles_per_year": 10**12}}, {"/facts/cycles_per_year": "not_at_least"}),
        ({"facts": {"in_zone": 1}}, {"/facts/in_zone": "not_yes_or_no"}),
        ({"facts": {"in_zone": "true"}}, {"/facts/in_zone": "not_yes_or_no"}),
        ({"facts": {"commissioned_on": "2025-02-30"}}, {"/facts/commissioned_on": "no_such_day"}),
        ({"facts": {"project_side": "User"}}, {"/facts/project_side": "not_an_option"}),
        ({"facts": {"new_investment_yuan": 0.001}}, {"/facts/new_investment_yuan": "too_many_decimals"}),
        ({"facts": {"new_investment_yuan": 10**13 + 1}}, {"/facts/new_investment_yuan": "money_range"}),
        ({"facts": {"granted_rate": 0.15}}, {"/facts/granted_rate": "needs_scheme"}),
        (
            {"scheme": "core-technology", "facts": {"granted_rate": 0.09}},
            {"/facts/granted_rate": "rate_not_between"},
        ),
        ({"scheme": "first-unit", "facts": {"granted_rate": 0}}, {"/facts/granted_rate": "rate_not_up_to"}),
        ({"scheme": "first-unit", "facts": {"granted_rate": 1.5}}, {"/facts/granted_rate": "rate_above_one"}),
        (
            {"facts": {"capacity_kwh": 0, "in_zone": 0, "x": 0}, "on": "x", "scheme": "y", "z": 1},
            {
                "/z": "unknown_key",
                "/on": "date_format",
                "/scheme": "unknown_scheme",
                "/facts/capacity_kwh": "not_above",
                "/facts/in_zone": "not_yes_or_no",
                "/facts/x": "unknown_key",
            },
        ),
        ({"policy": "x", "y": 1}, {"/y": "unknown_key", "/policy": "unknown_policy"}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_every_fault_is_named_at_once(tree: Any, found: dict[str, str]) -> None:
    assert codes(tree) == found


def test_an_unknown_policy_is_answered_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.reading.packs", lambda: {"one": LINGANG, "two": LINGANG})
    assert faults({"policy": "x"})["/policy"].params == {"value": "x", "known": "one, two"}


def test_messages_say_which_value_and_what_to_do() -> None:
    found = faults({"facts": {"capacity_kwh": 0, "project_side": "x", "size": 1}})
    assert found["/facts/capacity_kwh"].message("zh") == "“0”不在可填范围内。须大于 0 且小于 1000000000000。"
    assert found["/facts/project_side"].message("en").endswith("Choose from: user, grid, generation.")
    assert found["/facts/size"].message("en").startswith("There is no “size” here. Known are: in_zone, new_build, ")
    assert faults({"policy": "x"})["/policy"].message("en") == "There is no policy “x”. Known are: lingang-2024."
    assert faults(["a"])[""].params == {"value": '["a"]'}
    assert faults({"facts": ["a"]})["/facts"].params == {"value": '["a"]'}
    assert faults({"note": 1})["/note"].params == {"value": "note", "known": "policy, scheme, facts, on"}
    schemes = "user-side-storage, strategic-project, core-technology, first-unit, domestic-first-unit"
    assert faults({"scheme": "x"})["/scheme"].params == {"value": "x", "known": schemes}
    rate = {"scheme": "core-technology", "facts": {"granted_rate": "0.300001"}}
    assert faults(rate)["/facts/granted_rate"].message("zh") == (
        "比例“30.0001%”不在该条款允许的范围内。须不低于 10% 且不高于 30%。"
    )


@pytest.mark.parametrize(
    ("scheme", "rate", "read_"),
    [
        ("core-technology", "0.1", True),
        ("core-technology", "0.3", True),
        ("core-technology", "0.099999", False),
        ("core-technology", "0.300001", False),
        ("first-unit", "0.000001", True),
        ("first-unit", "0.2", True),
        ("first-unit", "0.200001", False),
        ("first-unit", "0", False),
        ("domestic-first-unit", "0.1", True),
        ("domestic-first-unit", "0.100001", False),
        ("user-side-storage", "0.9", True),
        ("strategic-project", "0.9", True),
    ],
)
def test_a_rate_must_lie_in_the_range_of_its_scheme_and_is_ignored_elsewhere(
    scheme: str, rate: str, read_: bool
) -> None:
    tree = {"scheme": scheme, "facts": {"granted_rate": rate}}
    if read_:
        assert read(tree).facts == {"granted_rate": Decimal(rate)}
    else:
        assert set(faults(tree)) == {"/facts/granted_rate"}


def test_the_range_is_that_in_force_on_the_day() -> None:
    amended = small.policy(small.scheme(benefit={**small.UP_TO, "rate": small.dated("0.1", "0.2")}))
    assert read_facts(amended, "only", {"rate": "0.15"}, date(2025, 1, 1)) == {"rate": Decimal("0.15")}
    with pytest.raises(BadInput) as refused:
        read_facts(amended, "only", {"rate": "0.15"}, date(2024, 12, 31))
    assert refused.value.faults[0].params["high"] == "10%"
    typed, (fault,) = read_form(amended, "only", {"rate": "15%", "cost": "1万"}, date(2024, 12, 31))
    assert (fault.pointer, fault.code, typed["cost"]) == ("/facts/rate", "rate_not_up_to", 10**6)
    assert read_form(amended, "only", {"rate": "15%"}, date(2025, 1, 1)) == ({"rate": Decimal("0.15")}, ())


def test_a_form_leaves_what_it_does_not_know_and_keeps_what_it_can_read() -> None:
    typed: Mapping[str, str] = {
        "capacity_kwh": "1.2MWh",
        "rated_power_kw": "六百",
        "commissioned_on": "2025年6月30日",
        "in_zone": "是",
        "project_side": "用户侧",
        "new_investment_yuan": "no number, and not of this scheme",
        "something": "else",
        "cycles_per_year": "  ",
    }
    facts, wrong = read_form(LINGANG, "user-side-storage", typed, TODAY)
    assert facts == {
        "capacity_kwh": Decimal(1200),
        "commissioned_on": date(2025, 6, 30),
        "in_zone": True,
        "project_side": "user",
    }
    assert [(fault.pointer, fault.code) for fault in wrong] == [("/facts/rated_power_kw", "not_a_number_typed")]
    check_messages(wrong[0])


def test_facts_alone_are_read_likewise() -> None:
    assert read_facts(LINGANG, None, {"in_zone": True}, TODAY) == {"in_zone": True}
    for tree in ({"in_zone": "x"}, ["in_zone"], {"granted_rate": "0.1"}):
        with pytest.raises(BadInput):
            read_facts(LINGANG, None, tree, TODAY)


def test_no_more_faults_are_told_than_anybody_would_mend() -> None:
    tree = {"facts": {f"k{number}": 1 for number in range(5_000)}}
    with pytest.raises(BadInput) as refused:
        read(tree)
    assert len(refused.value.faults) == 100
    assert refused.value.more == 4_900
    assert BadInput(refused.value.faults, refused.value.more).more == 4_900
    assert str(refused.value).startswith("/facts/k0 unknown_key; /facts/k1 unknown_key")


def test_a_long_key_is_cut_in_pointer_and_message() -> None:
    (fault,) = faults({"facts": {"k" * 1000: 1}}).values()
    assert fault.pointer == "/facts/" + "k" * 40 + "…"
    assert fault.params["value"] == "k" * 40 + "…"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 40 + "…"),
        ("a\nb\x00c\ud800", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}"),
        ("用户侧", "用户侧"),
        (True, "true"),
        (None, "null"),
        ({"a": ["一", False]}, '{"a": ["一", false]}'),
        (date(2026, 3, 1), '"2026-03-01"'),
    ],
)
def test_a_value_is_shown_on_one_line_and_cut(value: object, shown: str) -> None:
    assert excerpt(value) == shown
    assert excerpt("abc", 2) == "ab…"
