"""What must hold of any policy that the vocabulary can state, for any project, on any day."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rules import receipt
from rules.assess import Answer, Outcome, Remedy, SchemeAssessment, assess
from rules.benefits import step_text
from rules.facts import FactBase, Value
from rules.load import load_content
from rules.money import split
from rules.policy import Policy
from tests import strategies

Project = tuple[Policy, dict[str, Value], date]


def share(tenths: int) -> settings:
    """Fewer examples than the profile asks for, for what costs more than most."""
    slow = [HealthCheck.filter_too_much, HealthCheck.too_slow]
    return settings(max_examples=max(settings().max_examples * tenths // 10, 5), suppress_health_check=slow)


PROJECTS = strategies.projects()
KNOWN = strategies.projects(known=True)


def number(value: Any) -> Fraction:
    return Fraction(value) / (100 if isinstance(value, int) else 1)


def in_force(series: list[Any], on: date) -> Any:
    day = max(on.isoformat(), "2024-01-01")
    return next((entry["value"] for entry in reversed(series) if entry["from"] <= day), series[0]["value"])


def second_opinion(condition: Any, value: Any, on: date) -> bool:
    """Whether a value satisfies a condition as its text stands in the pack, worked out in another way."""
    bound, kind = in_force(condition["value"], on), condition["kind"]
    if kind == "is":
        return bool(value == bound)
    if kind in ("one_of", "none_of"):
        return (value in bound) is (kind == "one_of")
    if kind == "within":
        return bool(bound["low"] <= value.isoformat() <= bound["high"])
    if kind == "between":
        return not (number(value) < Fraction(bound["low"]) or number(value) > Fraction(bound["high"]))
    distance = number(value) - Fraction(bound)
    return {"at_least": distance >= 0, "at_most": distance <= 0, "more_than": distance > 0, "less_than": distance < 0}[
        kind
    ]


def is_ratio(policy: Policy) -> bool:
    return getattr(policy.fact("hours"), "derived", None) is not None


def value_of(policy: Policy, key: str, facts: Mapping[str, Value]) -> Value | None:
    if key == "hours" and is_ratio(policy) and "hours" not in facts and {"size", "power"} <= facts.keys():
        return Fraction(str(facts["size"])) / Fraction(str(facts["power"]))
    return facts.get(key)


@share(6)
@given(PROJECTS)
def test_every_finding_and_outcome_agrees_with_a_second_opinion(project: Project) -> None:
    policy, facts, on = project
    whole = json.loads(policy.content)
    answers = assess(policy, facts, on).schemes
    assert [answer.scheme.id for answer in answers] == [scheme["id"] for scheme in whole["schemes"]]
    for answer, scheme in zip(answers, whole["schemes"], strict=True):
        missing = []
        for finding, condition in zip(answer.findings, scheme["conditions"], strict=True):
            value = value_of(policy, condition["fact"], facts)
            assert finding.given == value
            if value is None:
                assert finding.outcome is Answer.UNKNOWN
                missing.append(condition["fact"])
            else:
                met = second_opinion(condition, value, on)
                assert finding.outcome is (Answer.MET if met else Answer.NOT_MET)
        assert answer.missing == tuple(dict.fromkeys(missing))
        outcomes = {finding.outcome for finding in answer.findings}
        refused, waiting = Answer.NOT_MET in outcomes, Answer.UNKNOWN in outcomes
        expected = Outcome.INELIGIBLE if refused else Outcome.UNDETERMINED if waiting else Outcome.ELIGIBLE
        assert answer.outcome is expected


@share(6)
@given(PROJECTS)
def test_an_award_agrees_with_a_second_opinion(project: Project) -> None:
    policy, facts, on = project
    for answer, scheme in zip(assess(policy, facts, on).schemes, json.loads(policy.content)["schemes"], strict=True):
        benefit = scheme["benefit"]
        base = facts.get(benefit["fact"])
        if answer.outcome is Outcome.INELIGIBLE or base is None:
            assert answer.award is None
            continue
        assert answer.award is not None
        rate = in_force(benefit["rate"], on)
        low, high = (rate["low"], rate["high"]) if isinstance(rate, dict) else (rate, rate)
        if "granted" in benefit:
            low = low if isinstance(rate, dict) else "0"
            low, high = (str(facts["rate"]),) * 2 if "rate" in facts else (low, high)
        exact = [number(base) * Fraction(each) * 100 for each in (low, high)]
        cap = Fraction(in_force(benefit["cap"], on)) * 100 if "cap" in benefit else None
        capped = cap is not None and exact[1] >= cap
        at_least, at_most = (int(each if cap is None else min(each, cap)) for each in exact)
        assert (answer.award.at_least, answer.award.at_most, answer.award.capped) == (at_least, at_most, capped)
        assert answer.award.amount == (at_most if low == high or Fraction(low) == Fraction(high) else None)


@share(6)
@given(PROJECTS)
def test_an_award_lies_below_its_cap_and_its_parts_are_the_whole(project: Project) -> None:
    policy, facts, on = project
    for answer, current in zip(assess(policy, facts, on).schemes, policy.on(on), strict=True):
        if answer.award:
            award = answer.award
            assert 0 <= award.at_least <= award.at_most
            assert current.numbers.cap is None or award.at_most <= current.numbers.cap
            assert award.capped is (award.at_most == current.numbers.cap)
            assert award.amount in (None, award.at_most)
            assert sum(split(award.at_most, answer.scheme.terms.weights)) == award.at_most
            assert award.steps[-1].result == award.at_most


@share(6)
@given(PROJECTS, st.data())
def test_more_is_never_worth_less(project: Project, data: st.DataObject) -> None:
    policy, facts, on = project
    for current in policy.on(on):
        benefit = current.scheme.benefit
        fact = policy.fact(benefit.fact)
        one, other = (data.draw(strategies.values(policy, fact)) for _ in range(2))
        low, high = sorted((one, other), key=number)
        less, more = (benefit.award(value, facts.get("rate"), current.numbers) for value in (low, high))
        assert (less.at_least, less.at_most, less.capped) <= (more.at_least, more.at_most, more.capped)
        assert (less.amount is None) is (more.amount is None)


@share(6)
@given(KNOWN, st.data())
def test_what_is_not_known_yet_never_overturns_a_verdict(project: Project, data: st.DataObject) -> None:
    """Facts are taken away one after the other: a finding stays as it is or becomes unknown, and so does the outcome.

    A duration that is stated is one exception by Q4: once it is taken away, the ratio speaks in its place.
    """
    policy, facts, on = project
    if is_ratio(policy):
        facts = {key: value for key, value in facts.items() if key != "hours"}
    before = assess(policy, facts, on).schemes
    for key in data.draw(st.permutations(sorted(facts))):
        facts = {name: value for name, value in facts.items() if name != key}
        after = assess(policy, facts, on).schemes
        for old, new in zip(before, after, strict=True):
            for was, now in zip(old.findings, new.findings, strict=True):
                assert now.outcome in (was.outcome, Answer.UNKNOWN)
            assert set(old.missing) <= set(new.missing)
            assert new.outcome in (old.outcome, Outcome.UNDETERMINED)
            rated = old.scheme is policy.schemes[0]  # the rate drawn lies in the range of the first scheme
            if rated and old.outcome is new.outcome and old.award and new.award:
                assert old.award.at_most <= new.award.at_most
                assert new.award.at_least <= old.award.at_least
        before = after
    assert all(answer.outcome is Outcome.UNDETERMINED for answer in before)


@share(6)
@given(PROJECTS, st.data())
def test_a_fact_that_no_finding_waited_for_changes_none(project: Project, data: st.DataObject) -> None:
    policy, facts, on = project
    for answer in assess(policy, facts, on).schemes:
        waited = {*answer.missing, *(("size", "power") if "hours" in answer.missing else ())}
        unasked = [fact for fact in policy.facts if fact.key not in {*facts, *waited, "hours"}]
        assume(unasked)
        fact = data.draw(st.sampled_from(unasked))
        if fact.key in ("rate", answer.scheme.benefit.fact):
            continue
        more = {**facts, fact.key: data.draw(strategies.values(policy, fact))}
        again = assess(policy, more, on, answer.scheme.id).schemes[0]
        assert (again.outcome, again.findings, again.award) == (answer.outcome, answer.findings, answer.award)


def ineligible(project: Project) -> Iterator[tuple[SchemeAssessment, dict[str, Value]]]:
    """The answers of a project that may have remedies, with the facts that their schemes use."""
    policy, facts, on = project
    for answer in assess(policy, facts, on).schemes:
        used = {fact.key for fact in policy.facts_of(answer.scheme)}
        if answer.outcome is Outcome.INELIGIBLE:
            yield answer, {key: value for key, value in facts.items() if key in used}


def outcome(policy: Policy, facts: Mapping[str, Value], on: date, scheme: str) -> Outcome:
    return assess(policy, facts, on, scheme).schemes[0].outcome


def is_past(fact: FactBase, facts: Mapping[str, Value], on: date) -> bool:
    """Whether what the fact says cannot be changed any more."""
    own, settled = facts.get(fact.key), facts.get(fact.fixed_by) if fact.fixed_by else None
    return any(isinstance(day, date) and day <= on for day in (own, settled))


@share(6)
@given(KNOWN)
def test_a_remedy_works_is_minimal_and_leaves_the_past_alone(project: Project) -> None:
    policy, facts, on = project
    for answer in assess(policy, facts, on).schemes:
        if answer.outcome is not Outcome.INELIGIBLE:
            assert answer.remedies == ()
    for answer, used in ineligible(project):
        sets = [frozenset(change.fact for change in remedy.changes) for remedy in answer.remedies]
        assert len(set(answer.remedies)) == len(sets)
        assert not any(one < other for one in sets for other in sets)
        assert [len(one) for one in sets] == sorted(len(one) for one in sets)
        for remedy in answer.remedies:
            check_remedy(policy, answer.scheme.id, used, on, remedy)


def check_remedy(policy: Policy, scheme: str, facts: dict[str, Value], on: date, remedy: Remedy) -> None:
    changes = {change.fact: change.to for change in remedy.changes}
    changed = {**facts, **changes}
    again = assess(policy, changed, on, scheme).schemes[0]
    assert again.outcome is not Outcome.INELIGIBLE
    assert remedy.award_at_most == (again.award.at_most if again.award else None)
    for key, to in changes.items():
        fact = policy.fact(key)
        assert fact.holds(to)
        assert not is_past(fact, facts, on)
        assert not isinstance(to, date) or to > on
        assert outcome(policy, {**changed, key: facts[key]}, on, scheme) is Outcome.INELIGIBLE, f"{key} need not change"
        if (closer := one_step_back(fact, to, facts[key])) is not None:
            assert outcome(policy, {**changed, key: closer}, on, scheme) is Outcome.INELIGIBLE, f"{key} goes too far"


def one_step_back(fact: FactBase, to: Any, given: Any) -> Value | None:
    """The value one step nearer to the given one; None where there is none between."""
    if isinstance(to, bool | str):
        return None
    step = timedelta(days=1) if isinstance(to, date) else fact.step
    back: Value = to - step if to > given else to + step
    return None if back == given else back


def around(policy: Policy, scheme: str, on: date) -> dict[str, list[Value]]:
    """For each fact, the values on and around the thresholds in force."""
    found: dict[str, list[Value]] = {}
    for test in policy.scheme_on(scheme, on).tests:
        found.setdefault(test.fact.key, []).extend(value for value, _ in test.condition.around(test.fact, test.bound))
    return found


def smallest_by_force(policy: Policy, scheme: str, facts: dict[str, Value], on: date, grid: list[Value]) -> int | None:
    """How few facts need to change, tried out over all values around the thresholds (and a grid of operands); None: no way."""
    candidates = around(policy, scheme, on)
    if "hours" in candidates and "hours" not in facts and is_ratio(policy):
        for key in ("size", "power"):
            candidates.setdefault(key, []).extend(grid)
    options: dict[str, list[Value]] = {}
    for key, near in candidates.items():
        fact = policy.fact(key)
        if key in facts and not is_past(fact, facts, on):
            found = [value for value in near if fact.holds(value) and not (isinstance(value, date) and value <= on)]
            options[key] = [facts[key], *dict.fromkeys(value for value in found if value != facts[key])]
    best: int | None = None
    for values in product(*options.values()):
        changes = dict(zip(options, values, strict=True))
        size = sum(value != facts[key] for key, value in changes.items())
        if (best is None or size < best) and outcome(
            policy, {**facts, **changes}, on, scheme
        ) is not Outcome.INELIGIBLE:
            best = size
    return best


@share(5)
@given(strategies.projects(derived=False, known=True))
def test_there_is_a_remedy_exactly_where_force_finds_one(project: Project) -> None:
    policy, _, on = project
    for answer, facts in ineligible(project):
        smallest = smallest_by_force(policy, answer.scheme.id, facts, on, [])
        assert smallest == min((len(remedy.changes) for remedy in answer.remedies), default=None)


GRID: list[Value] = [Decimal(halves) / 2 for halves in (1, 2, 3, 4, 6, 8, 12)]


@share(2)
@given(strategies.projects(derived=True, known=True))
def test_what_force_finds_for_a_ratio_a_remedy_finds_too_and_it_is_minimal(project: Project) -> None:
    policy, facts, on = project
    facts.pop("hours")
    for answer, used in ineligible((policy, facts, on)):
        for remedy in answer.remedies:
            check_remedy(policy, answer.scheme.id, used, on, remedy)
        smallest = smallest_by_force(policy, answer.scheme.id, used, on, GRID)
        if smallest is not None:
            assert answer.remedies
            assert len(answer.remedies[0].changes) <= smallest


@share(6)
@given(PROJECTS)
def test_a_receipt_replays_to_the_same_bytes(project: Project) -> None:
    policy, facts, on = project
    assessment = assess(policy, facts, on)
    for answer in assessment.schemes:
        issued = receipt.issue(assessment, answer)
        assert receipt.replay(issued, policy.content) == issued


@share(6)
@given(strategies.policies())
def test_a_policy_comes_back_from_its_text(policy: Policy) -> None:
    again = load_content(policy.content)
    assert (again, again.digest, again.content) == (policy, policy.digest, policy.content)


@share(6)
@given(PROJECTS)
def test_what_is_printed_is_read_and_what_is_shown_is_typed_again(project: Project) -> None:
    policy, facts, _ = project
    for key, value in facts.items():
        fact = policy.fact(key)
        assert fact.parse(fact.print(value)) == value
        assert fact.print(fact.parse(fact.print(value))) == fact.print(value)
        for lang in ("zh", "en"):
            assert fact.read_typed(fact.show(value, lang)) == value


@share(6)
@given(PROJECTS)
def test_what_is_asked_given_and_granted_can_be_said_in_both_languages(project: Project) -> None:
    policy, facts, on = project
    for answer in assess(policy, facts, on).schemes:
        for finding in answer.findings:
            test = finding.test
            for lang in ("zh", "en"):
                assert test.condition.asked(test.fact, test.bound, lang)
                assert finding.given is None or test.fact.show(finding.given, lang)
        for step in answer.award.steps if answer.award else ():
            base = policy.fact(answer.scheme.benefit.fact)
            texts = {step_text(step, base, lang) for lang in ("zh", "en")}
            assert all(texts)
            assert not any("{" in text for text in texts)


@share(6)
@given(PROJECTS, st.dates(date(2028, 1, 1), date(2099, 12, 31)))
def test_an_amendment_to_come_changes_nothing_today(project: Project, later: date) -> None:
    policy, facts, on = project
    whole = json.loads(policy.content)
    for scheme in whole["schemes"]:
        for part in (*scheme["conditions"], scheme["benefit"]):
            series = part["value"] if "value" in part else part["rate"]
            series.append({"from": later.isoformat(), "value": series[0]["value"]})
    amended = load_content(json.dumps(whole))
    assert amended.digest != policy.digest
    for one, other in zip(assess(policy, facts, on).schemes, assess(amended, facts, on).schemes, strict=True):
        assert (one.outcome, one.missing, one.award, one.remedies) == (
            other.outcome,
            other.missing,
            other.award,
            other.remedies,
        )


@share(6)
@given(PROJECTS)
def test_one_scheme_asked_for_is_that_one_of_all(project: Project) -> None:
    policy, facts, on = project
    for answer in assess(policy, facts, on).schemes:
        assert assess(policy, facts, on, answer.scheme.id).schemes == (answer,)
