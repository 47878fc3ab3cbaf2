"""What came out of one scheme for one project: its findings, their outcome and the award that follows."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from rules.benefits import Award
from rules.facts import Value
from rules.policy import Scheme, SchemeInForce, Test

Facts = Mapping[str, Value]


class Answer(StrEnum):
    """What came out of one condition. Unknown is not "no"."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What follows from all findings of a scheme."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


class Finding(NamedTuple):
    """What was asked, what was given (None: nothing) and what came out."""

    test: Test
    outcome: Answer
    given: Value | None
    derived: bool
    """Whether `given` was worked out from other facts."""


class Change(NamedTuple):
    """One fact that would have to be otherwise."""

    fact: str
    to: Value


class Remedy(NamedTuple):
    """A smallest set of changes that turns an ineligible answer, and the most that would then be granted."""

    changes: tuple[Change, ...]
    award_at_most: int | None


class SchemeAssessment(NamedTuple):
    """One scheme's answer. `award` is None when it is ineligible or the fact that it is computed from is missing."""

    scheme: Scheme
    outcome: Outcome
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    award: Award | None
    remedies: tuple[Remedy, ...] = ()


def assess_scheme(current: SchemeInForce, facts: Facts) -> SchemeAssessment:
    """One scheme's findings, outcome and award, without remedies."""
    findings = tuple(find(test, facts) for test in current.tests)
    outcome = _outcome(findings)
    missing = tuple(dict.fromkeys(finding.test.fact.key for finding in findings if finding.outcome is Answer.UNKNOWN))
    return SchemeAssessment(
        current.scheme, outcome, findings, missing, None if outcome is Outcome.INELIGIBLE else award(current, facts)
    )


def find(test: Test, facts: Facts) -> Finding:
    """The finding of one condition."""
    given, derived = value_of(test, facts)
    if given is None:
        return Finding(test, Answer.UNKNOWN, None, derived)
    return Finding(test, Answer.MET if test.condition.met(given, test.bound) else Answer.NOT_MET, given, derived)


def value_of(test: Test, facts: Facts) -> tuple[Value | None, bool]:
    """The fact's value as given, else derived as an exact ratio where it can be; and whether it was derived."""
    given = facts.get(test.fact.key)
    if given is not None or test.derived is None:
        return given, False
    of, over = facts.get(test.derived.of), facts.get(test.derived.over)
    if not isinstance(of, Decimal) or not isinstance(over, Decimal):
        return None, False
    return Fraction(int(of.scaleb(3)), int(over.scaleb(3))), True


def award(current: SchemeInForce, facts: Facts) -> Award | None:
    """What the scheme grants on these facts if its conditions are met; None where the fact that it is computed from is missing."""
    benefit = current.scheme.benefit
    base = facts.get(benefit.fact)
    if base is None:
        return None
    return benefit.award(base, facts.get(benefit.granted) if benefit.granted else None, current.numbers)


def _outcome(findings: tuple[Finding, ...]) -> Outcome:
    answers = {finding.outcome for finding in findings}
    if Answer.NOT_MET in answers:
        return Outcome.INELIGIBLE
    return Outcome.UNDETERMINED if Answer.UNKNOWN in answers else Outcome.ELIGIBLE
