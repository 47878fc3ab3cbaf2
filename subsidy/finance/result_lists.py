"""Looking at what was reconciled: the files, their lines, what has to be dealt with, and what is still in flight."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, overload

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from rules.faults import BadInput, Fault
from rules.money import Fen
from schedules.clock import SHANGHAI
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance.proposals import needs
from subsidy.finance.results import SUBJECT
from subsidy.finance.schedule import Total
from subsidy.records import (
    Application,
    Award,
    Duty,
    Instalment,
    Organisation,
    Payment,
    PaymentState,
    PayoutRun,
    Reconciled,
    ResultFile,
    ResultLine,
)
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor

OPEN: Final = (Reconciled.DIFFERENT, Reconciled.UNKNOWN)
"""Outcomes that somebody has to deal with."""


class Found(Sequence[Any]):
    """Rows of a query; only those that are looked at are read from the database."""

    def __init__(self, session: Session, query: Select[*tuple[Any, ...]], kind: type[Any] | None = None) -> None:
        self._session, self._query, self._kind = session, query, kind

    def __len__(self) -> int:
        return int(self._session.execute(select(func.count()).select_from(self._query.subquery())).scalar_one())

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop = place.start or 0, place.stop if place.stop is not None else len(self)
        rows = self._session.execute(self._query.offset(start).limit(max(stop - start, 0)))
        return [self._kind(*row) if self._kind else row[0] for row in rows]


def files(session: Session) -> Found:
    """The files that were taken, the latest first."""
    return Found(session, select(ResultFile).order_by(col(ResultFile.imported_at).desc(), col(ResultFile.id)))


def find(session: Session, file_id: str) -> ResultFile:
    """One of them; NotFound where there is none."""
    found = session.get(ResultFile, words.identifier(file_id))
    if found is None:
        raise NotFound
    return found


def totals(session: Session, file_id: str) -> Mapping[Reconciled, Total]:
    """What became of a file's lines; together they are all of it."""
    query = (
        select(col(ResultLine.outcome), func.count(), func.sum(col(ResultLine.amount_fen)))
        .where(col(ResultLine.file_id) == file_id)
        .group_by(col(ResultLine.outcome))
    )
    found = {Reconciled(outcome): Total(count, Fen(int(amount))) for outcome, count, amount in session.execute(query)}
    return {outcome: found[outcome] for outcome in Reconciled if outcome in found}


def lines(session: Session, file_id: str, outcome: Reconciled | None = None) -> Found:
    """The lines of a file in their order, of one outcome where it is named."""
    query = select(ResultLine).where(col(ResultLine.file_id) == file_id)
    if outcome is not None:
        query = query.where(col(ResultLine.outcome) == outcome)
    return Found(session, query.order_by(col(ResultLine.line)))


def waiting(session: Session) -> Found:
    """The lines of all files that somebody still has to deal with, the oldest first."""
    query = select(ResultLine).where(col(ResultLine.outcome).in_(OPEN), col(ResultLine.settled_at).is_(None))
    return Found(session, query.order_by(col(ResultLine.id)))


def find_line(session: Session, file_id: str, line: int) -> ResultLine:
    """One line of a file; NotFound where there is none."""
    query = select(ResultLine).where(col(ResultLine.file_id) == words.identifier(file_id), col(ResultLine.line) == line)
    found: ResultLine | None = session.execute(query).scalars().one_or_none()
    if found is None:
        raise NotFound
    return found


