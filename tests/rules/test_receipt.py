"""A receipt holds what was asked, under which text and with what result, and replays to the same bytes."""

import json
from typing import Any

import pytest

from rules import ENGINE, receipt
from rules.assess import assess
from rules.canonical import text
from rules.load import packs
from rules.policy import Policy
from tests.rules import small

LINGANG = packs()["lingang-2024"]
RAW: small.Tree = {
    "in_zone": True,
    "new_build": True,
    "project_side": "user",
    "commissioned_on": "2025-03-10",
    "capacity_kwh": "26000.5",
    "rated_power_kw": "7800.15",
    "cycles_per_year": "449",
    "advanced_technology": True,
    "granted_rate": "0.15",
}


def issued(policy: Policy, scheme: str, on: str = "2026-03-01", **raw: Any) -> str:
    facts = small.facts(policy, **raw)
    assessment = assess(policy, facts, small.day(on), scheme)
    return receipt.issue(assessment, assessment.schemes[0])


def test_a_receipt_is_canonical_json_with_numbers_as_text_and_only_what_the_scheme_uses() -> None:
    told = json.loads(issued(LINGANG, "user-side-storage", **RAW))
    assert issued(LINGANG, "user-side-storage", **RAW) == text(told)
    assert told["policy"] == {"id": "lingang-2024", "version": LINGANG.version, "digest": LINGANG.digest}
    assert (told["engine"], told["scheme"], told["on"]) == (ENGINE, "user-side-storage", "2026-03-01")
    printed = {"in_zone": "true", "new_build": "true", "advanced_technology": "true"}
    assert told["facts"] == {**{key: raw for key, raw in RAW.items() if key != "granted_rate"}, **printed}
    assert (told["outcome"], told["award"]) == ("ineligible", None)
    findings = {finding["condition"]: finding for finding in told["findings"]}
    assert list(findings) == [condition.id for condition in LINGANG.scheme("user-side-storage").conditions]
    assert findings["cycles"] == {
        "condition": "cycles",
        "kind": "at_least",
        "fact": "cycles_per_year",
        "asked": "450",
        "given": "449",
        "outcome": "not_met",
        "clause": "A",
    }
    assert (findings["duration"]["given"], findings["duration"]["asked"]) == ("10/3", "2")
    assert findings["commissioned"]["asked"] == ["2024-01-01", "2026-12-31"]
    assert findings["drives_industry"]["given"] is None


def test_an_award_is_told_with_its_steps() -> None:
    met = {**RAW, "cycles_per_year": "450", "drives_industry": True, "typical_scenario": True}
    assert json.loads(issued(LINGANG, "user-side-storage", **met))["award"] == {
        "at_least": "5000000.00",
        "at_most": "5000000.00",
        "amount": "5000000.00",
        "capped": True,
        "clause": "A",
        "steps": [
            {"kind": "per_unit", "base": "26000.5", "rate": "200.00", "result": "5200100.00"},
            {"kind": "cap", "cap": "5000000.00", "result": "5000000.00"},
        ],
    }
    core: small.Tree = {"in_zone": True, "core_technology": True, "new_investment_yuan": "100"}
    award = json.loads(issued(LINGANG, "core-technology", **core))["award"]
    assert (award["at_least"], award["at_most"], award["amount"]) == ("10.00", "30.00", None)
    assert award["steps"] == [{"kind": "band", "base": "100.00", "low": "0.1", "high": "0.3", "result": "30.00"}]


def test_each_finding_and_the_award_cite_their_own_clause() -> None:
    clauses = [{**small.tree()["clauses"][0], "id": name} for name in "ABCD"]
    conditions = [
        small.condition("is", "new", True, clause="B"),
        small.condition("at_least", "size", "1", clause="C"),
    ]
    policy = small.policy(small.scheme(*conditions, benefit={**small.PER_UNIT, "clause": "D"}), clauses=clauses)
    told = json.loads(issued(policy, "only", new=True, size="2"))
    assert ([each["clause"] for each in told["findings"]], told["award"]["clause"]) == (["B", "C"], "D")


