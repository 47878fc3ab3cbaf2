"""Whether the books are whole: balances follow from postings, postings are those that the record tells of, and what is paid for
an instalment is what its payments say."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from rules.money import Fen, yuan
from schedules.clock import SHANGHAI
from subsidy.audit import Discrepancy
from subsidy.finance.ledger import FUNDED, SUBJECT, Movement, balance, digest_of
from subsidy.records import (
    Account,
    Application,
    Award,
    Disbursement,
    Envelope,
    Event,
    Instalment,
    LedgerEntry,
    Payment,
    PaymentState,
    Posting,
)

_CHUNK: Final = 500


def discrepancies(session: Session) -> Iterator[Discrepancy]:
    """Everything that does not agree; nothing where all is well."""
    yield from _balances(session)
    yield from _entries(session)
    yield from _instalments(session)


def _balances(session: Session) -> Iterator[Discrepancy]:
    """Each envelope's figures against the sums of its postings."""
    query = select(col(Posting.envelope_id), col(Posting.source), col(Posting.target), func.sum(Posting.amount_fen))
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for envelope_id, source, target, amount in session.execute(
        query.group_by(col(Posting.envelope_id), col(Posting.source), col(Posting.target))
    ):
        sums[envelope_id][source] -= int(amount)
        sums[envelope_id][target] += int(amount)
    for envelope in session.scalars(select(Envelope).order_by(col(Envelope.year), col(Envelope.id))):
        held = sums.pop(envelope.id, {})
        for account in Account:
            found = held.get(account, 0) * (-1 if account is Account.TREASURY else 1)
            if balance(envelope, account) != found:
                params = {"account": account.value, "kept": yuan(balance(envelope, account)), "found": yuan(found)}
                yield Discrepancy(_name(envelope), "ledger_balance", params)
    for envelope_id in sorted(sums):
        yield Discrepancy(envelope_id, "ledger_unfounded")


class _Told(NamedTuple):
    """What the record of an envelope tells of an entry."""

    kind: str
    at: datetime
    actor_id: str | None
    reason: str | None
    postings: object
    amount: object
    digest: object


@dataclass
class _Read:
    """An entry as its postings are read one after another."""

    movements: list[Movement] = field(default_factory=list)
    by_envelope: dict[str, list[int]] = field(default_factory=dict)

    def add(self, posting: Posting) -> None:
        amount = Fen(posting.amount_fen)
        self.movements.append(
            Movement(
                posting.envelope_id,
                posting.source,
                posting.target,
                amount,
                posting.application_id,
                posting.instalment_id,
            )
        )
        self.by_envelope.setdefault(posting.envelope_id, []).append(amount)


def _entries(session: Session) -> Iterator[Discrepancy]:
    """Each entry against its postings and against the records of the envelopes that it touches."""
    told = _told(session)
    postings = iter(
        session.scalars(
            select(Posting).order_by(col(Posting.entry_id), col(Posting.id)).execution_options(yield_per=_CHUNK)
        )
    )
    ahead = next(postings, None)
    for entry in session.scalars(select(LedgerEntry).order_by(col(LedgerEntry.id)).execution_options(yield_per=_CHUNK)):
        read = _Read()
        while ahead is not None and ahead.entry_id <= int(entry.id or 0):
            if ahead.entry_id == entry.id:
                read.add(ahead)
            else:
                yield Discrepancy(str(ahead.entry_id), "posting_unfounded", {"amount": yuan(ahead.amount_fen)})
            ahead = next(postings, None)
        yield from _entry(entry, read, told)
    while ahead is not None:
        yield Discrepancy(str(ahead.entry_id), "posting_unfounded", {"amount": yuan(ahead.amount_fen)})
        ahead = next(postings, None)
    for envelope_id, entry_id in sorted(told, key=str):
        yield Discrepancy(str(entry_id), "ledger_entry_missing", {"envelope": envelope_id})


def _entry(entry: LedgerEntry, read: _Read, told: dict[tuple[str, object], _Told]) -> Iterator[Discrepancy]:
    where = str(entry.id)
    amount = sum(one.amount for one in read.movements)
    if (len(read.movements), amount, digest_of(read.movements)) != (entry.postings, entry.amount_fen, entry.digest):
        params = {"kept": yuan(entry.amount_fen), "found": yuan(amount), "many": str(len(read.movements))}
        yield Discrepancy(where, "ledger_postings", params)
    if entry.booked_on != entry.at.astimezone(SHANGHAI).date():
        yield Discrepancy(where, "ledger_day", {"kept": entry.booked_on.isoformat()})
    for envelope_id, amounts in read.by_envelope.items():
        expected = _Told(
            entry.kind.value, entry.at, entry.actor_id, entry.reason, len(amounts), yuan(sum(amounts)), entry.digest
        )
        found = told.pop((envelope_id, entry.id), None)
        if found is None:
            yield Discrepancy(where, "ledger_unrecorded", {"envelope": envelope_id})
        elif found != expected:
            yield Discrepancy(where, "ledger_altered", {"differing": _differing(expected, found)})


