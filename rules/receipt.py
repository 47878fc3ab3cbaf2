"""Ties an award to its text: what was asked, under which text, by which engine, with what result. Replayed, it must be the same bytes."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from rules import ENGINE, canonical
from rules.assess import Assessment, Facts, Finding, SchemeAssessment, assess
from rules.facts import Value
from rules.load import PackError, load_content
from rules.money import yuan
from rules.policy import Policy


class ReceiptError(ValueError):
    """A receipt that this engine cannot replay: it says why."""


def issue(assessment: Assessment, answer: SchemeAssessment) -> str:
    """The receipt of one scheme's answer as canonical JSON. It holds no wording and no due dates; the facts are those the scheme uses."""
    policy, scheme = assessment.policy, answer.scheme
    used = {fact.key for fact in policy.facts_of(scheme)}
    facts = {key: policy.fact(key).print(value) for key, value in assessment.facts.items() if key in used}
    return canonical.text(
        {
            "policy": {"id": policy.id, "version": policy.version, "digest": policy.digest},
            "engine": ENGINE,
            "scheme": scheme.id,
            "on": assessment.on.isoformat(),
            "facts": facts,
            "outcome": answer.outcome.value,
            "findings": [_finding(finding) for finding in answer.findings],
            "award": _award(answer),
        }
    )


def replay(receipt: str, content: str) -> str:
    """The receipt that the stored policy gives today for the same facts and day; ReceiptError where it cannot be worked out."""
    told = _told(receipt)
    if told["engine"] != ENGINE:
        raise ReceiptError(f"the receipt was issued by engine {told['engine']}, this is engine {ENGINE}")
    try:
        policy = load_content(content)
        on = date.fromisoformat(told["on"])
    except (PackError, ValueError) as error:
        raise ReceiptError(f"the receipt cannot be replayed: {error}") from None
    if told["scheme"] not in {scheme.id for scheme in policy.schemes}:
        raise ReceiptError(f"the stored policy has no scheme {told['scheme']!r}")
    assessment = assess(policy, _facts(policy, told["facts"]), on, told["scheme"])
    return issue(assessment, assessment.schemes[0])


def digest(receipt: str) -> str:
    """``sha256:…`` of a receipt."""
    return canonical.of_text(receipt)


def _told(receipt: str) -> dict[str, Any]:
    try:
        told = json.loads(receipt)
    except ValueError as error:
        raise ReceiptError(f"the receipt is not JSON: {error}") from None
    if not isinstance(told, dict) or not all(isinstance(told.get(key), str) for key in ("engine", "on", "scheme")):
        raise ReceiptError("the receipt lacks its engine, day or scheme")
    facts = told.get("facts")
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        raise ReceiptError("the receipt lacks its facts")
    return told


def _facts(policy: Policy, printed: Mapping[str, str]) -> Facts:
    facts: dict[str, Value] = {}
    for key, text in printed.items():
        try:
            facts[key] = policy.fact(key).parse(text)
        except (KeyError, ValueError) as error:
            raise ReceiptError(f"the receipt's fact {key!r} cannot be read: {error}") from None
    return facts


def _finding(finding: Finding) -> dict[str, Any]:
    test = finding.test
    return {
        "condition": test.condition.id,
        "kind": test.condition.kind,
        "fact": test.fact.key,
        "asked": test.condition.printed(test.fact, test.bound),
        "given": None if finding.given is None else test.fact.print(finding.given),
        "outcome": finding.outcome.value,
        "clause": test.condition.clause,
    }


def _award(answer: SchemeAssessment) -> dict[str, Any] | None:
    award = answer.award
    if award is None:
        return None
    return {
        "at_least": yuan(award.at_least),
        "at_most": yuan(award.at_most),
        "amount": None if award.amount is None else yuan(award.amount),
        "capped": award.capped,
        "clause": award.clause,
        "steps": [{"kind": step.kind, **step.operands, "result": yuan(step.result)} for step in award.steps],
    }
