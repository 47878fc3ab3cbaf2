"""From award to payable: what of the budget is set aside for a case, committed to its instalments, and payable.

An instalment draws on the envelope of its scheme and of the year in which it is due; once the books of that year are
closed, on that of the next year whose books are not. Where there is none yet, or not enough in it, the instalment waits
its turn: in order of approval, each that fits.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, case, exists, extract, func, select
from sqlmodel import Session, col

from rules.money import Fen, yuan
from schedules.instalments import PlannedInstalment
from subsidy.database import writing
from subsidy.errors import Refused
from subsidy.finance import ledger
from subsidy.finance.ledger import FUNDED, Movement
from subsidy.records import (
    Account,
    Application,
    Award,
    Disbursement,
    EntryKind,
    Envelope,
    Event,
    Exhausted,
    Instalment,
    Payment,
    PaymentState,
    Posting,
)
from subsidy.workflow.actor import SYSTEM, Actor
from subsidy.workflow.stages import AWARDED

_NOTHING: Final = Fen(0)
_CHUNK: Final = 1_000


def reserve(
    session: Session, actor: Actor, now: datetime, application: Application, parts: Sequence[PlannedInstalment]
) -> None:
    """Sets aside, while a recommendation holds, what its instalments will draw on envelopes that there are.

    A part that no longer fits is not set aside; Refused where its envelope takes no award that it has no money for.
    """
    envelopes, movements = _envelopes(session, application, {part.due_on.year for part in parts}), []
    left = {envelope.id: envelope.available_fen for envelope in envelopes.values()}
    for part in parts:
        envelope = envelopes.get(part.due_on.year)
        if envelope is None or not part.amount:
            continue
        if part.amount > left[envelope.id]:
            _wait(envelope, part.amount)
            continue
        left[envelope.id] -= part.amount
        movements.append(Movement(envelope.id, Account.AVAILABLE, Account.RESERVED, part.amount, application.id))
    ledger.post(session, actor, now, EntryKind.RESERVE, movements)


def unreserve(session: Session, actor: Actor, now: datetime, application: Application) -> None:
    """Gives back what was set aside for a case; what it frees goes to those who wait."""
    held = ledger.of_case(session, application.id)
    ledger.lock(session, {position.envelope_id for position in held})
    movements = [
        Movement(envelope_id, Account.RESERVED, Account.AVAILABLE, amount, application.id)
        for envelope_id, account, amount in ledger.of_case(session, application.id)
        if account is Account.RESERVED
    ]
    if ledger.post(session, actor, now, EntryKind.UNRESERVE, movements):
        for envelope_id in sorted({movement.envelope_id for movement in movements}):
            commit_waiting(session, now, envelope_id)


def commit(
    session: Session, actor: Actor, now: datetime, application: Application, instalments: Sequence[Instalment]
) -> None:
    """Commits each instalment that its envelope has money for, from what was set aside for the case and then from what is
    available. The others wait; Refused where an envelope takes none that would have to."""
    envelopes = _envelopes(session, application, {one.due_on.year for one in instalments})
    aside = {
        envelope_id: amount
        for envelope_id, account, amount in ledger.of_case(session, application.id)
        if account is Account.RESERVED
    }
    movements, freed = [], []
    for envelope in _each(envelopes):
        reserved, available = aside.pop(envelope.id, _NOTHING), Fen(envelope.available_fen)
        for one in instalments:
            if envelopes.get(one.due_on.year) is not envelope or not one.amount_fen:
                continue
            first = min(reserved, one.amount_fen)
            rest = one.amount_fen - first
            if rest > available:
                _wait(envelope, Fen(rest))
                continue
            reserved, available = Fen(reserved - first), Fen(available - rest)
            about = application.id, one.id
            # What was set aside was set aside for the case; from here on it is an instalment's.
            movements.append(Movement(envelope.id, Account.RESERVED, Account.AVAILABLE, Fen(first), application.id))
            movements.append(Movement(envelope.id, Account.AVAILABLE, Account.COMMITTED, Fen(one.amount_fen), *about))
        movements.append(Movement(envelope.id, Account.RESERVED, Account.AVAILABLE, reserved, application.id))
        if reserved:
            freed.append(envelope.id)
    for envelope_id, amount in aside.items():
        movements.append(Movement(envelope_id, Account.RESERVED, Account.AVAILABLE, amount, application.id))
        freed.append(envelope_id)
    ledger.post(session, actor, now, EntryKind.COMMIT, movements)
    for envelope_id in sorted(freed):
        commit_waiting(session, now, envelope_id)


def decommit(session: Session, actor: Actor, now: datetime, instalment_ids: Iterable[str], reason: str | None) -> None:
    """Takes back what is committed or payable for instalments that will not be paid; what it frees goes to those who wait."""
    ids = list(instalment_ids)
    envelopes = ledger.lock(session, _drawn_on(session, ids))
    movements = []
    for instalment_id, positions in sorted(ledger.of_instalments(session, ids).items()):
        for envelope_id, account, amount in positions:
            if account in (Account.COMMITTED, Account.PAYABLE):
                closed = envelopes[envelope_id].closed_at is not None
                target = Account.LAPSED if closed else Account.AVAILABLE
                movements.append(Movement(envelope_id, account, target, amount, None, instalment_id))
    ledger.post(session, actor, now, EntryKind.DECOMMIT, movements, reason)
    for envelope_id in sorted({movement.envelope_id for movement in movements}):
        commit_waiting(session, now, envelope_id)


def lock_drawn_on(session: Session, instalment_ids: Sequence[str]) -> None:
    """Locks all envelopes that steps about these instalments can touch, so that nobody waits in a circle."""
    ledger.lock(session, _drawn_on(session, instalment_ids))


def reduce(session: Session, actor: Actor, now: datetime, wanted: Mapping[str, Fen], reason: str | None) -> set[str]:
    """Takes back what unpaid instalments have of the budget beyond what is `wanted` for each from now on.

    Returns the envelopes in which money became free, for the caller to commit anew.
    """
    envelopes = ledger.lock(session, _drawn_on(session, sorted(wanted)))
    movements = []
    for instalment_id, positions in sorted(ledger.of_instalments(session, wanted).items()):
        beyond = sum(one.amount for one in positions if one.account in FUNDED) - wanted[instalment_id]
        for envelope_id, account, amount in sorted(positions, key=lambda one: (one.account, one.envelope_id)):
            if account not in (Account.COMMITTED, Account.PAYABLE):
                continue
            taken = Fen(max(min(beyond, amount), 0))
            beyond -= taken
            target = Account.AVAILABLE if envelopes[envelope_id].closed_at is None else Account.LAPSED
            movements.append(Movement(envelope_id, account, target, taken, None, instalment_id))
    ledger.post(session, actor, now, EntryKind.DECOMMIT, movements, reason)
    return {one.envelope_id for one in movements if one.amount and one.target is Account.AVAILABLE}


class Waiting(NamedTuple):
    """An instalment that has no money yet."""

    instalment_id: str
    application_id: str
    amount: Fen


def waiting(session: Session, envelope: Envelope) -> Sequence[Waiting]:
    """The instalments that wait for money of an envelope, in order of approval; none where its books are closed."""
    if envelope.closed_at is not None:
        return []
    closed, first = _closed(session, envelope), envelope.year
    while first - 1 in closed:
        first -= 1
    approved = (
        select(func.max(col(Event.id)))
        .where(
            col(Event.subject_kind) == "application",
            col(Event.subject_id) == col(Application.id),
            col(Event.command) == "approve",
        )
        .correlate(Application)
        .scalar_subquery()
    )
    query = _lacking(col(Instalment.id), col(Application.id)).where(
        col(Application.policy_id) == envelope.policy_id,
        col(Application.scheme_id) == envelope.scheme_id,
        col(Instalment.due_on).between(date(first, 1, 1), date(envelope.year, 12, 31)),
    )
    query = query.order_by(col(Award.approved_on), approved, col(Instalment.number), col(Instalment.id))
    return [Waiting(one, application_id, Fen(int(amount))) for one, application_id, amount in session.execute(query)]


class Unfunded(NamedTuple):
    """What the instalments of a scheme that are due in a year still lack."""

    policy_id: str
    scheme_id: str
    year: int
    many: int
    amount: Fen


def unfunded(session: Session) -> Sequence[Unfunded]:
    """What has no money yet, by scheme and year of the due date."""
    each = _lacking(
        col(Application.policy_id).label("policy"),
        col(Application.scheme_id).label("scheme"),
        extract("year", col(Instalment.due_on)).label("year"),
    ).subquery()
    by = each.c.policy, each.c.scheme, each.c.year
    query = select(*by, func.count(), func.sum(each.c.lacking)).group_by(*by).order_by(*by)
    return [
        Unfunded(policy, scheme, int(year), count, Fen(int(amount)))
        for policy, scheme, year, count, amount in session.execute(query)
    ]


def _lacking(*columns: Any) -> Select[Any]:
    """Instalments that are owed and lack money, and by how much, as `lacking`."""
    funded = (
        select(col(Posting.instalment_id).label("instalment_id"), _funded().label("amount"))
        .where(col(Posting.instalment_id).is_not(None))
        .group_by(col(Posting.instalment_id))
        .subquery()
    )
    lacking = col(Instalment.amount_fen) + col(Instalment.adjusted_fen) - func.coalesce(funded.c.amount, 0)
    # What is on its way or was paid waits for nothing, though some of it may have come back since.
    sent = exists().where(col(Payment.instalment_id) == col(Instalment.id), col(Payment.state) != PaymentState.RETURNED)
    return (
        select(*columns, lacking.label("lacking"))
        .select_from(Instalment)
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .outerjoin(funded, funded.c.instalment_id == col(Instalment.id))
        .where(col(Application.status).in_(AWARDED), col(Instalment.forfeited_at).is_(None), ~sent, lacking > 0)
    )


def commit_waiting(session: Session, now: datetime, envelope_id: str) -> None:
    """Commits what waits for an envelope's money, in order of approval, each that fits; what is due becomes payable."""
    envelope = ledger.lock(session, [envelope_id])[envelope_id]
    if envelope.closed_at is not None or not envelope.available_fen:
        return
    left, movements = envelope.available_fen, []
    for one in waiting(session, envelope):
        if one.amount <= left:
            left -= one.amount
            about = one.application_id, one.instalment_id
            movements.append(Movement(envelope.id, Account.AVAILABLE, Account.COMMITTED, one.amount, *about))
    if ledger.post(session, SYSTEM, now, EntryKind.COMMIT, movements):
        release(session, now, [str(movement.instalment_id) for movement in movements])


