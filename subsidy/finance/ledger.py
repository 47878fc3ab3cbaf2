"""The books: every movement of money is posted here, and what each envelope holds is the sum of its postings."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import Session, col

from rules.money import Fen, yuan
from schedules.clock import SHANGHAI
from subsidy.errors import Refused
from subsidy.records import Account, EntryKind, Envelope, LedgerEntry, Posting
from subsidy.workflow import events
from subsidy.workflow.actor import Actor

SUBJECT: Final = "envelope"
"""Every entry of the books stands in the record of each envelope that it touches."""

_CHUNK: Final = 5_000
"""So many ids go into one query: databases take no endless ones."""

_ENDED: Final = frozenset({EntryKind.ALLOT, EntryKind.REDUCE, EntryKind.TRANSFER, EntryKind.RESERVE, EntryKind.COMMIT})
"""What closed books take no more."""

FUNDED: Final = frozenset(
    {
        Account.COMMITTED,
        Account.PAYABLE,
        Account.IN_FLIGHT,
        Account.PAID,
        Account.RECEIVABLE,
        Account.RECOVERED,
        Account.WRITTEN_OFF,
    }
)
"""Money in these is an award's."""


class Movement(NamedTuple):
    """An amount of an envelope that goes from one account to another."""

    envelope_id: str
    source: Account
    target: Account
    amount: Fen
    application_id: str | None = None
    instalment_id: str | None = None


def lock(session: Session, ids: Iterable[str]) -> Mapping[str, Envelope]:
    """Envelopes as they now are, which nobody else can move money in until the transaction ends; always in one order.

    Whoever also changes cases locks those first. Balances are read only after this.
    """
    query = select(Envelope).where(col(Envelope.id).in_(sorted(set(ids)))).order_by(col(Envelope.id))
    found = session.execute(query.with_for_update().execution_options(populate_existing=True)).scalars()
    return {envelope.id: envelope for envelope in found}


def balance(envelope: Envelope, account: Account) -> Fen:
    """What an account of an envelope holds; for the treasury, what it has given less what came back."""
    amount: int = envelope.allotted_fen if account is Account.TREASURY else getattr(envelope, f"{account}_fen")
    return Fen(amount)


def post(
    session: Session,
    actor: Actor,
    now: datetime,
    kind: EntryKind,
    movements: Iterable[Movement],
    reason: str | None = None,
) -> LedgerEntry | None:
    """One entry: all movements, or none; None where nothing moves. Movements of nothing are left out.

    Raises Refused where an envelope has not that much, or its year is closed for what is asked.
    """
    moved = [movement for movement in movements if movement.amount]
    if not moved:
        return None
    envelopes = lock(session, {movement.envelope_id for movement in moved})
    for envelope in envelopes.values():
        if envelope.closed_at is not None and kind in _ENDED:
            raise Refused("budget.year_closed", year=str(envelope.year))
    for envelope_id, changes in _changes(moved).items():
        _change(session, envelopes[envelope_id], changes)
    entry = _entry(actor, now, kind, moved, reason)
    session.add(entry)
    session.flush()
    rows = [
        {
            "entry_id": entry.id,
            "envelope_id": one.envelope_id,
            "source": one.source,
            "target": one.target,
            "amount_fen": one.amount,
            "application_id": one.application_id,
            "instalment_id": one.instalment_id,
        }
        for one in moved
    ]
    session.execute(insert(Posting), rows)
    _record(session, actor, now, entry, envelopes.values(), moved)
    return entry


def digest_of(movements: Iterable[Movement]) -> str:
    """SHA-256 of movements in order, by which the record knows the postings of an entry."""
    digest = hashlib.sha256()
    for one in movements:
        fields = (one.envelope_id, one.source, one.target, str(one.amount), one.application_id, one.instalment_id)
        digest.update(("|".join(field or "" for field in fields) + "\n").encode())
    return f"sha256:{digest.hexdigest()}"


