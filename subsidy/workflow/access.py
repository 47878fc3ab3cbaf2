"""The access log: which of the zone's staff opened a case, told to those whose case it is."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from subsidy.database import UNWRITABLE, reading, writing
from subsidy.errors import Unrecorded
from subsidy.records import Access, Role, User
from subsidy.workflow.actor import Actor
from subsidy.workflow.once import insert_once


class Opening(NamedTuple):
    """Somebody opened the case, on that day for the first time then."""

    name: str
    day: date
    at: datetime


def note(engine: Engine, actor: Actor, application_id: str, today: date, now: datetime) -> None:
    """Writes down, in a step of its own, that somebody has opened a case: the only thing that reading a case writes.

    Raises Unrecorded where it cannot be written: then the case is not to be shown.
    """
    if not _of_staff(actor):
        return
    try:
        with reading(engine) as session:
            known = session.get(Access, (application_id, today, actor.id)) is not None
        if not known:
            with writing(engine) as session:
                log(session, actor, application_id, today, now)
    except UNWRITABLE as error:
        raise Unrecorded from error


def log(session: Session, actor: Actor, application_id: str, today: date, now: datetime) -> None:
    """One row for each person of the zone's staff, case and day. What applicants open is their own."""
    if _of_staff(actor):
        row = {"application_id": application_id, "day": today, "user_id": actor.id, "at": now}
        insert_once(session, Access, [row], "application_id", "day", "user_id")


def _of_staff(actor: Actor) -> bool:
    return actor.id is not None and actor.role != Role.APPLICANT


def openings(session: Session, application_id: str) -> Sequence[Opening]:
    """Who opened the case when, the first first."""
    query = (
        select(col(User.name), col(Access.day), col(Access.at))
        .join(User, col(User.id) == col(Access.user_id))
        .where(col(Access.application_id) == application_id)
        .order_by(col(Access.at), col(User.name))
    )
    return [Opening(*row) for row in session.execute(query)]
