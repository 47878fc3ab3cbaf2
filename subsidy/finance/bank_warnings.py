"""Telling those who act for a payee, and those who acted for it lately, what becomes of its bank account."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_
from sqlmodel import Session, col, select

from subsidy.accounts.registration import SUBJECT as ACCOUNT
from subsidy.messages.personal import tell
from subsidy.records import BankAccount, Duty, Event, Organisation, Role, User, UserDuty

LATELY: Final = timedelta(days=90)
"""Whoever takes over an enterprise's accounts changes addresses and disables colleagues first: those who were there so
lately are told too, where they were reached before."""


def warn(session: Session, now: datetime, organisation: Organisation, kind: str, **params: str) -> None:
    """Writes to every account of the payee, in the words of `mail.KIND`."""
    for user in _contacts(session, now, organisation.id):
        for address in (None, *sorted(_former(session, now, user))):
            told = {**params, "organisation": organisation.name}
            tell(session, now, user, kind, link=None, address=address, named=None, **told)


def alarm(session: Session, now: datetime, organisation: Organisation, by: str, reason: str) -> None:
    """Writes to those of finance who check what others made, and to the payee."""
    for user in _with_duty(session, Duty.CHECK):
        tell(session, now, user, "fraud_reported", organisation=organisation.name, by=by, reason=reason)
    warn(session, now, organisation, "fraud_reported", by=by, reason=reason)


def escalate(session: Session, now: datetime, organisation: Organisation, since: str, reason: str) -> None:
    """Writes to those who check and to those who approve awards that nobody has dealt with a report."""
    for user in _with_duty(session, Duty.CHECK, Duty.APPROVE):
        tell(session, now, user, "fraud_waiting", organisation=organisation.name, since=since, reason=reason)


def _with_duty(session: Session, *duties: Duty) -> Sequence[User]:
    holding = select(col(UserDuty.user_id)).where(col(UserDuty.duty).in_(duties))
    query = select(User).where(col(User.id).in_(holding), col(User.disabled_at).is_(None))
    return session.exec(query.order_by(col(User.id))).all()


def _contacts(session: Session, now: datetime, organisation_id: str) -> Iterator[User]:
    there = or_(col(User.disabled_at).is_(None), col(User.disabled_at) >= now - LATELY)
    query = select(User).where(col(User.organisation_id) == organisation_id, col(User.role) == Role.APPLICANT, there)
    yield from session.exec(query.order_by(col(User.id)))


def _former(session: Session, now: datetime, user: User) -> set[str]:
    """The addresses under which somebody was reached before he changed them lately."""
    query = select(col(Event.before_json)).where(
        col(Event.subject_kind) == ACCOUNT,
        col(Event.subject_id) == user.id,
        col(Event.command) == "confirm_email",
        col(Event.at) >= now - LATELY,
    )
    return {str(json.loads(before or "{}")["email"]) for before in session.exec(query)} - {user.email}


def of(account: BankAccount, masked: str) -> dict[str, str]:
    """What a message says of an account."""
    return {"number": masked, "bank": account.bank}
