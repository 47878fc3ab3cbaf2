"""Filling a payout run with what is payable, some at a time: what is killed goes on where it was, and nothing is in two runs."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from rules.load import packs
from rules.model import Text
from rules.money import Fen, yuan
from schedules.clock import SHANGHAI
from subsidy.database import writing
from subsidy.finance import payout_steps
from subsidy.finance.payable import Judged, State, Wanted, judged
from subsidy.finance.payout_steps import Change, Step
from subsidy.records import (
    Account,
    Application,
    Award,
    Disbursement,
    Envelope,
    Instalment,
    Organisation,
    Payment,
    PaymentState,
    PayoutRun,
    Posting,
    Record,
)
from subsidy.records.base import new_id
from subsidy.workflow.actor import Actor

CHUNK: Final = 1_000


@dataclass(frozen=True)
class Group:
    """How many payments go to a payee under a scheme, and how much."""

    scheme_id: str
    scheme_label: Text
    payee_id: str
    payee: str
    count: int
    amount: Fen


@dataclass(frozen=True)
class Filled:
    """What a filling added."""

    count: int
    amount: Fen


class Choice(NamedTuple):
    """What is to be put in: that of some schemes, and of some payees; empty for all."""

    schemes: frozenset[str] = frozenset()
    payees: frozenset[str] = frozenset()


ALL: Final = Choice()


def fill(
    bind: Engine | Connection,
    run_id: str,
    actor: Actor,
    now: datetime,
    progress: Callable[[int, int | None], None] | None = None,
    chunk: int = CHUNK,
    *,
    choice: Choice = ALL,
    version: int | None = None,
) -> Filled:
    """Puts into an open run everything chosen that is payable today and in no other run; repeating it adds what is new.

    Each chunk is a transaction of its own. `progress` is told how many instalments have been looked at, and of how many.
    Raises NotFound, Forbidden, Refused where the run is not open or of another, Stale before anything is put in.
    """
    today = now.astimezone(SHANGHAI).date()
    with writing(bind) as session, payout_steps.change(session, actor, now, Step.FILL, run_id, version=version) as step:
        step.kept, run = False, step.run
        total = session.execute(select(func.count()).select_from(_open(run, choice).subquery())).scalar_one()
    place, done, added, amount = "", 0, 0, 0
    while True:
        with writing(bind) as session:
            ids, made = _chunk(session, actor, now, today, run_id, place, chunk, choice)
        if not ids:
            return Filled(added, Fen(amount))
        place, done, added, amount = ids[-1], done + len(ids), added + made.count, amount + made.amount
        if progress is not None:
            progress(done, max(total, done))


def fill_at_once(
    session: Session, actor: Actor, now: datetime, run_id: str, version: int | None, choice: Choice = ALL
) -> Filled:
    """As `fill`, in the caller's one transaction: for as many as a person waits for."""
    today, place, added, amount = now.astimezone(SHANGHAI).date(), "", 0, 0
    with payout_steps.change(session, actor, now, Step.FILL, run_id, version=version) as step:
        while True:
            ids, made = _look(session, step.run, today, place, CHUNK, choice)
            if not ids:
                break
            place, added, amount = ids[-1], added + made.count, amount + made.amount
        filled = Filled(added, Fen(amount))
        _tell(step, filled)
    return filled


def candidates(session: Session, run: PayoutRun, today: date) -> Sequence[Group]:
    """What filling would put in, by scheme and payee."""
    sums: dict[tuple[str, str], Group] = {}
    wanted = Wanted(year=run.year, policy=run.policy_id, scheme=run.scheme_id)
    for one in judged(session, today, wanted):
        if one.state is State.PAYABLE:
            scheme_id, payee_id = one.row.known.scheme_id, one.row.organisation_id
            nothing = Group(scheme_id, one.scheme_label, payee_id, one.row.payee, 0, Fen(0))
            had = sums.get((scheme_id, payee_id), nothing)
            sums[scheme_id, payee_id] = replace(had, count=had.count + 1, amount=Fen(had.amount + one.payable))
    return sorted(sums.values(), key=lambda group: (group.scheme_id, group.payee))


def _chunk(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    run_id: str,
    after: str,
    size: int,
    choice: Choice,
) -> tuple[Sequence[str], Filled]:
    """Looks at the next instalments in order of their ids; returns those, and what of them was put in."""
    with payout_steps.change(session, actor, now, Step.FILL, run_id) as step:
        ids, made = _look(session, step.run, today, after, size, choice)
        _tell(step, made)
    return ids, made


def _look(
    session: Session, run: PayoutRun, today: date, after: str, size: int, choice: Choice
) -> tuple[Sequence[str], Filled]:
    query = _open(run, choice).where(col(Disbursement.instalment_id) > after)
    ids = session.scalars(query.order_by(col(Disbursement.instalment_id)).limit(size)).all()
    _lock_cases(session, ids)
    wanted = Wanted(year=run.year, policy=run.policy_id, scheme=run.scheme_id, ids=ids)
    found = [one for one in judged(session, today, wanted) if one.state is State.PAYABLE] if ids else []
    return ids, _put_in(session, run, sorted(found, key=lambda one: one.row.known.instalment_id))


