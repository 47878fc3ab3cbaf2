"""One project under one policy on one day."""

from datetime import date
from typing import NamedTuple

from rules.findings import Answer, Facts, Finding, Outcome, Remedy, SchemeAssessment, assess_scheme
from rules.policy import Policy
from rules.remedy import remedies

__all__ = ["Answer", "Assessment", "Facts", "Finding", "Outcome", "Remedy", "SchemeAssessment", "assess"]


class Assessment(NamedTuple):
    """The answers of a policy's schemes, or of the one that was asked for, in the policy's order."""

    policy: Policy
    on: date
    facts: Facts
    schemes: tuple[SchemeAssessment, ...]


def assess(policy: Policy, facts: Facts, on: date, scheme: str | None = None) -> Assessment:
    """Every finding of every scheme, or of `scheme`, with award and remedies, as the text stands on a day.

    A commissioning date after `on` is a plan and is tested like any other (Q15). Facts that no scheme asks for are left alone.
    """
    answers = []
    for current in policy.on(on) if scheme is None else (policy.scheme_on(scheme, on),):
        answer = assess_scheme(current, facts)
        if answer.outcome is Outcome.INELIGIBLE:
            answer = answer._replace(remedies=remedies(current, answer, facts, on, policy))
        answers.append(answer)
    return Assessment(policy, on, facts, tuple(answers))
