"""What the desks show of an application beside its record: where it stands and what its facts amount to."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from rules import wording
from rules.assess import Assessment, Outcome, SchemeAssessment
from rules.facts import Fact, Value
from rules.money import Fen
from schedules.calendar import china
from schedules.due import Status
from subsidy.assessment import assessment_document
from subsidy.locale import text
from subsidy.records import Application, ApplicationStatus
from subsidy.web.check import result
from subsidy.workflow.sheet import Sheet
from subsidy.workflow.view import Case


class Payment(NamedTuple):
    """Where one instalment stands."""

    number: int
    due_on: date
    status: Status
    reason: str | None


def next_step(application: Application, payments: Iterable[Payment], lang: str) -> str:
    """What happens next, and who has to act."""
    if application.status is not ApplicationStatus.APPROVED:
        return text(lang, f"case.next_{application.status}")
    for payment in payments:
        if payment.status not in (Status.GENERATED, Status.FORFEITED):
            key = payment.reason or payment.status
            return text(lang, f"case.next_{key}", number=payment.number, day=wording.day(payment.due_on, lang))
    return text(lang, "case.next_done")


def payments(case: Case) -> list[Payment]:
    """Where the instalments of a case stand."""
    return [
        Payment(part.instalment.number, part.instalment.due_on, part.standing.status, part.standing.reason)
        for part in case.instalments
    ]


def findings(sheet: Sheet, answer: SchemeAssessment, lang: str) -> list[tuple[result.Row, str, str]]:
    """The findings in the policy's order, each with the kind of its tag and the key of the tag's words."""
    return [(row, *result.outcome_tag(row)) for row in result.rows(sheet.policy, answer, lang)]


def difference(declared: SchemeAssessment, effective: SchemeAssessment) -> Fen | None:
    """By how much what was verified changes the award; None while one of the two amounts is not known."""
    before, after = _granted(declared), _granted(effective)
    return None if before is None or after is None else Fen(after - before)


def yearly_fact(sheet: Sheet) -> Fact:
    """The fact that is verified for each operating year; ValueError where the scheme has none."""
    release = sheet.scheme.terms.release
    if release is None:
        raise ValueError(f"{sheet.scheme.id} has no yearly figures")
    return sheet.policy.fact(sheet.scheme.condition(release.condition).fact)


def figures(case: Case, lang: str) -> dict[int, str]:
    """The verified figures that instalments wait for, by the number of the instalment."""
    recorded = {part.instalment.number: part.figure.value for part in case.instalments if part.figure}
    return {number: _shown(yearly_fact(case.sheet), kept, lang) for number, kept in recorded.items()}


def document(sheet: Sheet, answer: SchemeAssessment, facts: Mapping[str, Value], on: date, lang: str) -> dict[str, Any]:
    """One scheme's answer as the assessment document has it."""
    assessment = Assessment(sheet.policy, on, facts, (answer,))
    shown: dict[str, Any] = assessment_document(assessment, china(), lang)["schemes"][0]
    return shown


def _granted(answer: SchemeAssessment) -> Fen | None:
    if answer.outcome is Outcome.INELIGIBLE:
        return Fen(0)
    return answer.award.amount if answer.award else None


def _shown(fact: Fact, kept: str, lang: str) -> str:
    return fact.show(fact.parse(kept), lang)