def _told(session: Session) -> dict[tuple[str, object], _Told]:
    """What the records of all envelopes tell, by envelope and entry."""
    query = select(Event).where(col(Event.subject_kind) == SUBJECT, col(Event.command).startswith("ledger."))
    told: dict[tuple[str, object], _Told] = {}
    for event in session.scalars(query.order_by(col(Event.id)).execution_options(yield_per=_CHUNK)):
        after = _after(event)
        told[event.subject_id, after.get("entry")] = _Told(
            event.command.removeprefix("ledger."),
            event.at,
            event.actor_id,
            event.reason,
            after.get("postings"),
            after.get("amount"),
            after.get("digest"),
        )
    return told


def _instalments(session: Session) -> Iterator[Discrepancy]:
    """Of each instalment: no more money than it is owed, payable only what is ordered, and what was paid as its payments say."""
    sums = _sums().subquery()
    paid = (
        select(
            col(Payment.instalment_id).label("one"),
            _of(PaymentState.IN_FLIGHT).label("in_flight"),
            _of(PaymentState.PAID).label("paid"),
        )
        .group_by(col(Payment.instalment_id))
        .subquery()
    )
    query = (
        select(
            col(Application.number),
            col(Instalment.number).label("part"),
            (col(Instalment.amount_fen) + col(Instalment.adjusted_fen)).label("owed"),
            func.coalesce(col(Disbursement.amount_fen), 0).label("ordered"),
            func.coalesce(sums.c.funded, 0).label("funded"),
            func.coalesce(sums.c.released, 0).label("released"),
            func.coalesce(sums.c.in_flight, 0).label("in_flight"),
            func.coalesce(sums.c.paid, 0).label("settled"),
            func.coalesce(paid.c.in_flight, 0).label("sent"),
            func.coalesce(paid.c.paid, 0).label("paid"),
        )
        .select_from(Instalment)
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .outerjoin(Disbursement, col(Disbursement.instalment_id) == col(Instalment.id))
        .outerjoin(sums, sums.c.one == col(Instalment.id))
        .outerjoin(paid, paid.c.one == col(Instalment.id))
        .order_by(col(Application.number), col(Instalment.number))
    )
    for row in session.execute(query.execution_options(yield_per=_CHUNK)).mappings():
        yield from _instalment({name: row[name] if name == "number" else int(row[name]) for name in row})


def _instalment(row: Mapping[str, Any]) -> Iterator[Discrepancy]:
    part = {"part": str(row["part"])}
    if row["funded"] > row["owed"]:
        yield Discrepancy(row["number"], "ledger_overfunded", part | _pair(row["owed"], row["funded"]))
    if row["released"] > row["ordered"]:
        yield Discrepancy(row["number"], "ledger_unordered", part | _pair(row["ordered"], row["released"]))
    if row["in_flight"] != row["sent"]:
        yield Discrepancy(row["number"], "ledger_in_flight", part | _pair(row["sent"], row["in_flight"]))
    if row["settled"] != row["paid"]:
        yield Discrepancy(row["number"], "ledger_paid", part | _pair(row["paid"], row["settled"]))


def _sums() -> Any:
    """Of the postings of each instalment: what it has, what is released to be paid, in flight, and paid less what came back."""
    released = (Account.PAYABLE, Account.IN_FLIGHT, Account.PAID)
    settled = _moved(Account.IN_FLIGHT, Account.PAID) - _moved(Account.PAID, Account.PAYABLE)
    return (
        select(
            col(Posting.instalment_id).label("one"),
            _change(*FUNDED).label("funded"),
            _change(*released).label("released"),
            _change(Account.IN_FLIGHT).label("in_flight"),
            settled.label("paid"),
        )
        .where(col(Posting.instalment_id).is_not(None))
        .group_by(col(Posting.instalment_id))
    )


def _change(*accounts: Account) -> ColumnElement[int]:
    came = case((col(Posting.target).in_(sorted(accounts)), col(Posting.amount_fen)), else_=0)
    went = case((col(Posting.source).in_(sorted(accounts)), col(Posting.amount_fen)), else_=0)
    total: ColumnElement[int] = func.sum(came - went)
    return total


def _moved(source: Account, target: Account) -> ColumnElement[int]:
    wanted = (col(Posting.source) == source) & (col(Posting.target) == target)
    total: ColumnElement[int] = func.sum(case((wanted, col(Posting.amount_fen)), else_=0))
    return total


def _of(state: PaymentState) -> ColumnElement[int]:
    total: ColumnElement[int] = func.sum(case((col(Payment.state) == state, col(Payment.amount_fen)), else_=0))
    return total


def _pair(kept: int, found: int) -> dict[str, str]:
    return {"kept": yuan(kept), "found": yuan(found)}


def _after(event: Event) -> Mapping[str, Any]:
    """What an entry of the record says was there after; nothing where it cannot be read, which its digest shows."""
    try:
        after = json.loads(event.after_json or "{}")
    except ValueError:
        return {}
    return after if isinstance(after, dict) else {}


def _differing(kept: _Told, found: _Told) -> str:
    return ", ".join(name for name in kept._fields if getattr(kept, name) != getattr(found, name))


def _name(envelope: Envelope) -> str:
    return f"{envelope.year} {envelope.scheme_id}"
