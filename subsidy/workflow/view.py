"""Everything about one application, as those see it who may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from rules.assess import SchemeAssessment
from rules.faults import BadInput
from rules.money import Fen
from schedules.calendar import china
from schedules.due import Standing
from subsidy.errors import SubsidyError
from subsidy.finance import recoveries
from subsidy.finance.payable import Judged, Wanted, judged
from subsidy.records import (
    Amendment,
    Application,
    Award,
    Document,
    Event,
    Instalment,
    Letter,
    OperatingFigure,
    Organisation,
    Proposal,
    Recovery,
    Role,
    User,
    YearDecision,
)
from subsidy.workflow import amending, appeals, deadlines, documents, door, events, letters, particulars, recommendation
from subsidy.workflow.access import Opening, openings
from subsidy.workflow.actor import Actor
from subsidy.workflow.applications import unanswered
from subsidy.workflow.authority import why_not
from subsidy.workflow.entitlement import amendments
from subsidy.workflow.next_step import NextStep, next_step
from subsidy.workflow.particulars import Match, Stated
from subsidy.workflow.proceedings import Proceedings, proceedings
from subsidy.workflow.sheet import Sheet, open_sheet
from subsidy.workflow.stages import OPEN
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
    payment: Judged | None
    """Where its payment stands, and what is in the way; empty until it is disbursed."""


@dataclass(frozen=True)
class Amended:
    """What became of an award since it was granted; all empty where there is none."""

    due: Fen | None = None
    """What it comes to in all by its last amendment."""
    amendments: Sequence[Amendment] = ()
    recoveries: Sequence[Recovery] = ()
    proposal: Proposal | None = None
    """A change that waits for a second person."""
    proposed_by: str | None = None

    @property
    def owed(self) -> Fen:
        """What is still to be paid back."""
        return Fen(sum(one.open_fen for one in self.recoveries))


@dataclass(frozen=True)
class Case:
    """An application with all that belongs to it.

    `assessment_declared` answers on the applicant's own word, `assessment_effective` on what a decision rests on; both as
    the text stands on the day of submission, for a draft today. `why_not` tells for each command why this person may not
    give it now; None where he may. `openings`, by the zone's staff, are told to applicants.
    """

    application: Application
    organisation: Organisation
    sheet: Sheet
    assessment_declared: SchemeAssessment
    assessment_effective: SchemeAssessment
    award: Award | None
    instalments: tuple[Part, ...]
    documents: Sequence[Document]
    """Every one that ever was in the case, versions in order; `workflow.documents` says which count."""
    particulars: Stated
    duplicates: Sequence[Match]
    unstated: Sequence[str]
    """Particulars that the applicant has not stated yet."""
    people: Mapping[str, str]
    """Names of those who verified facts or put documents in."""
    letters: Sequence[Letter]
    events: Sequence[Event]
    openings: Sequence[Opening]
    why_not: Mapping[Command, SubsidyError | BadInput | None]
    obstacle: SubsidyError | None
    """Why nothing can be granted on the present facts; None where it can, or where it was decided or never submitted."""
    proceedings: Proceedings
    appeal_until: date | None
    """The last day on which a refusal can be appealed; empty where it cannot."""
    amended: Amended
    next_step: NextStep
    claimed_by: str | None
    """The name of the administrator who has taken it on."""


def case(session: Session, actor: Actor, application_id: str, today: date) -> Case:
    """The case, for somebody who may see it; NotFound otherwise."""
    application = door.find(session, actor, application_id)
    sheet = open_sheet(session, application)
    on = application.submitted_on or today
    award = session.exec(select(Award).where(col(Award.application_id) == application.id)).one_or_none()
    there, stated = documents.of(session, application.id), particulars.read(session, application.id)
    return Case(
        application=application,
        organisation=session.get_one(Organisation, application.organisation_id),
        sheet=sheet,
        assessment_declared=sheet.assess(sheet.declared, on)[1],
        assessment_effective=sheet.assess(sheet.effective, on)[1],
        award=award,
        instalments=_parts(session, award, today) if award else (),
        documents=there,
        particulars=stated,
        unstated=particulars.unanswered(stated),
        duplicates=particulars.duplicates(session, actor, application),
        people=_people(session, sheet, there),
        letters=letters.of_case(session, application.id),
        events=story(session, application.id),
        openings=openings(session, application.id) if actor.role == Role.APPLICANT else (),
        why_not={command: _why_not(session, actor, command, application, sheet, today) for command in _ON_A_CASE},
        obstacle=recommendation.obstacle(session, sheet, application, today) if application.status in OPEN else None,
        proceedings=proceedings(session, application),
        appeal_until=appeals.last_day(session, application),
        amended=_amended(session, award),
        next_step=next_step(application, today, china()),
        claimed_by=session.get_one(User, application.claimed_by).name if application.claimed_by else None,
    )


_ON_A_CASE = tuple(command for command, row in TRANSITIONS.items() if row.sources)


def story(session: Session, application_id: str) -> Sequence[Event]:
    """The entries of an application's record, oldest first."""
    query = select(Event).where(col(Event.subject_kind) == events.SUBJECT, col(Event.subject_id) == application_id)
    return session.exec(query.order_by(col(Event.position))).all()


def _people(session: Session, sheet: Sheet, there: Sequence[Document]) -> Mapping[str, str]:
    ids = {row.verified_by for row in sheet.rows.values()} | {each.uploaded_by for each in there}
    query = select(User.id, User.name).where(col(User.id).in_(ids - {None}))
    return dict(session.exec(query).all())


def _why_not(
    session: Session, actor: Actor, command: Command, application: Application, sheet: Sheet, today: date
) -> SubsidyError | BadInput | None:
    refusal = why_not(actor, command, application, session)
    if refusal is not None:
        return refusal
    if command in (Command.APPEAL, Command.UPHOLD, Command.REOPEN, Command.CLOSE):
        return appeals.why_not(session, actor, command, application, today)
    if command in (Command.REVISE, Command.AMEND, Command.REVOKE, Command.KEEP):
        return amending.why_not(session, actor, command, application)
    if command in (Command.PUBLISH, Command.APPROVE, Command.REFUSE):
        return recommendation.why_not(session, actor, command, application, sheet, today)
    if command is Command.SUBMIT:
        faults = unanswered(sheet, today)
        return deadlines.too_late(application, today) or (BadInput(faults) if faults else None)
    return None


def _amended(session: Session, award: Award | None) -> Amended:
    if award is None:
        return Amended()
    made, proposed = amendments(session, award), amending.open_proposal(session, award)
    return Amended(
        Fen(made[-1].amount_fen if made else award.amount_fen),
        made,
        recoveries.of_award(session, award.id),
        proposed,
        session.get_one(User, proposed.made_by).name if proposed else None,
    )


def _parts(session: Session, award: Award, today: date) -> tuple[Part, ...]:
    bench = Bench(session, today)
    query = known(Instalment, OperatingFigure, YearDecision).where(col(Instalment.award_id) == award.id)
    found = session.execute(query.order_by(col(Instalment.number))).all()
    rows = [(Known(*columns), instalment, figure, decision) for *columns, instalment, figure, decision in found]
    disbursed = [row.instalment_id for row, *_ in rows if row.generated_on]
    payments = {one.row.known.instalment_id: one for one in judged(session, today, Wanted(ids=disbursed))}
    return tuple(
        Part(instalment, bench.standing(row), figure, decision, row.generated_on, payments.get(row.instalment_id))
        for row, instalment, figure, decision in rows
    )
