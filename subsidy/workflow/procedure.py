"""The steps by which a case is taken on: accepted, returned to be corrected, claimed; and what ends by itself."""

from contextlib import suppress
from datetime import date, datetime

from sqlalchemy import Connection, Engine
from sqlmodel import Session, col, select

from schedules.clock import SHANGHAI
from subsidy.database import writing
from subsidy.errors import Refused
from subsidy.records import Application, LetterKind, User
from subsidy.records import ApplicationStatus as Status
from subsidy.workflow import deadlines, door, letters
from subsidy.workflow.actor import SYSTEM, Actor
from subsidy.workflow.letters import PLAIN, Dictation
from subsidy.workflow.sheet import open_sheet
from subsidy.workflow.transitions import Command


def accept(session: Session, actor: Actor, now: datetime, application_id: str, version: int) -> Application:
    """Finds that what was handed in is in order: from now on it is verified."""
    with door.change(session, actor, now, Command.ACCEPT, application_id, version=version) as change:
        pass
    return change.application


def return_for_correction(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    defects: str,
    version: int,
    dictation: Dictation = PLAIN,
) -> Application:
    """Hands the case back to the applicant, whom a letter tells all its defects at once and by when to correct them."""
    with door.change(session, actor, now, Command.RETURN, application_id, version=version, reason=defects) as change:
        application, today = change.application, now.astimezone(SHANGHAI).date()
        application.defects = change.reason
        deadline = deadlines.last_day(session, application, Status.RETURNED, today)
        sheet = open_sheet(session, application)
        letters.issue(session, LetterKind.CORRECTION, change, sheet, actor, today, dictation, deadline=deadline)
    return change.application


def claim(
    session: Session, actor: Actor, now: datetime, application_id: str, version: int, reason: str | None = None
) -> Application:
    """Takes a case on. One that somebody else has taken on is taken over, for a reason."""
    with door.change(session, actor, now, Command.CLAIM, application_id, version=version, reason=reason) as change:
        application = change.application
        if application.claimed_by == actor.id:
            raise Refused("workflow.claimed_already", number=application.number)
        if application.claimed_by is not None and change.reason is None:
            raise Refused("workflow.claimed_by_other", number=application.number)
        _hand_to(session, change, actor)
    return change.application


def unclaim(session: Session, actor: Actor, now: datetime, application_id: str, version: int) -> Application:
    """Gives a case back that one has taken on."""
    with door.change(session, actor, now, Command.UNCLAIM, application_id, version=version) as change:
        if change.application.claimed_by != actor.id:
            raise Refused("workflow.not_claimed", number=change.application.number)
        _hand_to(session, change, None)
    return change.application


def lapse(session: Session, now: datetime, today: date, application_id: str) -> Application:
    """Ends a case that was returned and not handed in again by its last day; Refused before that day is over."""
    with door.change(session, SYSTEM, now, Command.LAPSE, application_id, version=None) as change:
        if deadlines.too_late(change.application, today) is None:
            raise Refused("workflow.not_overdue", number=change.application.number)
    return change.application


def lapse_overdue(engine: Engine | Connection, now: datetime, today: date) -> int:
    """Ends every case that was returned and not handed in again by its last day; returns how many. Each is one step."""
    with writing(engine) as session:
        query = select(Application.id).where(
            col(Application.status) == Status.RETURNED, col(Application.due_on) < today
        )
        overdue = session.exec(query.order_by(col(Application.id))).all()
    return sum(_lapse(engine, now, today, application_id) for application_id in overdue)


def _lapse(engine: Engine | Connection, now: datetime, today: date, application_id: str) -> bool:
    with suppress(Refused), writing(engine) as session:
        lapse(session, now, today, application_id)
        return True
    return False  # somebody was quicker


def _hand_to(session: Session, change: door.Change, actor: Actor | None) -> None:
    former = change.application.claimed_by
    change.before["claimed"] = session.get_one(User, former).name if former else None
    change.after["claimed"] = actor and actor.name
    change.application.claimed_by = actor.id if actor else None
