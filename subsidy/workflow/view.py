"""Everything about one application, as those see it who may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from rules.assess import SchemeAssessment
from rules.faults import BadInput
from schedules.due import Standing
from subsidy.errors import SubsidyError
from subsidy.records import Application, Award, Event, Instalment, OperatingFigure, Organisation, YearDecision
from subsidy.workflow import approval, door, events
from subsidy.workflow.actor import Actor
from subsidy.workflow.applications import unanswered
from subsidy.workflow.authority import why_not
from subsidy.workflow.sheet import Sheet, open_sheet
from subsidy.workflow.standing import Bench, Known, known
from subsidy.workflow.transitions import TRANSITIONS, Command


@dataclass(frozen=True)
class Part:
    """One instalment: where it stands, and what was recorded and decided for its operating year."""

    instalment: Instalment
    standing: Standing
    figure: OperatingFigure | None
    decision: YearDecision | None
    disbursed_on: date | None


@dataclass(frozen=True)
class Case:
    """An application with all that belongs to it.

    `assessment_declared` answers on the applicant's own word, `assessment_effective` on what a decision rests on; both as
    the text stands on the day of submission, for a draft today. `why_not` tells for each command why this person may not
    give it now; None where he may.
    """

    application: Application
    organisation: Organisation
    sheet: Sheet
    assessment_declared: SchemeAssessment
    assessment_effective: SchemeAssessment
    award: Award | None
    instalments: tuple[Part, ...]
    events: Sequence[Event]
    why_not: Mapping[Command, SubsidyError | BadInput | None]


def case(session: Session, actor: Actor, application_id: str, today: date) -> Case:
    """The case, for somebody who may see it; NotFound otherwise."""
    application = door.find(session, actor, application_id)
    sheet = open_sheet(session, application)
    on = application.submitted_on or today
    award = session.exec(select(Award).where(col(Award.application_id) == application.id)).one_or_none()
    return Case(
        application=application,
        organisation=session.get_one(Organisation, application.organisation_id),
        sheet=sheet,
        assessment_declared=sheet.assess(sheet.declared, on)[1],
        assessment_effective=sheet.assess(sheet.effective, on)[1],
        award=award,
        instalments=_parts(session, award, today) if award else (),
        events=story(session, application.id),
        why_not={command: _why_not(session, actor, command, application, sheet, today) for command in _ON_A_CASE},
    )


_ON_A_CASE = tuple(command for command, row in TRANSITIONS.items() if row.sources)


def story(session: Session, application_id: str) -> Sequence[Event]:
    """The entries of an application's record, oldest first."""
    query = select(Event).where(col(Event.subject_kind) == events.SUBJECT, col(Event.subject_id) == application_id)
    return session.exec(query.order_by(col(Event.id))).all()


def _why_not(
    session: Session, actor: Actor, command: Command, application: Application, sheet: Sheet, today: date
) -> SubsidyError | BadInput | None:
    refusal = why_not(actor, command, application, session)
    if refusal is not None:
        return refusal
    if command is Command.APPROVE:
        return approval.obstacle(sheet, application, today)
    faults = unanswered(sheet, today) if command is Command.SUBMIT else []
    return BadInput(faults) if faults else None


def _parts(session: Session, award: Award, today: date) -> tuple[Part, ...]:
    bench = Bench(session, today)
    query = known(Instalment, OperatingFigure, YearDecision).where(col(Instalment.award_id) == award.id)
    parts = []
    for *columns, instalment, figure, decision in session.execute(query.order_by(col(Instalment.number))):
        row = Known(*columns)
        parts.append(Part(instalment, bench.standing(row), figure, decision, row.generated_on))
    return tuple(parts)
