"""The one door: every change of an application passes here, is checked, and leaves exactly one entry in the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault
from schedules.clock import SHANGHAI
from subsidy.errors import NotFound, Stale
from subsidy.records import Application, ApplicationStatus
from subsidy.workflow import deadlines, events, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import may_see, why_not
from subsidy.workflow.transitions import TRANSITIONS, Command


@dataclass
class Change:
    """A change under way: the application, the reason given, and what the entry will say was there before and after."""

    application: Application
    reason: str | None
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    stays: bool = False
    """Whether the status stays as it is, because more is needed for the one that the command leads to."""


def find(session: Session, actor: Actor, application_id: str) -> Application:
    """The application, for somebody who may see it; NotFound otherwise."""
    application = session.get(Application, words.identifier(application_id))
    if application is None or not may_see(actor, application):
        raise NotFound
    return application


@contextmanager
def change(
    session: Session,
    actor: Actor,
    now: datetime,
    command: Command,
    application_id: str,
    *,
    version: int | None,
    reason: str | None = None,
) -> Iterator[Change]:
    """One change of one application, which nobody else can change until the transaction ends.

    On the way in: refused as NotFound, Forbidden, Refused, Stale (where `version` is given and is not the present one) or
    BadInput (where the command needs a reason). On the way out: the new status, a new version and the entry. Where nothing
    was changed and no reason given, nothing is kept.
    """
    application = _lock(session, application_id)
    refusal = why_not(actor, command, application, session)
    if refusal is not None:
        raise refusal
    if version is not None and version != application.version:
        raise Stale(present={"status": application.status.value, "version": application.version})
    transition = TRANSITIONS[command]
    under_way = Change(application, _reason(reason, needed=transition.reason))
    yield under_way
    if transition.to is not None and not under_way.stays:
        _move(session, now.astimezone(SHANGHAI).date(), under_way, transition.to)
    elif under_way.before == under_way.after and under_way.reason is None:
        return
    application.version += 1
    application.updated_at = now
    session.flush()
    kept = events.entry(actor, now, application.id, command, under_way.before, under_way.after, under_way.reason)
    events.append(session, [kept])


def _move(session: Session, today: date, under_way: Change, to: ApplicationStatus) -> None:
    application = under_way.application
    under_way.before["status"] = application.status.value
    under_way.after["status"] = to.value
    with session.no_autoflush:  # what the database asks of the new status holds only with it
        due_on = deadlines.last_day(session, application, to, today)
    if due_on is not None:
        under_way.after["deadline"] = due_on.isoformat()
    application.status, application.status_since, application.due_on = to, today, due_on


def _lock(session: Session, application_id: str) -> Application:
    query = select(Application).where(col(Application.id) == words.identifier(application_id))
    application = session.exec(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if application is None:
        raise NotFound
    return application


def _reason(typed: str | None, *, needed: bool) -> str | None:
    if not needed and not (typed or "").strip():
        return None
    faults: list[Fault] = []
    reason = words.passage(typed or "", "reason", faults)
    if faults:
        raise BadInput(faults)
    return reason
