"""Holds on a payee that follow from its bank account: what a change sets by itself, and what a reported fraud sets."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.faults import BadInput, Fault
from subsidy.errors import Forbidden, Refused
from subsidy.finance import bank_warnings
from subsidy.finance.proposals import needs
from subsidy.records import Duty, Hold, HoldCategory, Organisation, Role
from subsidy.workflow import events, words
from subsidy.workflow.actor import SYSTEM, Actor
from subsidy.workflow.authority import organisations_of

SUBJECT: Final = "hold"


def stands(session: Session, organisation_id: str, category: HoldCategory, today: date) -> Sequence[Hold]:
    """The holds of one category that stand on a payee, the oldest first."""
    return session.exec(_standing(organisation_id, category, today)).all()


def locked(session: Session, organisation_id: str, category: HoldCategory, today: date) -> Sequence[Hold]:
    """The same, which nobody else changes until the transaction ends."""
    return session.exec(_standing(organisation_id, category, today).with_for_update()).all()


def place(
    session: Session, actor: Actor, now: datetime, organisation_id: str, category: HoldCategory, reason: str
) -> Hold:
    """From now on nothing is paid to the payee. Whoever may do so has been seen to by the caller."""
    made = Hold(category=category, organisation_id=organisation_id, reason=reason, made_by=actor.id, made_at=now)
    session.add(made)
    session.flush()
    after = {"category": category.value, "organisation": organisation_id}
    _record(session, actor, now, made, "place_hold", after, reason)
    return made


def limit(session: Session, now: datetime, hold: Hold, until: date) -> None:
    """Says which the last day of a hold is."""
    hold.until = until
    session.flush()
    _record(session, SYSTEM, now, hold, "limit_hold", {"until": until.isoformat()})


def end(session: Session, actor: Actor, now: datetime, hold: Hold, reason: str) -> None:
    """Ends a hold, for a reason that is kept."""
    hold.ended_by, hold.ended_at, hold.end_reason = actor.id, now, reason
    session.flush()
    _record(session, actor, now, hold, "end_hold", {"ended": True}, reason)


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
    made = place(session, actor, now, organisation_id, HoldCategory.FRAUD, said)
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
    holds = locked(session, organisation_id, HoldCategory.FRAUD, today)
    if not holds:
        raise Refused("bank.no_fraud")
    for hold in holds:
        end(session, actor, now, hold, said)
    bank_warnings.warn(session, now, organisation, "fraud_ended", reason=said)


def _standing(organisation_id: str, category: HoldCategory, today: date) -> SelectOfScalar[Hold]:
    query = select(Hold).where(
        col(Hold.organisation_id) == organisation_id,
        col(Hold.category) == category,
        col(Hold.ended_at).is_(None),
        or_(col(Hold.until).is_(None), col(Hold.until) >= today),
    )
    return query.order_by(col(Hold.made_at), col(Hold.id))


def _said(reason: str) -> str:
    faults: list[Fault] = []
    said = words.passage(reason, "reason", faults)
    if faults:
        raise BadInput(faults)
    return said


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    hold: Hold,
    command: str,
    after: Mapping[str, object],
    reason: str | None = None,
) -> None:
    events.append(session, [events.entry(actor, now, hold.id, command, {}, after, reason, kind=SUBJECT)])
