"""Disbursements that can be paid: granted, funded, due and generated, with an account for each payee."""

from datetime import date

from sqlmodel import col, select

from rules.money import Fen, yuan
from subsidy.database import reading, writing
from subsidy.finance import holds, payouts
from subsidy.finance.disburse import disburse
from subsidy.finance.holds import Scope
from subsidy.records import Award, Envelope, Hold, Payment, PayoutRun, PayoutStatus, Trigger
from subsidy.workflow.actor import Actor
from tests.support.office import CHECKER, FINANCE, Office
from tests.support.treasury import Treasury

DUE = date(2026, 6, 30)
PART = Fen(80_000_000)
"""The first instalment of an award of the office, in fen."""


def due(office: Office, count: int = 1, allotted: int = 10_000_000) -> tuple[Envelope, list[Award]]:
    """So many awards whose first instalments are due and generated, and the envelope that pays them; no account yet."""
    awards = [office.approved() for _ in range(count)]
    envelope = office.allot(2026, allotted)
    office.day = date(2026, 6, 1)
    for award in awards:
        office.figure(award, 1, 480)
    office.day = DUE
    disburse(office.engine, as_of=office.day, now=office.now, trigger=Trigger.MANUAL)
    return office.envelope(envelope.id), awards


def opened(office: Office, actor: Actor = FINANCE, scheme: str | None = None) -> PayoutRun:
    with writing(office.engine) as session:
        return payouts.open_run(session, actor, office.now, "lingang-2024", 2026, scheme)


def filled(office: Office, actor: Actor = FINANCE) -> PayoutRun:
    run = opened(office, actor)
    payouts.fill(office.engine, run.id, actor, office.now)
    return present(office, run)


def submitted(office: Office) -> PayoutRun:
    run = filled(office)
    with writing(office.engine) as session:
        return payouts.submit(session, FINANCE, office.now, run.id, run.version)


def checked(office: Office, checker: Actor = CHECKER) -> PayoutRun:
    run = submitted(office)
    with writing(office.engine) as session:
        total = yuan(run.amount_fen)
        return payouts.check(session, checker, office.now, run.id, run.version, total)


def approved(office: Office) -> PayoutRun:
    run = checked(office)
    with writing(office.engine) as session:
        return payouts.approve(session, CHECKER, office.now, run.id, run.version)


def exported(office: Office) -> PayoutRun:
    run = approved(office)
    with writing(office.engine) as session:
        return payouts.export(session, FINANCE, office.now, run.id, run.version)


def brought(office: Office, status: PayoutStatus) -> PayoutRun:
    """A run in a status, by the real steps."""
    match status:
        case PayoutStatus.OPEN:
            return filled(office)
        case PayoutStatus.SUBMITTED:
            return submitted(office)
        case PayoutStatus.CHECKED:
            return checked(office)
        case PayoutStatus.APPROVED:
            return approved(office)
        case PayoutStatus.EXPORTED:
            return exported(office)
        case PayoutStatus.ABANDONED:
            run = filled(office)
            with writing(office.engine) as session:
                return payouts.abandon(session, FINANCE, office.now, run.id, run.version, "重复编制")
    run = settled(office, exported(office))
    if status is PayoutStatus.CLOSED:
        with writing(office.engine) as session:
            return payouts.close(session, FINANCE, office.now, run.id, run.version)
    return run


def settled(office: Office, run: PayoutRun, state: str = "paid") -> PayoutRun:
    """Every payment of a run has an outcome, as the bank's answer would have it, without its postings."""
    with writing(office.engine) as session:
        for payment in session.exec(select(Payment).where(col(Payment.run_id) == run.id)):
            payment.settled_on = office.day
            session.flush()
            payment.state = type(payment.state)(state)
        session.flush()
        payouts.note_outcomes(session, FINANCE, office.now, [run.id])
    return present(office, run)


def present(office: Office, run: PayoutRun) -> PayoutRun:
    with reading(office.engine) as session:
        return payouts.find(session, run.id)


def payments(office: Treasury, run: PayoutRun) -> list[Payment]:
    with reading(office.engine) as session:
        query = select(Payment).where(col(Payment.run_id) == run.id)
        return list(session.exec(query.order_by(col(Payment.line))))


def held(office: Treasury, instalment_id: str, actor: Actor = CHECKER, category: str = "evidence") -> Hold:
    """A hold on an instalment."""
    with writing(office.engine) as session:
        return holds.place(session, actor, office.now, Scope.INSTALMENT, instalment_id, category, "检测报告待复核")
