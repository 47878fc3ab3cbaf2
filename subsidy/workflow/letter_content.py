"""What a letter is about, gathered when it is written: all that the paper will say, and nothing that may change afterwards.

Labels of the policy are taken along in both languages, so that a letter reads the same after its pack was reworded. Numbers
are text, as in every canonical JSON here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from rules import wording
from rules.assess import Finding, SchemeAssessment
from rules.benefits import step_text
from rules.capitals import capitals
from rules.facts import Value
from rules.model import Text
from rules.money import Fen, yuan
from rules.policy import Policy, Scheme
from schedules.clock import SHANGHAI
from schedules.instalments import PlannedInstalment
from subsidy.locale import LANGUAGES, text
from subsidy.records import AmendmentKind, Application, Instalment, LetterKind, Organisation, Recovery
from subsidy.workflow import approval
from subsidy.workflow.entitlement import Preview
from subsidy.workflow.sheet import Sheet

Content = dict[str, Any]


class Signature(NamedTuple):
    """Who answers for a letter, and since which day."""

    name: str
    on: date

    @classmethod
    def at(cls, name: str, moment: datetime) -> "Signature":
        """Given at a moment, of which only the day is printed."""
        return cls(name, moment.astimezone(SHANGHAI).date())


class Amended(NamedTuple):
    """What a letter about an amendment tells: what follows, the facts as they were before it, what is owed back and what is
    added; and the account that the former has to be paid to."""

    preview: Preview
    former: Mapping[str, Value]
    demanded: Recovery | None
    added: Instalment | None
    reason: str
    """Of whoever proposed it, which the letter prints."""
    refund_to: str


def content(
    kind: LetterKind,
    application: Application,
    organisation: Organisation,
    sheet: Sheet,
    *,
    today: date,
    parts: Sequence[PlannedInstalment],
    signed: Sequence[Signature],
    reason: str,
    addition: str,
    deadline: date | None,
    amended: Amended | None = None,
) -> Content:
    """All that a letter of that kind says if it is written today, but for its number and where it can be checked.

    `parts` are the instalments of an award, `deadline` the last day for what is to be put right; other letters have none.
    """
    policy, scheme = sheet.policy, sheet.scheme
    on = approval.day_of_rule(application)
    answer = amended.preview.answer if amended else sheet.assess(sheet.effective, on)[1]
    unasked = kind is LetterKind.CORRECTION or (amended and amended.preview.choice.kind is not AmendmentKind.FACTS)
    findings = () if unasked else answer.findings
    cited = {scheme.clause, *(finding.test.condition.clause for finding in findings)}
    return {
        "kind": kind.value,
        "issued_on": today.isoformat(),
        "issuer": _both(policy.issuer),
        "policy": {"id": policy.id, "version": policy.version, "digest": policy.digest, "title": _both(policy.title)},
        "scheme": _both(scheme.label),
        "clause": scheme.clause,
        "application": {
            "number": application.number,
            "project": application.project_name,
            "organisation": organisation.name,
            "credit_code": organisation.credit_code,
            "submitted_on": on.isoformat(),
        },
        "award": _award(answer, sheet, parts) if kind is LetterKind.AWARD else None,
        "amendment": amended and _amendment(amended, sheet),
        "findings": [_finding(finding) for finding in findings],
        "reason": reason,
        "addition": addition,
        "deadline": deadline and deadline.isoformat(),
        "appeal": _appeal(policy) if kind in _APPEALABLE else None,
        "clauses": [
            {"id": clause.id, "title": _both(clause.title), "quote": clause.quote, "summary": _both(clause.summary)}
            for clause in policy.clauses
            if clause.id in cited
        ],
        "signed": [{"name": each.name, "on": each.on.isoformat()} for each in signed],
    }


def _award(answer: SchemeAssessment, sheet: Sheet, parts: Sequence[PlannedInstalment]) -> Content:
    if answer.award is None or answer.award.amount is None:
        raise ValueError(f"{answer.scheme.id} grants no amount that a letter could state")
    base = sheet.policy.fact(sheet.scheme.benefit.fact)
    return {
        "amount": yuan(answer.award.amount),
        "capitals": capitals(answer.award.amount),
        "capped": answer.award.capped,
        "steps": [
            {"text": _in_both(partial(step_text, step, base)), "result": yuan(step.result)}
            for step in answer.award.steps
        ],
        "instalments": [
            {
                "number": str(part.number),
                "due_on": part.due_on.isoformat(),
                "amount": yuan(part.amount),
                "notes": _in_both(partial(_notes, sheet.scheme, part)),
            }
            for part in parts
        ],
    }


def _amendment(amended: Amended, sheet: Sheet) -> Content:
    preview, demanded = amended.preview, amended.demanded
    told = preview.told
    choice, due_on = preview.choice, {one.number: one.due_on for one in preview.instalments}
    lines = [
        {**line, "due_on": due_on[int(line["instalment"])].isoformat(), "paid": "true" if line["paid"] else "false"}
        for line in told["lines"]
    ]
    if amended.added is not None:
        added = {"instalment": str(amended.added.number), "before": yuan(0), "after": told["top_up"], "paid": "false"}
        lines.append(added | {"due_on": amended.added.due_on.isoformat()})
    return {
        "kind": told["kind"],
        "before": told["before"],
        "amount": told["amount"],
        "capitals": capitals(preview.deltas.due),
        "facts": [
            {
                "label": _both(sheet.policy.fact(key).label),
                "before": _in_both(partial(_stated, sheet, key, amended.former.get(key))),
                "after": _in_both(partial(_stated, sheet, key, value)),
            }
            for key, value in choice.facts.items()
        ],
        "disallowed": told["disallowed"],
        "lines": lines,
        "withdrawn": [{"number": number, "amount": amount} for number, amount in sorted(told["withdrawn"].items())],
        "demand": demanded
        and {
            "number": demanded.number,
            "amount": yuan(demanded.amount_fen),
            "capitals": capitals(Fen(demanded.amount_fen)),
            "due_on": demanded.due_on.isoformat(),
            "account": amended.refund_to,
        },
    }


def _stated(sheet: Sheet, key: str, value: Value | None, lang: str) -> str:
    return text(lang, "base.not_given") if value is None else sheet.policy.fact(key).show(value, lang)


_APPEALABLE: Final = frozenset({LetterKind.REFUSAL, LetterKind.AMENDMENT})


def _appeal(policy: Policy) -> dict[str, str] | None:
    """Until when a decision can be gone against; None where the policy has no procedure that says."""
    if policy.procedure is None:
        return None
    appeal = policy.procedure.appeal
    return {"reconsideration_days": str(appeal.reconsideration_days), "suit_months": str(appeal.suit_months)}


def _notes(scheme: Scheme, part: PlannedInstalment, lang: str) -> str:
    """What an instalment waits for, and whether its day can still move."""
    notes = [text(lang, "report.plan_provisional")] if part.provisional else []
    if scheme.terms.release and part.year:
        condition = scheme.condition(scheme.terms.release.condition).label.of(lang)
        start, end = (wording.day(day, lang) for day in (part.year.start, part.year.end))
        notes.append(text(lang, "check.plan_tested_year", condition=condition, start=start, end=end))
    return text(lang, "report.semicolon").join(notes)


def _finding(finding: Finding) -> Content:
    test = finding.test
    condition, fact, given = test.condition, test.fact, finding.given
    by_person = condition.decided_by == "person"

    def shown(lang: str) -> str:
        if given is None:
            return text(lang, "letter.not_judged" if by_person else "base.not_given")
        value = fact.show(given, lang)
        return text(lang, "report.derived", value=value) if finding.derived else value

    return {
        "label": _both(condition.label),
        "asked": _in_both(lambda lang: condition.asked(fact, test.bound, lang)),
        "given": _in_both(shown),
        "outcome": finding.outcome.value,
        "by_person": by_person,
        "clause": condition.clause,
        "question": condition.question or fact.question,
    }


def _both(label: Text) -> dict[str, str]:
    return _in_both(label.of)


def _in_both(said: Callable[[str], str]) -> dict[str, str]:
    return {lang: said(lang) for lang in LANGUAGES}