def test_two_ways_of_writing_the_same_facts_give_one_receipt() -> None:
    one = issued(LINGANG, "user-side-storage", capacity_kwh="1000", rated_power_kw="500.0")
    other = issued(LINGANG, "user-side-storage", rated_power_kw="500", capacity_kwh="1000.000")
    assert one == other
    assert receipt.digest(one) == receipt.digest(other)


@pytest.mark.parametrize("scheme", [scheme.id for scheme in LINGANG.schemes])
@pytest.mark.parametrize("raw", [{}, RAW, {"capacity_kwh": "10000", "rated_power_kw": "3000"}])
def test_a_receipt_replays_to_the_same_bytes(scheme: str, raw: small.Tree) -> None:
    rated = {key: value for key, value in raw.items() if key != "granted_rate" or scheme == "core-technology"}
    first = issued(LINGANG, scheme, **rated)
    assert receipt.replay(first, LINGANG.content) == first


def test_a_changed_receipt_does_not_replay_to_itself() -> None:
    first = issued(LINGANG, "user-side-storage", **RAW)
    for old, new in (('"449"', '"450"'), ('"not_met"', '"met"'), (LINGANG.digest, "sha256:0"), ('":', '": ')):
        forged = first.replace(old, new, 1)
        assert forged != first
        assert receipt.replay(forged, LINGANG.content) != forged


def test_a_receipt_does_not_replay_to_itself_under_another_text() -> None:
    whole = json.loads(LINGANG.content)
    for condition in whole["schemes"][0]["conditions"]:
        if condition["id"] == "cycles":
            condition["value"][0]["value"] = "449"
    first = issued(LINGANG, "user-side-storage", **RAW)
    again = receipt.replay(first, json.dumps(whole))
    assert again != first
    assert json.loads(again)["outcome"] == "undetermined"


def test_the_digest_is_that_of_the_bytes() -> None:
    assert receipt.digest("{}") == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert receipt.digest("一") != receipt.digest("二")


GOOD: small.Tree = {"engine": ENGINE, "facts": {}, "on": "2026-03-01", "scheme": "first-unit"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("", "the receipt is not JSON"),
        ("{", "the receipt is not JSON"),
        ("[]", "^the receipt lacks its engine, day or scheme$"),
        ("null", "^the receipt lacks its engine, day or scheme$"),
        ({}, "^the receipt lacks its engine, day or scheme$"),
        *(({key: value for key, value in GOOD.items() if key != left}, "the receipt lacks its") for left in GOOD),
        ({**GOOD, "on": 5}, "^the receipt lacks its engine, day or scheme$"),
        ({**GOOD, "scheme": None}, "^the receipt lacks its engine, day or scheme$"),
        ({**GOOD, "facts": []}, "^the receipt lacks its facts$"),
        ({**GOOD, "facts": {"in_zone": True}}, "^the receipt lacks its facts$"),
        ({**GOOD, "engine": "0"}, f"issued by engine 0, this is engine {ENGINE}"),
        ({**GOOD, "on": "2026-02-30"}, "cannot be replayed: day is out of range"),
        ({**GOOD, "on": "soon"}, "cannot be replayed: Invalid isoformat string"),
        ({**GOOD, "scheme": "other"}, "has no scheme 'other'"),
        ({**GOOD, "facts": {"height": "1"}}, "fact 'height' cannot be read"),
        ({**GOOD, "facts": {"in_zone": "yes"}}, "fact 'in_zone' cannot be read"),
    ],
    ids=str,
)
def test_a_receipt_that_cannot_be_replayed_says_why(told: Any, said: str) -> None:
    with pytest.raises(receipt.ReceiptError, match=said):
        receipt.replay(told if isinstance(told, str) else json.dumps(told), LINGANG.content)


@pytest.mark.parametrize("content", ["", "{}", "["])
def test_a_damaged_policy_is_said_to_be(content: str) -> None:
    with pytest.raises(receipt.ReceiptError, match="cannot be replayed: stored policy: /"):
        receipt.replay(json.dumps(GOOD), content)
