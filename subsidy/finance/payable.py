"""Why an instalment is, or is not, to be paid now: every reason at once, the same for the pages and for payout runs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from rules.model import Text
from rules.money import Fen
from schedules.clock import SHANGHAI
from schedules.due import Standing, Status
from subsidy.finance import holds
from subsidy.finance.commitments import waiting
from subsidy.records import (
    Account,
    Application,
    Award,
    BankAccount,
    BankAccountState,
    Disbursement,
    Envelope,
    Instalment,
    Organisation,
    Payment,
    PaymentState,
    PayoutRun,
    Posting,
)
from subsidy.workflow.standing import Bench, Known, known

CHUNK: Final = 1_000


class State(StrEnum):
    """Where the payment of an instalment stands."""

    WAITING = "waiting"
    """Something is in the way; the reasons tell all of it."""
    PAYABLE = "payable"
    IN_RUN = "in_run"
    IN_FLIGHT = "in_flight"
    PAID = "paid"
    FORFEITED = "forfeited"


class Obstacle(StrEnum):
    """What can be in the way of a payment."""

    NOT_YET_DUE = "not_yet_due"
    AWAITING_FIGURE = "awaiting_figure"
    YEAR_FALLS_SHORT = "year_falls_short"
    NOT_GENERATED = "not_generated"
    NO_ENVELOPE = "no_envelope"
    NO_MONEY = "no_money"
    HELD = "held"
    NO_ACCOUNT = "no_account"
    ACCOUNT_UNVERIFIED = "account_unverified"
    ACCOUNT_COOLING = "account_cooling"


class Reason(NamedTuple):
    """One of the obstacles, with what fills its wording."""

    code: Obstacle
    params: Mapping[str, str] = {}


class Row(NamedTuple):
    """What is on record of one instalment, beside what is known of it as such."""

    known: Known
    number: str
    project_name: str
    organisation_id: str
    payee: str
    credit_code: str
    award_fen: int
    disbursement_id: str | None
    account_id: str | None
    usable_from: date | None
    proposed_id: str | None
    envelope_id: str | None
    payment_state: PaymentState | None
    settled_on: date | None
    run_id: str | None
    run_number: str | None
    exported_at: datetime | None
    funded_fen: int
    payable_fen: int


@dataclass(frozen=True, slots=True)
class Judged:
    """An instalment with the state of its payment, and everything that is in the way.

    `amount` is the instalment's; `payable` what the budget holds ready for it. `told` fills the wording of the state: the
    number of a run, the day of the hand-out or of the payment.
    """

    row: Row
    scheme_label: Text
    of: int
    amount: Fen
    payable: Fen
    state: State
    obstacles: tuple[Reason, ...]
    told: Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """Which instalments to judge; None: not chosen by this. `year` is the budget year: that in which they are due, or whose
    envelope has their money."""

    year: int | None = None
    policy: str | None = None
    scheme: str | None = None
    ids: Collection[str] | None = None


def judged(session: Session, today: date, wanted: Wanted, *, queues: bool = False) -> Iterator[Judged]:
    """The instalments asked for, as their payment stands today, by due date. `queues` tells the places of those who wait."""
    judge = Judge(session, today, wanted, queues=queues)
    rows = session.execute(_query(wanted).execution_options(yield_per=CHUNK))
    return (judge.of(_row(columns)) for columns in rows)


class Judge:
    """Judges on a day. It reads policies, holds and queues once, however many instalments there are."""

    def __init__(self, session: Session, today: date, wanted: Wanted, *, queues: bool = False) -> None:
        self._bench = Bench(session, today)
        self._today = today
        self._holds = holds.standing(session, today)
        self._places = _places(session, wanted) if queues else {}

    def of(self, row: Row) -> Judged:
        """One instalment."""
        standing = self._bench.standing(row.known)
        scheme = self._bench.policy(row.known).scheme(row.known.scheme_id)
        state, told = _state(row, standing)
        obstacles = tuple(self.obstacles(row, standing)) if state in (State.WAITING, State.IN_RUN) else ()
        if state is State.WAITING and not obstacles:
            state = State.PAYABLE
        amount, payable = Fen(row.known.amount_fen), Fen(row.payable_fen)
        return Judged(
            row, scheme.label, max(len(scheme.terms.weights), row.known.number), amount, payable, state, obstacles, told
        )

    def obstacles(self, row: Row, standing: Standing) -> Iterator[Reason]:
        """Everything that keeps an instalment from being paid today, whatever run it may be in."""
        if standing.reason is not None:
            yield Reason(Obstacle(standing.reason), standing.params)
        elif standing.status is Status.DUE:
            yield Reason(Obstacle.NOT_GENERATED)
        yield from self._money(row)
        one = row.known
        for hold in self._holds.on(row.organisation_id, one.application_id, one.instalment_id):
            yield Reason(Obstacle.HELD, {"category": hold.category.value, "until": _day(hold.until), "hold": hold.id})
        yield from self._account(row)

    def _money(self, row: Row) -> Iterator[Reason]:
        if row.payable_fen > 0 or (row.disbursement_id is None and row.funded_fen > 0):
            return
        if row.envelope_id is None:
            yield Reason(Obstacle.NO_ENVELOPE, {"year": str(row.known.due_on.year)})
        else:
            yield Reason(Obstacle.NO_MONEY, {"place": self._places.get(row.known.instalment_id, "")})

    def _account(self, row: Row) -> Iterator[Reason]:
        if row.account_id is None:
            unverified = row.proposed_id is not None
            yield Reason(Obstacle.ACCOUNT_UNVERIFIED if unverified else Obstacle.NO_ACCOUNT)
        elif row.usable_from is not None and row.usable_from > self._today:
            yield Reason(Obstacle.ACCOUNT_COOLING, {"until": row.usable_from.isoformat()})


def _state(row: Row, standing: Standing) -> tuple[State, Mapping[str, str]]:
    match row.payment_state:
        case PaymentState.PAID:
            return State.PAID, {"on": _day(row.settled_on)}
        case PaymentState.IN_FLIGHT:
            since = _day(row.exported_at and row.exported_at.astimezone(SHANGHAI).date())
            return State.IN_FLIGHT, {"since": since, "run": row.run_number or ""}
        case PaymentState.DRAFTED:
            return State.IN_RUN, {"run": row.run_number or ""}
        case _:
            return (State.FORFEITED if standing.status is Status.FORFEITED else State.WAITING), {}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _places(session: Session, wanted: Wanted) -> Mapping[str, str]:
    """The places of those who wait for the envelopes of a year, counted from 1 in each."""
    query = select(Envelope).where(col(Envelope.closed_at).is_(None))
    if wanted.year is not None:
        query = query.where(col(Envelope.year) == wanted.year)
    if wanted.scheme is not None:
        query = query.where(col(Envelope.scheme_id) == wanted.scheme)
    envelopes = session.execute(query).scalars().all()
    return {
        one.instalment_id: str(at) for envelope in envelopes for at, one in enumerate(waiting(session, envelope), 1)
    }


_DUE: Final = (
    col(Application.number),
    col(Application.project_name),
    col(Organisation.id),
    col(Organisation.name),
    col(Organisation.credit_code),
    col(Award.amount_fen),
    col(Disbursement.id),
)


def _query(wanted: Wanted) -> Select[Any]:
    verified, proposed = aliased(BankAccount), aliased(BankAccount)
    money = _money(wanted).subquery()
    query = known(
        *_DUE,
        col(verified.id),
        col(verified.usable_from),
        col(proposed.id),
        col(Envelope.id),
        col(Payment.state),
        col(Payment.settled_on),
        col(PayoutRun.id),
        col(PayoutRun.number),
        col(PayoutRun.exported_at),
        func.coalesce(money.c.funded, 0),
        func.coalesce(money.c.payable, 0),
    ).join(Organisation, col(Organisation.id) == col(Application.organisation_id))
    query = (
        query.outerjoin(money, money.c.instalment_id == col(Instalment.id))
        .outerjoin(verified, _account(verified, BankAccountState.VERIFIED))
        .outerjoin(proposed, _account(proposed, BankAccountState.PROPOSED))
        .outerjoin(Envelope, _natural())
        .outerjoin(
            Payment,
            and_(col(Payment.disbursement_id) == col(Disbursement.id), col(Payment.state) != PaymentState.RETURNED),
        )
        .outerjoin(PayoutRun, col(PayoutRun.id) == col(Payment.run_id))
    )
    return query.where(*_chosen(wanted)).order_by(
        col(Instalment.due_on), col(Application.number), col(Instalment.number)
    )


def _account(account: Any, state: BankAccountState) -> ColumnElement[bool]:
    return and_(col(account.organisation_id) == col(Organisation.id), col(account.state) == state)


def _natural() -> ColumnElement[bool]:
    """The envelope that an instalment draws on by scheme and year."""
    return and_(
        col(Envelope.policy_id) == col(Application.policy_id),
        col(Envelope.scheme_id) == col(Application.scheme_id),
        col(Envelope.year) == extract("year", col(Instalment.due_on)),
    )


def _chosen(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    # A part of nothing is never paid, and nobody waits for it.
    conditions: list[ColumnElement[bool]] = [col(Instalment.amount_fen) + col(Instalment.adjusted_fen) > 0]
    if wanted.policy is not None:
        conditions.append(col(Application.policy_id) == wanted.policy)
    if wanted.scheme is not None:
        conditions.append(col(Application.scheme_id) == wanted.scheme)
    if wanted.ids is not None:
        conditions.append(col(Instalment.id).in_(wanted.ids))
    elif wanted.year is not None:
        carried = (
            select(col(Posting.instalment_id))
            .join(Envelope, col(Envelope.id) == col(Posting.envelope_id))
            .where(col(Envelope.year) == wanted.year, col(Posting.instalment_id).is_not(None))
        )
        within = col(Instalment.due_on).between(date(wanted.year, 1, 1), date(wanted.year, 12, 31))
        conditions.append(or_(within, col(Instalment.id).in_(carried)))
    return conditions


def _money(wanted: Wanted) -> Select[Any]:
    """Of each instalment: what is committed or payable to it, and what of that is payable from the year that is asked for."""
    payable: ColumnElement[int] = _change(Account.PAYABLE)
    funded = func.sum(_change(Account.COMMITTED) + payable).label("funded")
    instalment: Any = col(Posting.instalment_id)
    query: Select[Any] = select(instalment, funded)
    if wanted.year is None:
        query = query.add_columns(func.sum(payable).label("payable"))
    else:
        of_year = case((col(Envelope.year) == wanted.year, payable), else_=0)
        query = query.add_columns(func.sum(of_year).label("payable"))
        query = query.join(Envelope, col(Envelope.id) == col(Posting.envelope_id))
    query = query.where(col(Posting.instalment_id).is_not(None))
    if wanted.ids is not None:
        query = query.where(col(Posting.instalment_id).in_(wanted.ids))
    return query.group_by(col(Posting.instalment_id))


def _change(account: Account) -> ColumnElement[int]:
    """By how much a posting changes an account."""
    came = case((col(Posting.target) == account, col(Posting.amount_fen)), else_=0)
    went = case((col(Posting.source) == account, col(Posting.amount_fen)), else_=0)
    change: ColumnElement[int] = came - went
    return change


def _row(columns: Sequence[Any]) -> Row:
    split = len(Known._fields)
    row = Row(Known(*columns[:split]), *columns[split:])
    return row._replace(funded_fen=int(row.funded_fen), payable_fen=int(row.payable_fen))  # SQL sums may be decimals
