"""Reports that add up: what is owed and paid by year, scheme and payee, and what the budget did month by month."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, case, extract, func, select
from sqlmodel import Session, col

from rules.money import Fen
from subsidy.records import Account, Application, Award, Envelope, Instalment, LedgerEntry, Organisation, Posting
from subsidy.workflow.stages import AWARDED

SHARES: Final = ("committed", "payable", "in_flight", "paid")
"""Where money of an instalment can be, in the order in which it passes through."""
MONTHS: Final = range(1, 13)


class PlanRow(NamedTuple):
    """What a payee is owed under a scheme in a year, in fen, and where the money for it is. `paid` is what went out, also
    where it was demanded back since."""

    year: int
    policy_id: str
    scheme_id: str
    payee_id: str
    payee: str
    credit_code: str
    many: int
    owed: Fen
    committed: Fen
    payable: Fen
    in_flight: Fen
    paid: Fen

    @property
    def remaining(self) -> Fen:
        """What is still to be paid."""
        return Fen(self.owed - self.paid)

    @property
    def unfunded(self) -> Fen:
        """What has no money yet."""
        return Fen(self.owed - self.committed - self.payable - self.in_flight - self.paid)


class Sums(NamedTuple):
    """The figures of several rows together, in fen."""

    many: int
    owed: Fen
    committed: Fen
    payable: Fen
    in_flight: Fen
    paid: Fen
    remaining: Fen


def plan(session: Session, year: int | None = None) -> Sequence[PlanRow]:
    """The yearly disbursement plan, of one year or of all: instalments that were not forfeited, by the year they are due in."""
    sums = _sums().subquery()
    due = extract("year", col(Instalment.due_on))
    whose = (
        due,
        col(Application.policy_id),
        col(Application.scheme_id),
        col(Organisation.id),
        col(Organisation.name),
        col(Organisation.credit_code),
    )
    shares = (getattr(sums.c, name) for name in SHARES)
    query = (
        select(
            *whose,
            func.count(),
            func.sum(col(Instalment.amount_fen) + col(Instalment.adjusted_fen)),
            *(func.coalesce(func.sum(amount), 0) for amount in shares),
        )
        .select_from(Instalment)
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .outerjoin(sums, sums.c.one == col(Instalment.id))
        .where(col(Application.status).in_(AWARDED), col(Instalment.forfeited_at).is_(None))
        .group_by(*whose)
        .order_by(due, col(Application.scheme_id), col(Organisation.name), col(Organisation.id))
    )
    if year is not None:
        query = query.where(due == year)
    return [
        PlanRow(int(year), policy, label, payee_id, name, code, many, *(Fen(int(amount)) for amount in amounts))
        for year, policy, label, payee_id, name, code, many, *amounts in session.execute(query)
    ]


def together(rows: Iterable[PlanRow]) -> Sums:
    """The sums of rows."""
    rows = list(rows)
    return Sums(
        sum(row.many for row in rows),
        *(Fen(sum(getattr(row, name) for row in rows)) for name in ("owed", *SHARES, "remaining")),
    )


def by_year(rows: Iterable[PlanRow]) -> Mapping[int, Sums]:
    """The sums of each year."""
    years: dict[int, list[PlanRow]] = {}
    for row in rows:
        years.setdefault(row.year, []).append(row)
    return {year: together(found) for year, found in sorted(years.items())}


class Month(NamedTuple):
    """What a month did to the envelopes of a year, net, in fen; `paid_so_far` is what is paid by its end."""

    month: int
    allotted: Fen
    committed: Fen
    payable: Fen
    paid: Fen
    returned: Fen
    paid_so_far: Fen


def execution(session: Session, year: int, scheme: str | None = None) -> Sequence[Month]:
    """Budget execution month by month: entries by the day on which they were booked. What was booked before the year counts
    for its first month, what was booked after it for its last."""
    booked = col(LedgerEntry.booked_on)
    month = case(
        (booked < date(year, 1, 1), 1), (booked > date(year, 12, 31), 12), else_=extract("month", booked)
    ).label("booked_month")
    figures = {
        "allotted": -_change(Account.TREASURY),
        # All that was ever promised: what is paid was committed first.
        "committed": _change(Account.COMMITTED, Account.PAYABLE, Account.IN_FLIGHT, Account.PAID),
        "payable": _change(Account.PAYABLE, Account.IN_FLIGHT, Account.PAID),
        "paid": _change(Account.PAID),
        "returned": _returned(),
    }
    query = (
        select(month, *figures.values())
        .select_from(Posting)
        .join(LedgerEntry, col(LedgerEntry.id) == col(Posting.entry_id))
        .join(Envelope, col(Envelope.id) == col(Posting.envelope_id))
        .where(col(Envelope.year) == year)
        .group_by("booked_month")
    )
    if scheme is not None:
        query = query.where(col(Envelope.scheme_id) == scheme)
    found = {int(row[0]): [Fen(int(amount)) for amount in row[1:]] for row in session.execute(query)}
    months, so_far = [], 0
    for each in MONTHS:
        allotted, committed, payable, paid, returned = found.get(each, [Fen(0)] * len(figures))
        so_far += paid
        months.append(Month(each, allotted, committed, payable, paid, returned, Fen(so_far)))
    return months


def _sums() -> Any:
    """Where the money of each instalment is; what was paid and demanded back counts as paid."""
    paid = (Account.PAID, Account.RECEIVABLE, Account.RECOVERED, Account.WRITTEN_OFF)
    return (
        select(
            col(Posting.instalment_id).label("one"),
            _change(Account.COMMITTED).label("committed"),
            _change(Account.PAYABLE).label("payable"),
            _change(Account.IN_FLIGHT).label("in_flight"),
            _change(*paid).label("paid"),
        )
        .where(col(Posting.instalment_id).is_not(None))
        .group_by(col(Posting.instalment_id))
    )


def _change(*accounts: Account) -> ColumnElement[int]:
    came = case((col(Posting.target).in_(accounts), col(Posting.amount_fen)), else_=0)
    went = case((col(Posting.source).in_(accounts), col(Posting.amount_fen)), else_=0)
    total: ColumnElement[int] = func.sum(came - went)
    return total


def _returned() -> ColumnElement[int]:
    back = (col(Posting.target) == Account.PAYABLE) & col(Posting.source).in_((Account.IN_FLIGHT, Account.PAID))
    total: ColumnElement[int] = func.sum(case((back, col(Posting.amount_fen)), else_=0))
    return total
