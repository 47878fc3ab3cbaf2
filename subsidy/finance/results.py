"""Reconciling: what the treasury or the bank answers is taken file by file, whole or not at all, and each payment once."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, insert, select, tuple_, update
from sqlmodel import Session, col

from rules.faults import BadInput, Fault
from rules.money import Fen, yuan
from schedules.clock import SHANGHAI
from subsidy.database import writing
from subsidy.finance import ledger, payout_steps, payouts
from subsidy.finance.ledger import Movement
from subsidy.finance.proposals import needs
from subsidy.finance.result_reading import Line, read
from subsidy.records import (
    Account,
    Duty,
    EntryKind,
    Envelope,
    Payment,
    PaymentState,
    PayoutRun,
    Reconciled,
    Record,
    ResultFile,
    ResultLine,
)
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.once import insert_once

SUBJECT: Final = "result_file"
_CHUNK: Final = 5_000
_LINES: Final = Record.metadata.tables["result_line"]

Progress = Callable[[int, int | None], None]


class Taken(NamedTuple):
    """A file that was taken, now or `again`: then nothing was done."""

    file: ResultFile
    again: bool


def take(
    bind: Engine | Connection, actor: Actor, now: datetime, name: str, data: bytes, progress: Progress | None = None
) -> Taken:
    """Takes a result file in one transaction: payments are paid or returned, the books follow, and each line is kept with what
    became of it. The same bytes once more change nothing.

    Raises Forbidden, and BadInput with every line that cannot be read.
    """
    needs(actor, Duty.MAKE)
    faults: list[Fault] = []
    name = words.file_name(name, "file", faults)
    if faults:
        raise BadInput(faults)
    lines = read(data, now.astimezone(SHANGHAI).date())
    with writing(bind) as session:
        return _take(session, actor, now, name, hashlib.sha256(data).hexdigest(), lines, progress or _silent)


def _take(
    session: Session,
    actor: Actor,
    now: datetime,
    name: str,
    digest: str,
    lines: Sequence[Line],
    progress: Progress,
) -> Taken:
    made = ResultFile(
        name=name,
        digest=digest,
        imported_by=str(actor.id),
        imported_at=now,
        lines=len(lines),
        amount_fen=sum(line.amount for line in lines),
    )
    if not insert_once(session, ResultFile, [made.model_dump()], "digest"):
        query = select(ResultFile).where(col(ResultFile.digest) == digest)
        return Taken(session.execute(query).scalars().one(), again=True)
    keys = sorted({line.key for line in lines})
    runs = payout_steps.lock(session, _runs(session, keys))
    envelopes = _envelopes(session, runs.values())
    known = _payments(session, keys)
    told = _told(session, known.values())
    books = _Books(envelopes)
    books.read(session, [payment.instalment_id for payment in known.values()])
    judged: list[_Judged] = []
    # A payment is made before it comes back, in whatever order the lines stand.
    for line in sorted(lines, key=lambda one: (one.settled_on, not one.paid, one.line)):
        judged.append(_judge(line, known.get(line.key), told, books))
    for start in range(0, len(judged), _CHUNK):
        rows = [_row(made.id, one) for one in judged[start : start + _CHUNK]]
        session.execute(insert(_LINES), rows)
        progress(min(start + _CHUNK, len(judged)), len(judged))
    ledger.post(session, actor, now, EntryKind.SETTLE, books.settled, name)
    ledger.post(session, actor, now, EntryKind.RETURN, books.returned, name)
    _settle(session, made.id)
    _record(session, actor, now, made, judged)
    payouts.note_outcomes(session, actor, now, sorted(runs))
    return Taken(session.get_one(ResultFile, made.id), again=False)


class _Known(NamedTuple):
    """A payment that a line may be about."""

    id: str
    instalment_id: str
    amount: Fen
    state: PaymentState
    settled_on: date | None


class _Judged(NamedTuple):
    """A line with what becomes of it."""

    line: Line
    outcome: Reconciled
    payment_id: str | None


class _Told:
    """What earlier lines, of this file and of others, have said of payments."""

    def __init__(self, paid: Iterable[str], known: Iterable[_Known]) -> None:
        self.paid = set(paid)
        self.state = {each.id: each.state for each in known}
        self.returned_on = {
            each.id: each.settled_on for each in known if each.state is PaymentState.RETURNED and each.settled_on
        }
        self.paid_on = {each.id: each.settled_on for each in known if each.state is PaymentState.PAID}


class _Books:
    """Where the money of the instalments is, and how it moves."""

    def __init__(self, envelopes: frozenset[str]) -> None:
        self._envelopes = envelopes
        self._held: dict[str, dict[tuple[str, Account], int]] = defaultdict(dict)
        self.settled: list[Movement] = []
        self.returned: list[Movement] = []

    def read(self, session: Session, instalments: Sequence[str]) -> None:
        """The envelopes are locked already, so that nothing moves meanwhile."""
        for ids in _chunks(sorted(set(instalments))):
            for instalment_id, positions in ledger.of_instalments(session, ids).items():
                for position in positions:
                    if position.envelope_id in self._envelopes:
                        self._held[instalment_id][position.envelope_id, position.account] = position.amount

    def move(self, payment: _Known, source: Account, target: Account) -> bool:
        """Moves a payment's money; False, and nothing is moved, where it is not all there."""
        held = self._held[payment.instalment_id]
        there = sorted((envelope_id, amount) for (envelope_id, account), amount in held.items() if account is source)
        if sum(amount for _, amount in there) < payment.amount:
            return False
        moved, left = (self.settled if target is Account.PAID else self.returned), int(payment.amount)
        for envelope_id, amount in there:
            part = min(amount, left)
            if part:
                held[envelope_id, source] -= part
                held[envelope_id, target] = held.get((envelope_id, target), 0) + part
                moved.append(Movement(envelope_id, source, target, Fen(part), None, payment.instalment_id))
                left -= part
        return True


