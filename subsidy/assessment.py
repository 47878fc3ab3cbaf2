"""An assessment as others see it: the contract's JSON shape, with dated instalments and prose in the reader's language.

The API, the command line, the pages and the paper all show this one document.
"""

from datetime import date
from typing import Any

from rules import ENGINE
from rules.assess import Assessment, Finding, Remedy, SchemeAssessment
from rules.benefits import Award, step_text
from rules.facts import Value
from rules.money import yuan
from rules.policy import Policy, Scheme
from schedules.calendar import Calendar
from schedules.instalments import plan


def assessment_document(assessment: Assessment, calendar: Calendar, lang: str) -> dict[str, Any]:
    """The document of an assessment. Money is yuan with two decimals, days are YYYY-MM-DD; None stands for unknown.

    Instalments are dated as if the award were approved on the day of the check.
    """
    policy = assessment.policy
    return {
        "policy": {"id": policy.id, "version": policy.version, "digest": policy.digest},
        "engine": ENGINE,
        "on": assessment.on.isoformat(),
        "schemes": [_scheme(answer, assessment, calendar, lang) for answer in assessment.schemes],
    }


def _scheme(answer: SchemeAssessment, assessment: Assessment, calendar: Calendar, lang: str) -> dict[str, Any]:
    policy, scheme = assessment.policy, answer.scheme
    award = answer.award
    return {
        "id": scheme.id,
        "outcome": answer.outcome.value,
        "findings": [_finding(finding, lang) for finding in answer.findings],
        "missing": list(answer.missing),
        "award": None if award is None else _award(award, policy, scheme, assessment.on, calendar, lang),
        "remedies": [_remedy(remedy, policy) for remedy in answer.remedies],
    }


def _finding(finding: Finding, lang: str) -> dict[str, Any]:
    test = finding.test
    condition = test.condition
    return {
        "condition": condition.id,
        "outcome": finding.outcome.value,
        "fact": test.fact.key,
        "decided_by": condition.decided_by,
        "asked": condition.asked(test.fact, test.bound, lang),
        "given": None if finding.given is None else test.fact.print(finding.given),
        "derived": finding.derived,
        "clause": condition.clause,
        "question": condition.question,
    }


def _award(award: Award, policy: Policy, scheme: Scheme, on: date, calendar: Calendar, lang: str) -> dict[str, Any]:
    base = policy.fact(scheme.benefit.fact)
    amount = award.at_most if award.amount is None else award.amount
    return {
        "at_least": yuan(award.at_least),
        "at_most": yuan(award.at_most),
        "amount": None if award.amount is None else yuan(award.amount),
        "capped": award.capped,
        "clause": award.clause,
        "steps": [
            {"kind": step.kind, "text": step_text(step, base, lang), "result": yuan(step.result)}
            for step in award.steps
        ],
        "indicative": award.indicative,
        "instalments": [
            {
                "number": part.number,
                "due_on": part.due_on.isoformat(),
                "provisional": part.provisional,
                "amount": yuan(part.amount),
            }
            for part in plan(amount, scheme.terms, on, calendar)
        ],
    }


def _remedy(remedy: Remedy, policy: Policy) -> dict[str, Any]:
    at_most = remedy.award_at_most
    return {
        "changes": [{"fact": change.fact, "to": _plain(policy, change.fact, change.to)} for change in remedy.changes],
        "award_at_most": None if at_most is None else yuan(at_most),
    }


def _plain(policy: Policy, key: str, value: Value) -> str | bool:
    """A value as the contract's JSON takes it back: yes/no as a boolean, everything else as text."""
    return value if isinstance(value, bool) else policy.fact(key).print(value)
