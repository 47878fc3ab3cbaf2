"""A payout run as it is looked at: its lines some at a time, what is in the way of each, and who did what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from subsidy.finance.payable import Judged, Wanted, judged
from subsidy.finance.payout_steps import SUBJECT
from subsidy.records import BankAccount, Event, Payment, PayoutRun, User


@dataclass(frozen=True)
class Line:
    """One payment of a run, with the account that it goes to, and the instalment as it now stands."""

    payment: Payment
    account: BankAccount
    now: Judged


def lines(session: Session, run: PayoutRun, today: date, offset: int, limit: int) -> Sequence[Line]:
    """Some of a run's lines, in order."""
    query = select(Payment, BankAccount).join(BankAccount, col(BankAccount.id) == col(Payment.account_id))
    query = query.where(col(Payment.run_id) == run.id).order_by(col(Payment.line)).offset(offset).limit(limit)
    found = session.exec(query).all()
    wanted = Wanted(year=run.year, ids=[payment.instalment_id for payment, _ in found])
    standing = {one.row.known.instalment_id: one for one in judged(session, today, wanted)}
    return [Line(payment, account, standing[payment.instalment_id]) for payment, account in found]


def events_of(session: Session, run_id: str) -> Sequence[Event]:
    """What the record tells of a run, oldest first."""
    query = select(Event).where(col(Event.subject_kind) == SUBJECT, col(Event.subject_id) == run_id)
    return session.exec(query.order_by(col(Event.position))).all()


def people(session: Session, runs: Sequence[PayoutRun]) -> Mapping[str, str]:
    """The names of those who made, checked, approved or handed out runs, by the ids of their accounts."""
    steps = ("made", "checked", "approved", "exported")
    ids = {by for run in runs for step in steps if (by := getattr(run, f"{step}_by")) is not None}
    query = select(User.id, User.name).where(col(User.id).in_(sorted(ids)))
    return dict(session.exec(query).all())