def _lock_cases(session: Session, instalment_ids: Sequence[str]) -> None:
    """What is payable is judged once nobody can change an award meanwhile, so that no amendment is passed by."""
    awards = select(col(Instalment.award_id)).where(col(Instalment.id).in_(instalment_ids))
    cases = select(col(Award.application_id)).where(col(Award.id).in_(awards))
    locked = select(col(Application.id)).where(col(Application.id).in_(cases)).order_by(col(Application.id))
    session.execute(locked.with_for_update())


def _tell(step: Change, made: Filled) -> None:
    step.kept = bool(made.count)
    step.after |= {"added": str(made.count), "amount": yuan(made.amount), "count": str(step.run.count)}


def _put_in(session: Session, run: PayoutRun, found: Sequence[Judged]) -> Filled:
    if not found:
        return Filled(0, Fen(0))
    numbers = _attempts(session, [str(one.row.disbursement_id) for one in found])
    last = session.execute(select(func.max(Payment.line)).where(col(Payment.run_id) == run.id)).scalar_one() or 0
    rows = [_payment(run, last + at, one, numbers[str(one.row.disbursement_id)] + 1) for at, one in enumerate(found, 1)]
    amounts = _insert(session, rows)
    made = Filled(len(amounts), Fen(sum(amounts)))
    run.count, run.amount_fen = run.count + made.count, run.amount_fen + made.amount
    return made


def _insert(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Stores the payments of disbursements that nobody else has put into a run meanwhile; returns their amounts."""
    table = Record.metadata.tables[str(Payment.__tablename__)]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).on_conflict_do_nothing().returning(table.c.amount_fen)
    return session.execute(statement, rows).scalars().all()


def _payment(run: PayoutRun, line: int, one: Judged, number: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "run_id": run.id,
        "line": line,
        "disbursement_id": one.row.disbursement_id,
        "instalment_id": one.row.known.instalment_id,
        "number": number,
        "key": key_of(str(one.row.disbursement_id), number),
        "amount_fen": one.payable,
        "account_id": one.row.account_id,
        "sheet_json": "{}",
        "state": PaymentState.DRAFTED,
    }


def key_of(disbursement_id: str, number: int) -> str:
    """What a bank quotes for an attempt: letters and digits, the same whenever it is asked for."""
    return f"{disbursement_id.upper()}{number:02d}"


def _attempts(session: Session, disbursement_ids: Collection[str]) -> Mapping[str, int]:
    """How many attempts there have been at each disbursement."""
    query = select(col(Payment.disbursement_id), func.max(Payment.number))
    query = query.where(col(Payment.disbursement_id).in_(disbursement_ids)).group_by(col(Payment.disbursement_id))
    return defaultdict(int, ((one, number) for one, number in session.execute(query)))


def _open(run: PayoutRun, choice: Choice) -> Any:
    """The instalments whose disbursement is in no run, and which the run's envelopes have money of."""
    live = exists().where(
        col(Payment.disbursement_id) == col(Disbursement.id), col(Payment.state) != PaymentState.RETURNED
    )
    drawn: ColumnElement[bool] = exists().where(
        col(Posting.instalment_id) == col(Disbursement.instalment_id),
        col(Posting.target) == Account.PAYABLE,
        col(Posting.envelope_id) == col(Envelope.id),
        col(Envelope.year) == run.year,
    )
    query = (
        select(col(Disbursement.instalment_id))
        .join(Instalment, col(Instalment.id) == col(Disbursement.instalment_id))
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .where(and_(~live.correlate(Disbursement), drawn.correlate(Disbursement)))
        .where(col(Application.policy_id) == run.policy_id)
    )
    if run.scheme_id is not None:
        query = query.where(col(Application.scheme_id) == run.scheme_id)
    if choice.schemes:
        query = query.where(col(Application.scheme_id).in_(sorted(choice.schemes)))
    if choice.payees:
        query = query.where(col(Application.organisation_id).in_(sorted(choice.payees)))
    return query


def contents(session: Session, run: PayoutRun) -> Sequence[Group]:
    """What is in a run, by scheme and payee."""
    scheme, payee = col(Application.scheme_id), (col(Organisation.id), col(Organisation.name))
    query = (
        select(scheme, *payee, func.count(), func.sum(Payment.amount_fen))
        .select_from(Payment)
        .join(Instalment, col(Instalment.id) == col(Payment.instalment_id))
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(col(Payment.run_id) == run.id)
        .group_by(scheme, *payee)
        .order_by(scheme, col(Organisation.name), col(Organisation.id))
    )
    labels = {one.id: one.label for one in packs()[run.policy_id].schemes}
    return [
        Group(scheme_id, labels[scheme_id], payee_id, name, count, Fen(int(amount)))
        for scheme_id, payee_id, name, count, amount in session.execute(query)
    ]
