"""Reading the books: the entries of an envelope, and the postings of an entry."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, overload

from sqlalchemy import func, select
from sqlmodel import Session, col

from rules.money import Fen
from subsidy.errors import NotFound
from subsidy.records import (
    Account,
    Application,
    Award,
    EntryKind,
    Envelope,
    Instalment,
    LedgerEntry,
    Organisation,
    Posting,
    User,
)


class Moved(NamedTuple):
    """What an entry moved between two accounts of an envelope, and in how many postings."""

    source: Account
    target: Account
    many: int
    amount: Fen


class Entry(NamedTuple):
    """One entry of the books as it touches an envelope; `who` is None for the system."""

    id: int
    kind: EntryKind
    at: datetime
    booked_on: date
    who: str | None
    reason: str | None
    moved: Sequence[Moved]


class Entries(Sequence[Entry]):
    """The entries of an envelope, the latest first, read a part at a time while the session is open."""

    def __init__(self, session: Session, envelope_id: str) -> None:
        self._session = session
        self._envelope_id = envelope_id
        of = col(Posting.envelope_id) == envelope_id
        self._ids = select(col(Posting.entry_id)).where(of).distinct()

    def __len__(self) -> int:
        return int(self._session.execute(select(func.count()).select_from(self._ids.subquery())).scalar_one())

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Entry]: ...
    def __getitem__(self, at: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(at, int):
            return self[at : at + 1][0]
        start, stop, _ = at.indices(len(self))
        query = (
            select(LedgerEntry, col(User.name))
            .outerjoin(User, col(User.id) == col(LedgerEntry.actor_id))
            .where(col(LedgerEntry.id).in_(self._ids))
            .order_by(col(LedgerEntry.id).desc())
            .offset(start)
            .limit(max(stop - start, 0))
        )
        found = self._session.execute(query).all()
        moved = self._moved([entry.id for entry, _ in found])
        return [
            Entry(entry.id, entry.kind, entry.at, entry.booked_on, who, entry.reason, moved[entry.id])
            for entry, who in found
        ]

    def _moved(self, ids: Sequence[Any]) -> dict[int, list[Moved]]:
        by = col(Posting.entry_id), col(Posting.source), col(Posting.target)
        query = (
            select(*by, func.count(), func.sum(Posting.amount_fen), func.min(Posting.id).label("first"))
            .where(col(Posting.entry_id).in_(ids), col(Posting.envelope_id) == self._envelope_id)
            .group_by(*by)
            .order_by("first")
        )
        moved: dict[int, list[Moved]] = {one: [] for one in ids}
        for entry_id, source, target, many, amount, _ in self._session.execute(query):
            moved[entry_id].append(Moved(Account(source), Account(target), many, Fen(int(amount))))
        return moved


class Leg(NamedTuple):
    """One posting, with the case and the instalment that it is about where it is about one."""

    envelope: Envelope
    source: Account
    target: Account
    amount: Fen
    application_id: str | None
    number: str | None
    project_name: str | None
    payee: str | None
    instalment: int | None


class Opened(NamedTuple):
    """An entry with all its postings, also those of other envelopes."""

    entry: LedgerEntry
    who: str | None
    legs: Sequence[Leg]


def opened(session: Session, envelope_id: str, entry_id: str) -> Opened:
    """An entry that touches an envelope; NotFound for any other."""
    if not (entry_id.isascii() and entry_id.isdigit() and len(entry_id) <= 18):
        raise NotFound
    touches = select(col(Posting.id)).where(
        col(Posting.entry_id) == int(entry_id), col(Posting.envelope_id) == envelope_id
    )
    if session.execute(touches.limit(1)).first() is None:
        raise NotFound
    entry = session.get_one(LedgerEntry, int(entry_id))
    who = session.get(User, entry.actor_id) if entry.actor_id else None
    case_of = func.coalesce(col(Posting.application_id), col(Award.application_id))
    query = (
        select(Posting, Envelope, Application, col(Organisation.name), col(Instalment.number))
        .join(Envelope, col(Envelope.id) == col(Posting.envelope_id))
        .outerjoin(Instalment, col(Instalment.id) == col(Posting.instalment_id))
        .outerjoin(Award, col(Award.id) == col(Instalment.award_id))
        .outerjoin(Application, col(Application.id) == case_of)
        .outerjoin(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(col(Posting.entry_id) == entry.id)
        .order_by(col(Posting.id))
    )
    return Opened(entry, who.name if who else None, [_leg(*row) for row in session.execute(query)])


def _leg(
    posting: Posting, envelope: Envelope, case: Application | None, payee: str | None, instalment: int | None
) -> Leg:
    return Leg(
        envelope,
        posting.source,
        posting.target,
        Fen(posting.amount_fen),
        case.id if case else None,
        case.number if case else None,
        case.project_name if case else None,
        payee,
        instalment,
    )
