"""Money owed back: demanded with an amendment, received, withdrawn when the award becomes more again, or written off by two
people. Every step is posted in the books of the years that it was paid from."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, func, select

from rules.faults import BadInput, Fault
from rules.money import Fen, parse_yuan, yuan
from schedules.clock import SHANGHAI
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance import ledger
from subsidy.finance.commitments import commit_waiting
from subsidy.finance.ledger import Movement
from subsidy.finance.proposals import body, needs, propose
from subsidy.records import (
    Account,
    Amendment,
    Application,
    Award,
    Duty,
    EntryKind,
    Envelope,
    Instalment,
    Proposal,
    ProposalKind,
    Recovery,
    RecoveryStep,
    RecoveryStepKind,
)
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor

SUBJECT: Final = "recovery"


def demand(
    session: Session, actor: Actor, now: datetime, award: Award, amendment: Amendment, amount: Fen, due_on: date
) -> Recovery:
    """Money of an award that was paid and is owed back from now on. The caller holds the lock of the case."""
    today = now.astimezone(SHANGHAI).date()
    made = Recovery(
        number=_number(session, today.year),
        award_id=award.id,
        application_id=award.application_id,
        amendment_id=amendment.id,
        amount_fen=amount,
        demanded_on=today,
        due_on=due_on,
    )
    session.add(made)
    session.flush()
    movements = _taken(session, award.id, Account.PAID, amount, lambda _: Account.RECEIVABLE)
    ledger.post(session, actor, now, EntryKind.DEMAND, movements, amendment.reason)
    after = {"number": made.number, "amount": yuan(amount), "due_on": due_on.isoformat()}
    events.append(session, [events.entry(actor, now, made.id, "demand_back", {}, after, kind=SUBJECT)])
    return made


def withdraw(
    session: Session, actor: Actor, now: datetime, recovery: Recovery, amount: Fen, amendment: Amendment
) -> RecoveryStep:
    """What of a demand no longer holds, because the award became more. The caller holds the lock of the case."""
    movements = _taken(session, recovery.award_id, Account.RECEIVABLE, amount, lambda _: Account.PAID)
    ledger.post(session, actor, now, EntryKind.DEMAND, movements, amendment.reason)
    step = RecoveryStep(
        recovery_id=recovery.id,
        kind=RecoveryStepKind.WITHDRAWAL,
        amount_fen=amount,
        settled_on=now.astimezone(SHANGHAI).date(),
        made_by=str(actor.id),
        made_at=now,
        proposal_id=amendment.proposal_id,
    )
    return _settle(session, actor, now, recovery, step)


def receive(
    session: Session,
    actor: Actor,
    now: datetime,
    recovery_id: str,
    amount: Fen,
    settled_on: date,
    bank_ref: str,
    note: str = "",
) -> RecoveryStep:
    """Money that came back on a day, by the bank's number of the transfer.

    Of a budget year whose books are open it is there to be spent again, and goes to those who wait; of another one it goes
    on to the treasury. Raises Forbidden, NotFound, BadInput, and Refused where the same transfer is recorded already.
    """
    needs(actor, Duty.MAKE)
    recovery = _lock(session, recovery_id)
    faults: list[Fault] = []
    if bank_ref.strip():
        bank_ref = words.line(bank_ref, "bank_ref", faults)
    else:
        faults.append(FieldFault("/bank_ref", "recoveries.bank_ref_missing"))
    if settled_on > now.astimezone(SHANGHAI).date():
        faults.append(FieldFault("/settled_on", "recoveries.day_to_come"))
    if settled_on < recovery.demanded_on:
        faults.append(FieldFault("/settled_on", "recoveries.before_demand", {"day": recovery.demanded_on.isoformat()}))
    _check_amount(recovery, amount, faults)
    told = words.passage(note, "note", faults) if note.strip() else None
    if faults:
        raise BadInput(faults)
    if session.exec(select(RecoveryStep.id).where(col(RecoveryStep.bank_ref) == bank_ref)).first():
        raise Refused("recoveries.receipt_known")

    def where(envelope: Envelope) -> Account:
        again = envelope.year == settled_on.year and envelope.closed_at is None
        return Account.AVAILABLE if again else Account.RECOVERED

    movements = _taken(session, recovery.award_id, Account.RECEIVABLE, amount, where)
    ledger.post(session, actor, now, EntryKind.RECOVER, movements, told)
    step = RecoveryStep(
        recovery_id=recovery.id,
        kind=RecoveryStepKind.RECEIPT,
        amount_fen=amount,
        settled_on=settled_on,
        bank_ref=bank_ref,
        note=told,
        made_by=str(actor.id),
        made_at=now,
    )
    _settle(session, actor, now, recovery, step)
    for envelope_id in sorted({one.envelope_id for one in movements if one.target is Account.AVAILABLE}):
        commit_waiting(session, now, envelope_id)
    return step


def propose_write_off(
    session: Session, actor: Actor, now: datetime, recovery_id: str, amount: Fen, reason: str
) -> Proposal:
    """Giving up what is outstanding, or a part of it, for a reason; a second person confirms it."""
    needs(actor, Duty.MAKE)
    recovery = _lock(session, recovery_id)
    faults: list[Fault] = []
    _check_amount(recovery, amount, faults)
    if faults:
        raise BadInput(faults)
    told = {"recovery": recovery.number, "amount": yuan(amount)}
    return propose(session, actor, now, ProposalKind.WRITE_OFF, recovery.id, told, reason)


def write_off(session: Session, actor: Actor, now: datetime, made: Proposal) -> None:
    """Carries out a write-off that a second person has confirmed; Refused where so much is no longer outstanding."""
    recovery, amount = _lock(session, made.subject_id), parse_yuan(body(made)["amount"])
    if amount > recovery.open_fen:
        raise Refused("recoveries.less_open", number=recovery.number, open=yuan(recovery.open_fen))
    movements = _taken(session, recovery.award_id, Account.RECEIVABLE, amount, lambda _: Account.WRITTEN_OFF)
    ledger.post(session, actor, now, EntryKind.WRITE_OFF, movements, made.reason)
    step = RecoveryStep(
        recovery_id=recovery.id,
        kind=RecoveryStepKind.WRITE_OFF,
        amount_fen=amount,
        settled_on=now.astimezone(SHANGHAI).date(),
        note=made.reason,
        made_by=str(actor.id),
        made_at=now,
        proposal_id=made.id,
    )
    _settle(session, actor, now, recovery, step)


def of_award(session: Session, award_id: str) -> Sequence[Recovery]:
    """The demands of an award, the first one first."""
    query = select(Recovery).where(col(Recovery.award_id) == award_id)
    return session.exec(query.order_by(col(Recovery.demanded_on), col(Recovery.number))).all()


def find(session: Session, recovery_id: str) -> Recovery:
    """One demand; NotFound where there is none."""
    found = session.get(Recovery, words.identifier(recovery_id))
    if found is None:
        raise NotFound
    return found


def steps(session: Session, recovery_id: str) -> Sequence[RecoveryStep]:
    """What became of a demand, the first step first."""
    query = select(RecoveryStep).where(col(RecoveryStep.recovery_id) == recovery_id)
    return session.exec(query.order_by(col(RecoveryStep.made_at), col(RecoveryStep.id))).all()


def withdrawn(session: Session, award_id: str) -> Fen:
    """What of an award's demands was withdrawn."""
    query = (
        select(func.sum(RecoveryStep.amount_fen))
        .join(Recovery, col(Recovery.id) == col(RecoveryStep.recovery_id))
        .where(col(Recovery.award_id) == award_id, col(RecoveryStep.kind) == RecoveryStepKind.WITHDRAWAL)
    )
    return Fen(int(session.exec(query).one() or 0))


