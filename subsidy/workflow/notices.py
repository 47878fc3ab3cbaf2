"""Public notice of a recommended award: publishing it, objecting to it, answering, and its end."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault
from subsidy.database import writing
from subsidy.errors import NotFound, Refused
from subsidy.records import Application, Notice, Objection, Organisation, Recommendation
from subsidy.records import ApplicationStatus as Status
from subsidy.workflow import deadlines, door, recommendation, words
from subsidy.workflow.actor import PUBLIC, SYSTEM, Actor
from subsidy.workflow.sheet import open_sheet
from subsidy.workflow.transitions import Command

MOST_OBJECTIONS: Final = 100
"""To one notice: what comes by a form without an account must not fill the database."""


@dataclass(frozen=True)
class Posted:
    """A notice with what the public may know of it, and nothing else."""

    id: str
    number: str
    project_name: str
    organisation: str
    policy_id: str
    scheme_id: str
    amount_fen: int
    published_on: date
    ends_on: date
    status: str
    """running, over or withdrawn"""


def publish(session: Session, actor: Actor, now: datetime, today: date, application_id: str, version: int) -> Notice:
    """Puts the award that is recommended on public notice, for the working days of the procedure."""
    with door.change(session, actor, now, Command.PUBLISH, application_id, version=version) as change:
        application = change.application
        sheet = open_sheet(session, application)
        if refusal := recommendation.why_not(session, actor, Command.PUBLISH, application, sheet, today):
            raise refusal
        ends_on = deadlines.last_day(session, application, Status.NOTICE, today)
        if ends_on is None:
            raise ValueError(f"{sheet.policy.id} does not say how long a notice stands")
        made = Notice(
            recommendation_id=recommendation.required(session, application).id, published_on=today, ends_on=ends_on
        )
        session.add(made)
    return made


def object_to(
    session: Session, now: datetime, today: date, notice_id: str, *, name: str, contact: str, text: str
) -> Objection:
    """Somebody's objection, for which he needs no account. One that is sent again is the one that is there.

    Raises NotFound, BadInput with every fault, or Refused where the notice is over or has more than can be looked into.
    """
    notice, application = _found(session, notice_id)
    faults: list[Fault] = []
    name, contact = words.line(name, "name", faults), words.line(contact, "contact", faults)
    text = words.passage(text, "text", faults)
    if faults:
        raise BadInput(faults)
    if application.status is not Status.NOTICE:
        raise Refused("workflow.notice_over")
    with door.change(session, PUBLIC, now, Command.OBJECT, application.id, version=None) as change:
        if _live(session, change.application).id != notice.id or today > notice.ends_on:
            raise Refused("workflow.notice_over")
        there = objections(session, notice)
        again = [one for one in there if (one.name, one.contact, one.text) == (name, contact, text)]
        if again:
            return again[0]
        if len(there) >= MOST_OBJECTIONS:
            raise Refused("workflow.objections_full")
        made = Objection(notice_id=notice.id, name=name, contact=contact, text=text, made_at=now)
        session.add(made)
        change.after["objection"] = made.id
    return made


def answer(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    objection_id: str,
    text: str,
    version: int,
) -> Objection:
    """Answers an objection, on the record. Raises NotFound, or Refused where it has been answered."""
    with door.change(session, actor, now, Command.ANSWER, application_id, version=version, reason=text) as change:
        made = session.get(Objection, words.identifier(objection_id))
        if made is None or made.notice_id != _live(session, change.application).id:
            raise NotFound
        if made.answer is not None:
            raise Refused("workflow.answered_already")
        made.answer, made.answered_by, made.answered_at = change.reason, str(actor.id), now
        change.after["objection"] = made.id
    return made


def end_notice(session: Session, now: datetime, today: date, application_id: str) -> Application:
    """After its last day a notice without an open objection leads to the decision. Refused before that."""
    with door.change(session, SYSTEM, now, Command.END_NOTICE, application_id, version=None) as change:
        notice = _live(session, change.application)
        if today <= notice.ends_on:
            raise Refused("workflow.notice_runs", day=notice.ends_on.isoformat())
        if any(one.answer is None for one in objections(session, notice)):
            raise Refused("workflow.objection_open")
    return change.application


def end_notices(engine: Engine | Connection, now: datetime, today: date) -> int:
    """Ends every notice that can end; returns how many. Each is one step."""
    with writing(engine) as session:
        query = select(Application.id).where(col(Application.status) == Status.NOTICE, col(Application.due_on) < today)
        over = session.exec(query.order_by(col(Application.id))).all()
    return sum(_end(engine, now, today, application_id) for application_id in over)


def posted(session: Session, today: date, notice_id: str | None = None) -> list[Posted]:
    """What the public sees: the notices that run, or the one of that id in whatever state it is."""
    query = (
        select(Notice, Recommendation, Application, Organisation)
        .join(Recommendation, col(Recommendation.id) == col(Notice.recommendation_id))
        .join(Application, col(Application.id) == col(Recommendation.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .order_by(col(Notice.ends_on), col(Application.number))
    )
    if notice_id is not None:
        query = query.where(col(Notice.id) == words.identifier(notice_id))
    shown = [_posted(*row, today) for row in session.exec(query)]
    return shown if notice_id is not None else [one for one in shown if one.status == "running"]


def of_case(session: Session, made: Recommendation) -> Notice | None:
    """The notice of a recommendation; None where it was not published."""
    return session.exec(select(Notice).where(col(Notice.recommendation_id) == made.id)).one_or_none()


def objections(session: Session, notice: Notice) -> list[Objection]:
    """The objections to a notice, the first one first."""
    query = select(Objection).where(col(Objection.notice_id) == notice.id)
    return list(session.exec(query.order_by(col(Objection.made_at), col(Objection.id))))


def _posted(
    notice: Notice, made: Recommendation, application: Application, organisation: Organisation, today: date
) -> Posted:
    running = application.status is Status.NOTICE and today <= notice.ends_on
    return Posted(
        id=notice.id,
        number=application.number,
        project_name=application.project_name,
        organisation=organisation.name,
        policy_id=application.policy_id,
        scheme_id=application.scheme_id,
        amount_fen=made.amount_fen or 0,
        published_on=notice.published_on,
        ends_on=notice.ends_on,
        status="withdrawn" if made.voided_at else "running" if running else "over",
    )


def _found(session: Session, notice_id: str) -> tuple[Notice, Application]:
    notice = session.get(Notice, words.identifier(notice_id))
    if notice is None:
        raise NotFound
    made = session.get_one(Recommendation, notice.recommendation_id)
    return notice, session.get_one(Application, made.application_id)


def _live(session: Session, application: Application) -> Notice:
    made = recommendation.required(session, application)
    return session.exec(select(Notice).where(col(Notice.recommendation_id) == made.id)).one()


def _end(engine: Engine | Connection, now: datetime, today: date, application_id: str) -> bool:
    with suppress(Refused), writing(engine) as session:
        end_notice(session, now, today, application_id)
        return True
    return False  # an objection is open, or somebody was quicker