def settle(session: Session, actor: Actor, now: datetime, file_id: str, line: int, note: str) -> ResultLine:
    """Notes how a line that did not match was dealt with. Raises Forbidden, NotFound, BadInput, Refused where there is nothing
    to deal with."""
    needs(actor, Duty.MAKE)
    # The file's record is added to, so that whoever else does so waits.
    locked = select(col(ResultFile.id)).where(col(ResultFile.id) == words.identifier(file_id)).with_for_update()
    if session.execute(locked).first() is None:
        raise NotFound
    found = find_line(session, file_id, line)
    session.refresh(found)
    if found.outcome not in OPEN or found.settled_at is not None:
        raise Refused("result.settled")
    if not words.printable(note).strip():
        raise BadInput([FieldFault("/note", "result.note_missing")])
    faults: list[Fault] = []
    said = words.passage(note, "note", faults)
    if faults:
        raise BadInput(faults)
    found.settled_by, found.settled_at, found.settled_note = str(actor.id), now, said
    session.flush()
    entry = events.entry(actor, now, file_id, "settle_line", {}, {"line": line}, said, kind=SUBJECT)
    events.append(session, [entry])
    return found


class Age(StrEnum):
    """For how many days a payment has been in flight."""

    FRESH = "fresh"
    """At most three."""
    WEEK = "week"
    """At most seven."""
    MONTH = "month"
    """At most thirty."""
    OLD = "old"

    @property
    def least(self) -> int:
        """The first day of it, counted from 0."""
        return {Age.FRESH: 0, Age.WEEK: 4, Age.MONTH: 8, Age.OLD: 31}[self]


def age(days: int) -> Age:
    """The bucket of so many days."""
    return next(each for each in reversed(Age) if days >= each.least or each is Age.FRESH)


class Flying(NamedTuple):
    """A payment that was handed out and of which nothing was heard."""

    key: str
    amount_fen: int
    run_id: str
    run_number: str
    exported_at: datetime
    application_number: str
    project_name: str
    payee: str

    def days(self, today: date) -> int:
        """Since it was handed out."""
        return (today - self.exported_at.astimezone(SHANGHAI).date()).days


_FLYING: Final = col(Payment.state) == PaymentState.IN_FLIGHT


def in_flight(session: Session, today: date, bucket: Age | None = None) -> Found:
    """What is in flight, the oldest first; of one age where it is named."""
    query = (
        select(
            col(Payment.key),
            col(Payment.amount_fen),
            col(PayoutRun.id),
            col(PayoutRun.number),
            col(PayoutRun.exported_at),
            col(Application.number),
            col(Application.project_name),
            col(Organisation.name),
        )
        .join(PayoutRun, col(PayoutRun.id) == col(Payment.run_id))
        .join(Instalment, col(Instalment.id) == col(Payment.instalment_id))
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(_FLYING, *(_within(today, bucket) if bucket else ()))
        .order_by(col(PayoutRun.exported_at), col(PayoutRun.number), col(Payment.line))
    )
    return Found(session, query, Flying)


def ageing(session: Session, today: date) -> Mapping[Age, Total]:
    """How much is in flight, by age; every age, in its order."""
    query = (
        select(col(PayoutRun.exported_at), func.count(), func.sum(col(Payment.amount_fen)))
        .join(PayoutRun, col(PayoutRun.id) == col(Payment.run_id))
        .where(_FLYING)
        .group_by(col(PayoutRun.id), col(PayoutRun.exported_at))
    )
    found = dict.fromkeys(Age, Total(0, Fen(0)))
    for exported_at, count, amount in session.execute(query):
        bucket = age((today - exported_at.astimezone(SHANGHAI).date()).days)
        before = found[bucket]
        found[bucket] = Total(before.count + count, Fen(before.amount + int(amount)))
    return found


def _within(today: date, bucket: Age) -> tuple[ColumnElement[bool], ...]:
    """Handed out on the days that a bucket is of."""
    ages = list(Age)
    latest = _midnight(today - timedelta(days=bucket.least - 1))
    handed: tuple[ColumnElement[bool], ...] = () if bucket is ages[0] else (col(PayoutRun.exported_at) < latest,)
    if bucket is ages[-1]:
        return handed
    following = ages[ages.index(bucket) + 1]
    return (*handed, col(PayoutRun.exported_at) >= _midnight(today - timedelta(days=following.least - 1)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