def _judge(line: Line, payment: _Known | None, told: _Told, books: _Books) -> _Judged:
    """What becomes of a line, given those before it; moves the money that it moves."""
    # What has not been handed out no bank can know; it may yet be taken out of its run, so nothing is tied to it.
    if payment is None or told.state[payment.id] is PaymentState.DRAFTED:
        return _Judged(line, Reconciled.UNKNOWN, None)
    if line.amount != payment.amount:
        return _Judged(line, Reconciled.DIFFERENT, payment.id)
    return _Judged(line, (_paid if line.paid else _returned)(line, payment, told, books), payment.id)


def _paid(line: Line, payment: _Known, told: _Told, books: _Books) -> Reconciled:
    if payment.id in told.paid:
        return Reconciled.REPEATED
    back = told.returned_on.get(payment.id)
    if back is not None:
        # The news of the payment comes after that of its return: it changes nothing any more.
        if line.settled_on > back:
            return Reconciled.UNKNOWN
    elif not books.move(payment, Account.IN_FLIGHT, Account.PAID):
        return Reconciled.UNKNOWN
    else:
        told.state[payment.id], told.paid_on[payment.id] = PaymentState.PAID, line.settled_on
    told.paid.add(payment.id)
    return Reconciled.MATCHED


def _returned(line: Line, payment: _Known, told: _Told, books: _Books) -> Reconciled:
    state = told.state[payment.id]
    if state is PaymentState.RETURNED:
        return Reconciled.REPEATED
    paid_on = told.paid_on.get(payment.id)
    source = Account.PAID if state is PaymentState.PAID else Account.IN_FLIGHT
    if (paid_on is not None and line.settled_on < paid_on) or not books.move(payment, source, Account.PAYABLE):
        return Reconciled.UNKNOWN
    told.state[payment.id], told.returned_on[payment.id] = PaymentState.RETURNED, line.settled_on
    return Reconciled.RETURNED


def _runs(session: Session, keys: Sequence[str]) -> list[str]:
    found: set[str] = set()
    for some in _chunks(keys):
        found.update(session.scalars(select(col(Payment.run_id)).where(col(Payment.key).in_(some)).distinct()))
    return sorted(found)


def _envelopes(session: Session, runs: Iterable[PayoutRun]) -> frozenset[str]:
    """The envelopes that runs paid from, locked."""
    years = sorted({(run.policy_id, run.year) for run in runs})
    query = select(col(Envelope.id)).where(tuple_(col(Envelope.policy_id), col(Envelope.year)).in_(years))
    return frozenset(ledger.lock(session, session.scalars(query)) if years else ())


def _payments(session: Session, keys: Sequence[str]) -> Mapping[str, _Known]:
    """The payments with these keys as they now are; their runs are locked already."""
    known = {}
    for some in _chunks(keys):
        query = select(
            col(Payment.key),
            col(Payment.id),
            col(Payment.instalment_id),
            col(Payment.amount_fen),
            col(Payment.state),
            col(Payment.settled_on),
        ).where(col(Payment.key).in_(some))
        for key, one, instalment, amount, state, day in session.execute(query):
            known[key] = _Known(one, instalment, Fen(amount), PaymentState(state), day)
    return known


def _told(session: Session, known: Iterable[_Known]) -> _Told:
    payments = list(known)
    paid: list[str] = []
    for some in _chunks([each.id for each in payments]):
        matched = col(ResultLine.payment_id).in_(some), col(ResultLine.outcome) == Reconciled.MATCHED
        paid.extend(str(one) for one in session.scalars(select(col(ResultLine.payment_id)).where(*matched)))
    return _Told(paid, payments)


def _row(file_id: str, one: _Judged) -> dict[str, Any]:
    line = one.line
    return {
        "file_id": file_id,
        "line": line.line,
        "key": line.key,
        "amount_fen": line.amount,
        "paid": line.paid,
        "settled_on": line.settled_on,
        "bank_ref": line.bank_ref,
        "why": line.why,
        "outcome": one.outcome,
        "payment_id": one.payment_id,
    }


def _settle(session: Session, file_id: str) -> None:
    """Gives the payments the outcomes that the lines of a file have brought them: first paid, then returned."""
    effects = (
        (Reconciled.MATCHED, PaymentState.PAID, (PaymentState.IN_FLIGHT,)),
        (Reconciled.RETURNED, PaymentState.RETURNED, (PaymentState.IN_FLIGHT, PaymentState.PAID)),
    )
    for outcome, state, sources in effects:
        of: ColumnElement[bool] = and_(
            col(ResultLine.file_id) == file_id,
            col(ResultLine.outcome) == outcome,
            col(ResultLine.payment_id) == col(Payment.id),
            col(Payment.state).in_(sources),
        )
        values = {"state": state, "settled_on": col(ResultLine.settled_on), "bank_ref": col(ResultLine.bank_ref)}
        session.execute(update(Payment).where(of).values(values), execution_options={"synchronize_session": False})


def _record(session: Session, actor: Actor, now: datetime, made: ResultFile, judged: Sequence[_Judged]) -> None:
    after: dict[str, object] = {"name": made.name, "digest": made.digest, "lines": made.lines}
    for outcome in Reconciled:
        amounts = [one.line.amount for one in judged if one.outcome is outcome]
        if amounts:
            after[outcome.value] = {"count": len(amounts), "amount": yuan(sum(amounts))}
    entry = events.entry(actor, now, made.id, "take_results", {}, after, kind=SUBJECT)
    events.append(session, [entry])


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _silent(done: int, total: int | None) -> None:
    """For whoever does not ask how far it is."""
