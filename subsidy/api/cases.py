"""An application as a program reads it, with all that belongs to it and that its reader may see."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field
from sqlmodel import Session

from rules.faults import BadInput
from rules.money import yuan
from schedules.due import Status
from subsidy.api.assessments import Money, SchemeAnswer
from subsidy.api.sessions import OrganisationAnswer
from subsidy.errors import SubsidyError
from subsidy.locale import text
from subsidy.records import Application, ApplicationStatus, Award, Decision, Organisation, Outcome, Role
from subsidy.web import casework, history
from subsidy.workflow.actor import Actor
from subsidy.workflow.particulars import Stated, unanswered
from subsidy.workflow.proceedings import Proceedings
from subsidy.workflow.view import Case, Part, case


class ApplicationHead(BaseModel):
    """Which application it is, and where it stands."""

    id: str
    number: Annotated[str, Field(description="What people quote.", examples=["LG-2026-0001"])]
    status: ApplicationStatus
    policy: str
    scheme: str
    project_name: str
    organisation: OrganisationAnswer
    submitted_on: date | None
    decided_on: date | None
    award_amount: Money | None
    status_since: Annotated[date, Field(description="The day on which the present status began.")]
    due_on: Annotated[date | None, Field(description="The last day for the present step, where it has one.")]
    version: Annotated[int, Field(description="To be sent with a change.")]


class StatedFact(BaseModel):
    """One fact, in canonical text. What the zone's staff verified is shown to them alone."""

    key: str
    declared: str | None
    verified: str | None
    reason: str | None
    verified_by: Annotated[str | None, Field(description="Who verified it.")]
    verified_at: datetime | None
    document: Annotated[str | None, Field(description="Id of the document that the verified value rests on.")]


class AwardRecord(BaseModel):
    """What was granted."""

    id: str
    amount: Money
    approved_on: date
    commissioned_on: date | None
    policy_digest: str
    receipt_digest: str


class Year(BaseModel):
    """The operating year whose figure decides an instalment."""

    number: int
    start: date
    end: date


class Figure(BaseModel):
    """A year's verified figure."""

    value: str
    evidence: str
    recorded_at: datetime


class YearDecisionAnswer(BaseModel):
    """What was decided on a year that falls short."""

    decision: Decision
    reason: str
    decided_at: datetime


class InstalmentRecord(BaseModel):
    """One dated part of an award."""

    id: str
    number: int
    due_on: date
    provisional: bool
    amount: Money
    status: Status
    reason: Annotated[str | None, Field(description="Code of why it is not paid.")]
    reason_text: str | None
    year: Year | None
    figure: Figure | None
    decision: YearDecisionAnswer | None
    disbursed_on: date | None
    payment: Annotated[
        str | None, Field(description="How its payment stands: waiting, payable, in_run, in_flight, paid or forfeited.")
    ]
    payment_obstacles: Annotated[list[str], Field(description="Codes of what is in the way of its payment.")]


class CommandAnswer(BaseModel):
    """Whether the reader may give a command now, and if not, why."""

    command: str
    allowed: bool
    why_not: str | None


class ChangeOf(BaseModel):
    """One thing that was changed, in words."""

    label: str
    before: str | None
    after: str | None


class EventAnswer(BaseModel):
    """Who did what, in words."""

    at: datetime
    who: str
    what: str
    reason: str | None
    changes: list[ChangeOf]


class NextStepAnswer(BaseModel):
    """What happens next, in working days."""

    who: Annotated[
        str | None, Field(description="applicant, administrator or system; null where nothing is to be done.")
    ]
    text: str
    due_on: date | None
    provisional: Annotated[bool, Field(description="The calendar of that year is still to be announced.")]
    days_used: int | None
    days_left: Annotated[int | None, Field(description="Below zero, days since; null where there is no last day.")]


class SupportAnswer(BaseModel):
    """Public money that the project has, or has asked for, elsewhere."""

    programme: str
    amount: Money
    year: int


class ParticularsAnswer(BaseModel):
    """What tells the project from others."""

    site: str | None
    filing: str | None
    meters: list[str]
    serials: list[str]
    other_support: Annotated[
        list[SupportAnswer] | None, Field(description="Null is unanswered, an empty list is none.")
    ]
    missing: Annotated[list[str], Field(description="What has not been stated.")]


class SignatureAnswer(BaseModel):
    """Who approved."""

    name: str
    signed_at: datetime
    reason: str


class ObjectionAnswer(BaseModel):
    """An objection to the notice."""

    id: str
    name: str
    contact: str
    text: str
    made_at: datetime
    answer: str | None
    answered_at: datetime | None


class ProceedingsAnswer(BaseModel):
    """The recommendation that holds, with its notice, objections and signatures."""

    outcome: Outcome
    amount: Money | None
    reason: str
    recommended_by: str
    made_at: datetime
    digest: Annotated[str, Field(description="Of what it rests on; approvals are of this.")]
    people: Annotated[int, Field(description="How many have to approve.")]
    signatures: list[SignatureAnswer]
    notice: str | None
    notice_ends_on: date | None
    objections: list[ObjectionAnswer]


class CaseAnswer(ApplicationHead):
    """An application with all that belongs to it."""

    next_step: NextStepAnswer
    proceedings: Annotated[ProceedingsAnswer | None, Field(description="For the zone's staff.")]
    defects: Annotated[str | None, Field(description="What was last returned to be corrected.")]
    claimed_by: Annotated[str | None, Field(description="Who has taken it on; for the zone's staff.")]
    decision_reason: str | None
    created_at: datetime
    updated_at: datetime
    facts: list[StatedFact]
    assessment_declared: Annotated[SchemeAnswer, Field(description="On the applicant's own word.")]
    assessment_effective: Annotated[
        SchemeAnswer | None, Field(description="On what a decision rests on; for the zone's staff.")
    ]
    particulars: ParticularsAnswer
    award: AwardRecord | None
    instalments: list[InstalmentRecord]
    commands: list[CommandAnswer]
    events: list[EventAnswer]


