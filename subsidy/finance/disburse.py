"""Generates the disbursements of what has fallen due: exactly one for each instalment, however often and by whomever it is run.

The work is done in chunks, each a transaction of its own, so that a run that dies keeps what it has done and the next one
does the rest. Two that run at once wait for each other chunk by chunk; what one has generated the other leaves alone.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, or_, select, tuple_, update
from sqlmodel import Session, col

from rules.money import Fen, yuan
from schedules.clock import SHANGHAI
from schedules.due import Status
from subsidy.database import reading, writing
from subsidy.errors import Refused
from subsidy.finance import commitments
from subsidy.records import Application, Award, Disbursement, Instalment, Run, Trigger
from subsidy.records.base import new_id
from subsidy.workflow import events
from subsidy.workflow.actor import SYSTEM
from subsidy.workflow.once import insert_once
from subsidy.workflow.standing import Bench, Known, known
from subsidy.workflow.transitions import Command

CHUNK: Final = 500


@dataclass(frozen=True)
class RunReport:
    """What a run generated, or would, and how many due instalments it left for which reason (a code, as of a standing)."""

    run_id: str | None
    """None for a preview, which leaves no row."""
    as_of: date
    generated: int
    amount: Fen
    left: Mapping[str, int]


class _Place(NamedTuple):
    """Where in the order of due instalments a chunk ended."""

    due_on: date
    instalment_id: str


def disburse(bind: Engine | Connection, *, as_of: date, now: datetime, trigger: str, chunk: int = CHUNK) -> RunReport:
    """Generates what is due on `as_of`, which is not after today; each run leaves a row, whatever it found.

    Raises Refused for a day to come. Where it fails, what is done is kept, and its row tells the error; where its process
    dies, its row stays unfinished. Over a connection that has a transaction open all of it is a part of that one instead.
    """
    today = now.astimezone(SHANGHAI).date()
    if as_of > today:
        raise Refused("workflow.day_to_come", as_of=as_of.isoformat(), today=today.isoformat())
    began = monotonic()
    with writing(bind) as session:
        run = Run(trigger=Trigger(trigger), as_of=as_of, started_at=_start(session, now))
        session.add(run)
    try:
        left = _generate(bind, run, chunk)
    except Exception as error:
        _close(bind, run, error=f"{type(error).__name__}: {error}")
        raise
    elapsed = timedelta(seconds=monotonic() - began)
    run = _close(bind, run, finished_at=run.started_at + elapsed, left_json=json.dumps(left, sort_keys=True))
    return RunReport(run.id, as_of, run.generated, Fen(run.amount_fen), dict(left))


def preview(engine: Engine, as_of: date) -> RunReport:
    """What would be generated on a day if nothing is recorded or decided until then. Writes nothing."""
    generated, amount, left = 0, 0, Counter[str]()
    with reading(engine) as session:
        bench = Bench(session, as_of)
        for columns in session.execute(known().where(_open(as_of)).execution_options(yield_per=CHUNK)):
            row = Known(*columns)
            standing = bench.standing(row)
            if standing.status is Status.DUE:
                generated, amount = generated + 1, amount + row.amount_fen
            elif standing.reason:
                left[standing.reason] += 1
    return RunReport(None, as_of, generated, Fen(amount), dict(left))


def _start(session: Session, now: datetime) -> datetime:
    """`now`, or the moment after the last run of this second: where a clock stands still, runs keep their order."""
    of_this_second = col(Run.started_at) >= now, col(Run.started_at) < now + timedelta(seconds=1)
    last = session.execute(select(func.max(col(Run.started_at))).where(*of_this_second)).scalar_one()
    return now if last is None else last + timedelta(microseconds=1)


def _generate(bind: Engine | Connection, run: Run, chunk: int) -> Counter[str]:
    left, place = Counter[str](), None
    while True:
        with writing(bind) as session:
            place = _chunk(session, run, place, chunk, left)
        if place is None:
            return left


def _chunk(session: Session, run: Run, after: _Place | None, size: int, left: Counter[str]) -> _Place | None:
    """Generates among the next instalments in order; returns the place of the last one, None where there are no more."""
    places = _lock(session, run.as_of, after, size)
    if not places:
        return None
    bench, due = Bench(session, run.as_of), {}
    locked = {place.instalment_id for place in places}
    # Read after their cases are locked, so that what others have done to them by then is seen.
    query = known().where(_open(run.as_of), tuple_(*_ORDER).between(places[0], places[-1]))
    for columns in session.execute(query.order_by(*_ORDER)):
        row = Known(*columns)
        if row.instalment_id not in locked:
            continue
        standing = bench.standing(row)
        if standing.status is Status.DUE:
            due[row.instalment_id] = row
        elif standing.reason:
            left[standing.reason] += 1
    _store(session, run, due)
    return places[-1]


_ORDER: Final = (col(Instalment.due_on), col(Instalment.id))
"""In which instalments are dealt with."""


def _lock(session: Session, as_of: date, after: _Place | None, size: int) -> list[_Place]:
    """The next places, and a lock on their cases, as every change of a case takes it: in one order, so that nobody waits in
    a circle."""
    query = select(*_ORDER, col(Award.application_id)).join(Award, col(Award.id) == col(Instalment.award_id))
    query = query.where(_open(as_of)).order_by(*_ORDER).limit(size)
    if after is not None:
        query = query.where(tuple_(*_ORDER) > after)
    rows = session.execute(query).all()
    cases = select(col(Application.id)).where(col(Application.id).in_({row.application_id for row in rows}))
    session.execute(cases.order_by(col(Application.id)).with_for_update())
    return [_Place(row.due_on, row.id) for row in rows]


def _open(as_of: date) -> ColumnElement[bool]:
    """Due by that day, not forfeited, not generated, and not one that an amendment has left nothing of."""
    generated = exists().where(col(Disbursement.instalment_id) == col(Instalment.id)).correlate(Instalment)
    left = or_(col(Instalment.adjusted_fen) == 0, col(Instalment.amount_fen) + col(Instalment.adjusted_fen) > 0)
    return and_(col(Instalment.due_on) <= as_of, col(Instalment.forfeited_at).is_(None), left, ~generated)


def _store(session: Session, run: Run, due: Mapping[str, Known]) -> None:
    """The disbursements that are not there yet, an entry in the record for each, and the run's sums."""
    today = run.started_at.astimezone(SHANGHAI).date()
    rows = [
        {
            "id": new_id(),
            "instalment_id": row.instalment_id,
            "amount_fen": row.amount_fen,
            "generated_on": today,
            "generated_at": run.started_at,
            "run_id": run.id,
        }
        for row in due.values()
    ]
    stored = insert_once(session, Disbursement, rows, "instalment_id")
    made = [row for instalment_id, row in due.items() if instalment_id in stored]
    entries = []
    for row in made:
        told = {
            "instalment": row.number,
            "amount": yuan(row.amount_fen),
            "due_on": row.due_on.isoformat(),
            "run": run.id,
        }
        entries.append(events.entry(SYSTEM, run.started_at, row.application_id, Command.GENERATE, {}, told))
    events.append(session, entries)
    commitments.release(session, run.started_at, [row.instalment_id for row in made])
    amount = sum(row.amount_fen for row in made)
    sums = {"generated": col(Run.generated) + len(made), "amount_fen": col(Run.amount_fen) + amount}
    session.execute(update(Run).where(col(Run.id) == run.id).values(sums))


def _close(bind: Engine | Connection, run: Run, **values: object) -> Run:
    """Stores how the run ended; returns its row as it then is."""
    with writing(bind) as session:
        session.execute(update(Run).where(col(Run.id) == run.id).values(values))
        return session.get_one(Run, run.id)