def release(session: Session, now: datetime, instalment_ids: Sequence[str]) -> None:
    """Makes payable what is committed to those of these instalments whose disbursement there is, and which have all of their
    money: nothing is paid in part."""
    for start in range(0, len(instalment_ids), _CHUNK):
        ids = instalment_ids[start : start + _CHUNK]
        ledger.lock(session, _drawn_on(session, ids))
        query = (
            select(col(Instalment.id), col(Instalment.amount_fen) + col(Instalment.adjusted_fen))
            .join(Disbursement, col(Disbursement.instalment_id) == col(Instalment.id))
            .where(col(Instalment.id).in_(ids))
        )
        whole = {one: int(amount) for one, amount in session.execute(query)}
        positions = {
            one: there
            for one, there in ledger.of_instalments(session, whole).items()
            if sum(position.amount for position in there if position.account in FUNDED) >= whole[one]
        }
        movements = [
            Movement(envelope_id, Account.COMMITTED, Account.PAYABLE, amount, None, instalment_id)
            for instalment_id in sorted(positions)
            for envelope_id, account, amount in positions[instalment_id]
            if account is Account.COMMITTED
        ]
        ledger.post(session, SYSTEM, now, EntryKind.RELEASE, movements)


def catch_up(bind: Engine | Connection, now: datetime) -> None:
    """Commits what waits for money that has become free meanwhile, envelope by envelope; repeating it changes nothing."""
    with writing(bind) as session:
        ids = session.scalars(select(col(Envelope.id)).where(col(Envelope.closed_at).is_(None))).all()
    for envelope_id in sorted(ids):
        with writing(bind) as session:
            commit_waiting(session, now, envelope_id)


