"""Holds on a payee that follow from its bank account: what a change sets by itself, and what a reported fraud sets."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.faults import BadInput, Fault
from schedules.clock import SHANGHAI
from subsidy.database import writing
from subsidy.errors import Forbidden, Refused
from subsidy.finance import bank_warnings, holds
from subsidy.finance.holds import Scope
from subsidy.finance.proposals import needs
from subsidy.records import Duty, Event, Hold, HoldCategory, Organisation, Role
from subsidy.workflow import events, words
from subsidy.workflow.actor import SYSTEM, Actor
from subsidy.workflow.authority import organisations_of

_ESCALATED: Final = "escalate_hold"


def stands(session: Session, organisation_id: str, category: HoldCategory, today: date) -> Sequence[Hold]:
    """The holds of one category that stand on a payee, the oldest first."""
    return session.exec(_standing(organisation_id, category, today)).all()


def locked(session: Session, organisation_id: str, category: HoldCategory, today: date) -> Sequence[Hold]:
    """The same, which nobody else changes until the transaction ends."""
    return session.exec(_standing(organisation_id, category, today).with_for_update()).all()


def limit(session: Session, now: datetime, hold: Hold, until: date) -> None:
    """Says which the last day of a hold is."""
    hold.until = until
    session.flush()
    after = {"until": until.isoformat()}
    events.append(session, [events.entry(SYSTEM, now, hold.id, "limit_hold", {}, after, kind=holds.SUBJECT)])


def report_fraud(session: Session, actor: Actor, now: datetime, organisation_id: str, reason: str) -> Hold:
    """Stops all payments to a payee at once, and tells those who check. Its owners may report, and the office.

    Raises Forbidden, BadInput where nothing is said.
    """
    own = Duty.OWN in actor.duties and actor.organisation_id == organisation_id
    if not own and actor.role not in (Role.FINANCE, Role.ADMINISTRATOR):
        raise Forbidden("bank.owners_only" if actor.role == Role.APPLICANT else "role")
    said = _said(reason)
    organisation = session.exec(
        select(Organisation).where(col(Organisation.id) == organisation_id).with_for_update(key_share=True)
    ).one()
    made = holds.put(session, actor, now, Scope.PAYEE, organisation_id, HoldCategory.FRAUD, said)
    bank_warnings.alarm(session, now, organisation, actor.name, said)
    return made


def end_fraud(session: Session, actor: Actor, now: datetime, today: date, organisation_id: str, reason: str) -> None:
    """Ends every report of a fraud that stands on a payee. Raises Forbidden, BadInput, Refused where there is none."""
    needs(actor, Duty.CHECK)
    said = _said(reason)
    organisation = session.exec(
        select(Organisation).where(col(Organisation.id) == organisation_id).with_for_update(key_share=True)
    ).one()
    if organisation_id in organisations_of(session, actor):
        raise Forbidden("workflow.own_organisation", organisation=organisation.name)
    reported = locked(session, organisation_id, HoldCategory.FRAUD, today)
    if not reported:
        raise Refused("bank.no_fraud")
    for hold in reported:
        holds.lift(session, actor, now, hold, said)
    bank_warnings.warn(session, now, organisation, "fraud_ended", reason=said)


def escalate_frauds(bind: Engine | Connection, now: datetime) -> None:
    """Once a day, of every report of a fraud that stands since an earlier day: tells more people, until somebody deals with it."""
    today = now.astimezone(SHANGHAI).date()
    with writing(bind) as session:
        standing = col(Hold.category) == HoldCategory.FRAUD, col(Hold.organisation_id).is_not(None)
        query = select(Hold).where(*standing, holds.stands_on(today)).order_by(col(Hold.made_at), col(Hold.id))
        for hold in session.exec(query.with_for_update()):
            since = hold.made_at.astimezone(SHANGHAI).date()
            if since >= today or _told_on(session, hold) == today:
                continue
            events.append(session, [events.entry(SYSTEM, now, hold.id, _ESCALATED, {}, {}, kind=holds.SUBJECT)])
            organisation = session.get_one(Organisation, hold.organisation_id)
            bank_warnings.escalate(session, now, organisation, since.isoformat(), hold.reason)


def _told_on(session: Session, hold: Hold) -> date | None:
    """The day on which more people were told last."""
    query = select(func.max(col(Event.at))).where(
        col(Event.subject_kind) == holds.SUBJECT, col(Event.subject_id) == hold.id, col(Event.command) == _ESCALATED
    )
    last: datetime | None = session.exec(query).one()
    return None if last is None else last.astimezone(SHANGHAI).date()


def _standing(organisation_id: str, category: HoldCategory, today: date) -> SelectOfScalar[Hold]:
    query = select(Hold).where(
        col(Hold.organisation_id) == organisation_id,
        col(Hold.category) == category,
        holds.stands_on(today),
    )
    return query.order_by(col(Hold.made_at), col(Hold.id))


def _said(reason: str) -> str:
    faults: list[Fault] = []
    said = words.passage(reason, "reason", faults)
    if faults:
        raise BadInput(faults)
    return said