def _settle(session: Session, actor: Actor, now: datetime, recovery: Recovery, step: RecoveryStep) -> RecoveryStep:
    before = {"open": yuan(recovery.open_fen)}
    recovery.settled_fen += step.amount_fen
    session.add(step)
    session.flush()
    after = {"open": yuan(recovery.open_fen), "amount": yuan(step.amount_fen), "day": step.settled_on.isoformat()}
    if step.bank_ref:
        after["bank_ref"] = step.bank_ref
    command = f"recovery.{step.kind}"
    events.append(session, [events.entry(actor, now, recovery.id, command, before, after, step.note, kind=SUBJECT)])
    return step


def _taken(
    session: Session, award_id: str, source: Account, amount: Fen, target: Callable[[Envelope], Account]
) -> list[Movement]:
    """Movements of so much of what an award has in an account, the money of the latest year first.

    Raises Refused where the books have not that much of it there, such as after a payment came back.
    """
    parts = session.exec(select(Instalment.id).where(col(Instalment.award_id) == award_id)).all()
    held = {one.envelope_id for positions in ledger.of_instalments(session, parts).values() for one in positions}
    envelopes, left, movements = ledger.lock(session, held), int(amount), []
    # Read again under the lock.
    found = [
        (envelopes[position.envelope_id], instalment_id, position.amount)
        for instalment_id, positions in ledger.of_instalments(session, parts).items()
        for position in positions
        if position.account is source
    ]
    for envelope, instalment_id, there in sorted(found, key=lambda one: (-one[0].year, one[0].id, one[1])):
        taken = Fen(min(left, there))
        left -= taken
        if taken:
            movements.append(Movement(envelope.id, source, target(envelope), taken, None, instalment_id))
    if left:
        raise Refused("recoveries.not_in_the_books", lacking=yuan(left))
    return movements


def _lock(session: Session, recovery_id: str) -> Recovery:
    """A demand that nobody else can change until the transaction ends: its case is locked first."""
    found = find(session, recovery_id)
    case = select(Application.id).where(col(Application.id) == found.application_id)
    session.exec(case.with_for_update()).one()
    query = select(Recovery).where(col(Recovery.id) == found.id)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).one()


def _number(session: Session, year: int) -> str:
    """The next number of the year. Of two demands at once the second one is refused and tried again."""
    prefix = f"R-{year}-"
    query = select(func.count()).where(col(Recovery.number).startswith(prefix))
    return f"{prefix}{session.exec(query).one() + 1:04}"


def _check_amount(recovery: Recovery, amount: Fen, faults: list[Fault]) -> None:
    if amount <= 0:
        faults.append(FieldFault("/amount", "budget.amount_positive"))
    elif amount > recovery.open_fen:
        faults.append(FieldFault("/amount", "recoveries.more_than_open", {"open": yuan(recovery.open_fen)}))