def draw_again(session: Session, now: datetime, application: Application) -> None:
    """After an instalment of a case has been given back its claim: it draws on the budget again, or waits."""
    years = select(col(Instalment.due_on)).join(Award, col(Award.id) == col(Instalment.award_id))
    due = session.scalars(years.where(col(Award.application_id) == application.id))
    envelopes = _envelopes(session, application, {day.year for day in due})
    for envelope in sorted(_each(envelopes), key=attrgetter("id")):
        commit_waiting(session, now, envelope.id)


def drawn_on(own: Mapping[int, Envelope], year: int) -> Envelope | None:
    """Which of the envelopes of one scheme, by year, an instalment due in `year` draws on; None where there is none yet."""
    while year in own and own[year].closed_at is not None:
        year += 1
    return own.get(year)


def _envelopes(session: Session, application: Application, years: set[int]) -> Mapping[int, Envelope]:
    """What the parts of a case that are due in these years draw on, by that year; the scheme's envelopes are locked."""
    query = select(col(Envelope.id)).where(
        col(Envelope.policy_id) == application.policy_id,
        col(Envelope.scheme_id) == application.scheme_id,
        col(Envelope.year) >= min(years, default=0),
    )
    found = ledger.lock(
        session, [*session.scalars(query), *(one.envelope_id for one in ledger.of_case(session, application.id))]
    )
    own = {envelope.year: envelope for envelope in found.values()}
    return {year: envelope for year in sorted(years) if (envelope := drawn_on(own, year))}