class Position(NamedTuple):
    """What of an envelope's money belongs to one instalment, or to one case, in one account."""

    envelope_id: str
    account: Account
    amount: Fen


def of_instalments(session: Session, ids: Iterable[str]) -> Mapping[str, Sequence[Position]]:
    """Where the money of instalments is; those without any are left out."""
    wanted, found = list(ids), dict[str, Sequence[Position]]()
    for start in range(0, len(wanted), _CHUNK):
        among = col(Posting.instalment_id).in_(wanted[start : start + _CHUNK])
        found |= _positions(session, col(Posting.instalment_id), among)
    return found


def of_case(session: Session, application_id: str) -> Sequence[Position]:
    """What is set aside for a case as a whole: its reservations."""
    whole = (col(Posting.application_id) == application_id) & col(Posting.instalment_id).is_(None)
    return _positions(session, col(Posting.application_id), whole).get(application_id, ())


def _positions(session: Session, key: Any, wanted: ColumnElement[bool]) -> dict[str, Sequence[Position]]:
    total = func.sum(Posting.amount_fen)
    query = select(key, col(Posting.envelope_id), col(Posting.source), col(Posting.target), total).where(wanted)
    sums: dict[str, dict[tuple[str, Account], int]] = defaultdict(lambda: defaultdict(int))
    for subject, envelope_id, source, target, amount in session.execute(
        query.group_by(key, col(Posting.envelope_id), col(Posting.source), col(Posting.target))
    ):
        sums[subject][envelope_id, source] -= int(amount)
        sums[subject][envelope_id, target] += int(amount)
    return {
        subject: [Position(envelope_id, account, Fen(held)) for (envelope_id, account), held in found.items() if held]
        for subject, found in sums.items()
    }


def _changes(movements: Sequence[Movement]) -> Mapping[str, Mapping[Account, int]]:
    """By how much each account of each envelope changes."""
    changes: dict[str, dict[Account, int]] = defaultdict(lambda: defaultdict(int))
    for one in movements:
        changes[one.envelope_id][one.source] -= one.amount
        changes[one.envelope_id][one.target] += one.amount
    return changes


def _change(session: Session, envelope: Envelope, changes: Mapping[Account, int]) -> None:
    values: dict[str, int] = {}
    for account, change in changes.items():
        if account is Account.TREASURY:
            values["allotted_fen"] = envelope.allotted_fen - change
            continue
        held = balance(envelope, account) + change
        if held < 0 and account is Account.AVAILABLE:
            raise Refused(
                "budget.not_enough", year=str(envelope.year), lacking=yuan(-held), available=yuan(held - change)
            )
        values[f"{account}_fen"] = held
    session.execute(update(Envelope).where(col(Envelope.id) == envelope.id).values(values))
    session.refresh(envelope)


def _entry(
    actor: Actor, now: datetime, kind: EntryKind, movements: Sequence[Movement], reason: str | None
) -> LedgerEntry:
    return LedgerEntry(
        kind=kind,
        at=now,
        booked_on=now.astimezone(SHANGHAI).date(),
        actor_id=actor.id,
        reason=reason,
        postings=len(movements),
        amount_fen=sum(movement.amount for movement in movements),
        digest=digest_of(movements),
    )


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    entry: LedgerEntry,
    envelopes: Iterable[Envelope],
    movements: Sequence[Movement],
) -> None:
    """An entry in the record of each envelope: what moved, and the digest by which the postings can be checked."""
    kept = []
    for envelope in envelopes:
        own = [movement for movement in movements if movement.envelope_id == envelope.id]
        after = {
            "entry": entry.id,
            "postings": len(own),
            "amount": yuan(sum(movement.amount for movement in own)),
            "available": yuan(envelope.available_fen),
            "digest": entry.digest,
        }
        command = f"ledger.{entry.kind}"
        kept.append(events.entry(actor, now, envelope.id, command, {}, after, entry.reason, kind=SUBJECT))
    events.append(session, kept)