def head(application: Application, organisation: Organisation, award: Award | None) -> dict[str, object]:
    """The parts of an application's head."""
    return {
        "id": application.id,
        "number": application.number,
        "status": application.status,
        "policy": application.policy_id,
        "scheme": application.scheme_id,
        "project_name": application.project_name,
        "organisation": organisation.model_dump(),
        "submitted_on": application.submitted_on,
        "decided_on": application.decided_on,
        "award_amount": award and yuan(award.amount_fen),
        "status_since": application.status_since,
        "due_on": application.due_on,
        "version": application.version,
    }


def answer(session: Session, actor: Actor, application_id: str, today: date, lang: str) -> CaseAnswer:
    """The case as this person may see it; NotFound where he may not."""
    found = case(session, actor, application_id, today)
    application, award, sheet = found.application, found.award, found.sheet
    on, staff = application.submitted_on or today, actor.role != Role.APPLICANT
    declared = casework.document(sheet, found.assessment_declared, sheet.declared, on, lang)
    effective = casework.document(sheet, found.assessment_effective, sheet.effective, on, lang) if staff else None
    story = (
        history.story(found.events, sheet, lang)
        if staff
        else history.public_story(found.events, found.openings, sheet, lang)
    )
    return CaseAnswer.model_validate(
        {
            **head(application, found.organisation, award),
            "next_step": _next_step(found, lang),
            "proceedings": _proceedings(found.proceedings) if staff else None,
            "defects": application.defects,
            "claimed_by": found.claimed_by if staff else None,
            "decision_reason": application.decision_reason,
            "created_at": application.created_at,
            "updated_at": application.updated_at,
            "facts": _facts(found, staff=staff),
            "assessment_declared": declared,
            "assessment_effective": effective,
            "particulars": particulars_answer(found.particulars),
            "award": award and {**award.model_dump(), "amount": yuan(award.amount_fen)},
            "instalments": [_instalment(part, lang) for part in found.instalments],
            "commands": [_command(name, why, lang) for name, why in found.why_not.items()],
            "events": [{**each._asdict(), "changes": [one._asdict() for one in each.changes]} for each in story],
        }
    )


def _next_step(found: Case, lang: str) -> dict[str, object]:
    step = found.next_step
    return {
        "who": step.who,
        "text": casework.next_step(found.application, casework.payments(found), lang),
        "due_on": step.due_on,
        "provisional": step.provisional,
        "days_used": step.used,
        "days_left": step.left,
    }


def _proceedings(found: Proceedings) -> dict[str, object] | None:
    made, notice = found.recommendation, found.notice
    if made is None:
        return None
    return {
        **made.model_dump(include={"outcome", "reason", "made_at", "digest", "people"}),
        "amount": None if made.amount_fen is None else yuan(made.amount_fen),
        "recommended_by": found.recommended_by,
        "signatures": [vars(one) for one in found.signatures],
        "notice": notice and notice.id,
        "notice_ends_on": notice and notice.ends_on,
        "objections": [one.model_dump() for one in found.objections],
    }


def _facts(found: Case, *, staff: bool) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = []
    for fact in found.sheet.policy.facts_of(found.sheet.scheme):
        row = found.sheet.rows.get(fact.key)
        settled = row if staff else None
        facts.append(
            {
                "key": fact.key,
                "declared": row.declared if row else None,
                "verified": settled and settled.verified,
                "reason": settled and settled.reason,
                "verified_by": settled and found.people.get(settled.verified_by or ""),
                "verified_at": settled and settled.verified_at,
                "document": settled and settled.document_id,
            }
        )
    return facts


def particulars_answer(stated: Stated) -> ParticularsAnswer:
    """The particulars as a program reads them."""
    support = stated.other_support
    return ParticularsAnswer(
        site=stated.site or None,
        filing=stated.filing or None,
        meters=list(stated.meters),
        serials=list(stated.serials),
        other_support=None
        if support is None
        else [SupportAnswer(programme=each.programme, amount=yuan(each.amount), year=each.year) for each in support],
        missing=unanswered(stated),
    )


def _instalment(part: Part, lang: str) -> dict[str, object]:
    kept, standing = part.instalment, part.standing
    return {
        "id": kept.id,
        "number": kept.number,
        "due_on": kept.due_on,
        "provisional": kept.provisional,
        "amount": yuan(kept.effective_fen),
        "status": standing.status,
        "reason": standing.reason,
        "reason_text": standing.reason and text(lang, f"reason.{standing.reason}"),
        "year": kept.year_number and {"number": kept.year_number, "start": kept.year_start, "end": kept.year_end},
        "figure": part.figure and part.figure.model_dump(),
        "decision": part.decision and part.decision.model_dump(),
        "disbursed_on": part.disbursed_on,
        "payment": part.payment and part.payment.state,
        "payment_obstacles": [reason.code for reason in part.payment.obstacles] if part.payment else [],
    }


def _command(name: str, why: SubsidyError | BadInput | None, lang: str) -> dict[str, object]:
    return {"command": name, "allowed": why is None, "why_not": None if why is None else _said(why, lang)}


def _said(why: SubsidyError | BadInput, lang: str) -> str:
    if isinstance(why, BadInput):
        return " ".join(fault.message(lang) for fault in why.faults)
    return why.message(lang)
