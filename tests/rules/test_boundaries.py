"""Below, on and above every threshold of every pack, made from the vocabulary itself and read as a file would state them."""

import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from rules.assess import Answer, assess
from rules.conditions import KINDS, ConditionBase
from rules.document import read_document
from rules.facts import Choice, FactBase, Money, Quantity, Rate, Value, YesNo
from rules.load import packs
from rules.policy import Policy
from rules.policy import Test as Asked
from rules.reading import read_application
from tests.rules import small

EXPECTED: dict[str, list[bool]] = {
    "at_least": [False, True, True],
    "at_most": [True, True, False],
    "more_than": [False, False, True],
    "less_than": [True, False, False],
    "between": [False, True, True, True, True, False],
    "within": [False, True, True, True, True, False],
    "is": [True, False],
}
"""For each kind with a fixed shape, the answers from below the first boundary to above the last."""

VOCABULARY = small.policy(
    small.scheme(
        small.condition("at_least", "size", "10"),
        small.condition("at_most", "size", "20.5", id="most"),
        small.condition("more_than", "cost", "100"),
        small.condition("less_than", "share", "0.5"),
        small.condition("between", "power", {"low": "3", "high": "4"}),
        small.condition("within", "built", {"low": "2024-02-29", "high": "2026-12-31"}),
        small.condition("is", "new", True),
        small.condition("one_of", "colour", ["red", "blue"]),
        small.condition("none_of", "colour", ["blue"], id="none"),
    )
)


def _thresholds() -> Iterator[Any]:
    for policy in (VOCABULARY, *packs().values()):
        for day in policy.change_days:
            for scheme in policy.on(day):
                for test in scheme.tests:
                    name = f"{policy.id}-{scheme.scheme.id}-{test.condition.id}-{day}"
                    yield pytest.param(policy, scheme.scheme.id, test, day, id=name)


THRESHOLDS = list(_thresholds())


def test_the_vocabulary_is_complete() -> None:
    assert {kind.model_fields["kind"].annotation.__args__[0] for kind in KINDS} == {  # type: ignore[union-attr]
        test.condition.kind for test in VOCABULARY.on(small.DAY)[0].tests
    }
    assert len(KINDS) == len({test.condition.kind for test in VOCABULARY.on(small.DAY)[0].tests})


@pytest.mark.parametrize(("policy", "scheme", "test", "day"), THRESHOLDS)
def test_a_kind_lies_on_the_side_that_its_name_says(policy: Policy, scheme: str, test: Asked, day: date) -> None:
    around = list(test.condition.around(test.fact, test.bound))
    kind = test.condition.kind
    if kind in EXPECTED:
        assert [met for _, met in around] == EXPECTED[kind]
    else:
        assert isinstance(test.fact, Choice)
        assert dict(around) == {
            option.id: (option.id in test.bound) is (kind == "one_of") for option in test.fact.options
        }
    for value, met in around:
        assert test.condition.met(value, test.bound) is met


@pytest.mark.parametrize(("policy", "scheme", "test", "day"), THRESHOLDS)
def test_values_around_a_threshold_differ_by_one_step(policy: Policy, scheme: str, test: Asked, day: date) -> None:
    values: list[Any] = [value for value, _ in test.condition.around(test.fact, test.bound)]
    steps = {"quantity": Fraction(1, 1000), "money": 1, "rate": Fraction(1, 10**6)}
    for below, on, above in zip(values[::3], values[1::3], values[2::3], strict=False):
        if test.fact.kind in steps:
            assert Fraction(on) - Fraction(below) == Fraction(above) - Fraction(on) == steps[test.fact.kind]
        elif test.fact.kind == "date":
            assert (on - below).days == (above - on).days == 1


@pytest.mark.parametrize("as_text", [True, False], ids=["text", "number"])
@pytest.mark.parametrize(("policy", "scheme", "test", "day"), THRESHOLDS)
def test_every_boundary_holds_when_read_from_json(
    policy: Policy, scheme: str, test: Asked, day: date, as_text: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rules.reading.packs", lambda: {policy.id: policy})
    for value, met in test.condition.around(test.fact, test.bound):
        assert test.fact.holds(value)
        written = as_json(test.fact, value, as_text)
        body = f'{{"policy": "{policy.id}", "scheme": "{scheme}", "on": "{day}", "facts": {{"{test.fact.key}": {written}}}}}'
        application = read_application(read_document(body.encode(), json_only=True), today=date(2099, 1, 1))
        answer = assess(application.policy, application.facts, application.on, application.scheme).schemes[0]
        outcomes = {finding.test.condition.id: finding.outcome for finding in answer.findings}
        assert outcomes[test.condition.id] is (Answer.MET if met else Answer.NOT_MET)


def as_json(fact: FactBase, value: Value, as_text: bool) -> str:
    number = isinstance(fact, Quantity | Money | Rate) and not as_text
    printed = fact.print(value)
    return printed if number or isinstance(fact, YesNo) else json.dumps(printed)


@pytest.mark.parametrize(("policy", "scheme", "test", "day"), THRESHOLDS)
def test_what_is_nearest_to_a_failing_value_satisfies(policy: Policy, scheme: str, test: Asked, day: date) -> None:
    condition: ConditionBase[Any] = test.condition
    for value, met in condition.around(test.fact, test.bound):
        if not met:
            near = condition.nearest(value, test.fact, test.bound)
            assert near
            assert all(condition.met(one, test.bound) for one in near)


def test_one_key_means_one_kind_and_unit_in_every_pack() -> None:
    meanings: dict[str, set[tuple[str, str]]] = {}
    for policy in packs().values():
        for fact in policy.facts:
            meanings.setdefault(fact.key, set()).add((fact.kind, getattr(fact, "unit", "")))
    assert {key: found for key, found in meanings.items() if len(found) > 1} == {}