def _each(envelopes: Mapping[int, Envelope]) -> Sequence[Envelope]:
    """Each of these envelopes once, in order of years."""
    return sorted({envelope.id: envelope for envelope in envelopes.values()}.values(), key=attrgetter("year"))


def _closed(session: Session, envelope: Envelope) -> set[int]:
    """The years of the envelope's scheme whose books are closed."""
    query = select(col(Envelope.year)).where(
        col(Envelope.policy_id) == envelope.policy_id,
        col(Envelope.scheme_id) == envelope.scheme_id,
        col(Envelope.closed_at).is_not(None),
    )
    return set(session.scalars(query))


def _drawn_on(session: Session, instalment_ids: Sequence[str]) -> set[str]:
    """The envelopes that hold money of instalments, and those that they may draw on by scheme and year."""
    among = col(Instalment.id).in_(instalment_ids)
    natural = (
        select(col(Envelope.id))
        .join(
            Application,
            and_(
                col(Application.policy_id) == col(Envelope.policy_id),
                col(Application.scheme_id) == col(Envelope.scheme_id),
            ),
        )
        .join(Award, col(Award.application_id) == col(Application.id))
        .join(Instalment, col(Instalment.award_id) == col(Award.id))
        .where(among, extract("year", col(Instalment.due_on)) <= col(Envelope.year))
    )
    held = select(col(Posting.envelope_id)).where(col(Posting.instalment_id).in_(instalment_ids))
    return set(session.scalars(natural.union(held)))


def _funded() -> ColumnElement[int]:
    """Over the postings of an instalment: what it has of the budget, whatever became of it."""
    came = case((col(Posting.target).in_(FUNDED), col(Posting.amount_fen)), else_=0)
    went = case((col(Posting.source).in_(FUNDED), col(Posting.amount_fen)), else_=0)
    total: ColumnElement[int] = func.sum(came - went)
    return total


def _wait(envelope: Envelope, amount: Fen) -> None:
    """For a part that does not fit: it waits, or is refused."""
    if envelope.exhausted is Exhausted.REFUSE:
        lacking = amount - envelope.available_fen
        raise Refused(
            "budget.exhausted",
            year=str(envelope.year),
            available=yuan(envelope.available_fen),
            amount=yuan(amount),
            lacking=yuan(lacking),
        )
