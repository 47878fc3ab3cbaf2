"""The payout schedule: every instalment, when it is due, and whether it is planned, held, due, generated or forfeited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from rules.model import Text
from rules.money import Fen
from schedules.due import Status
from subsidy.records import Application, Award, Instalment, Organisation
from subsidy.workflow import words
from subsidy.workflow.standing import Bench, Known, known

_NOTHING: Final = Fen(0)


@dataclass(frozen=True)
class ScheduleRow:
    """One instalment as finance sees it. `of` is how many the award has; `reason` is the code of why it is not paid."""

    application_id: str
    application_number: str
    project_name: str
    payee: str
    credit_code: str
    policy_id: str
    scheme_id: str
    scheme_label: Text
    clause: str
    award_amount: Fen
    instalment_number: int
    of: int
    due_on: date
    provisional: bool
    amount: Fen
    status: Status
    reason: str | None
    disbursed_on: date | None

    @property
    def year(self) -> int:
        """The year in which it is due."""
        return self.due_on.year


@dataclass(frozen=True)
class Total:
    """How many instalments, and how much."""

    count: int = 0
    amount: Fen = _NOTHING

    def plus(self, row: ScheduleRow) -> "Total":
        """This total with one more instalment."""
        return Total(self.count + 1, Fen(self.amount + row.amount))


@dataclass(frozen=True)
class Totals:
    """Sums of a schedule's rows: all of them, by status (each status, in its order) and by year of the due date."""

    overall: Total
    by_status: Mapping[Status, Total]
    by_year: Mapping[int, Mapping[Status, Total]]


@dataclass(frozen=True)
class Filters:
    """What the rows were chosen by; None: not by this."""

    year: int | None = None
    scheme: str | None = None
    status: Status | None = None
    payee: str | None = None


@dataclass(frozen=True)
class PayoutSchedule:
    """The rows asked for, by due date, their sums, and what was asked for."""

    rows: list[ScheduleRow]
    totals: Totals
    filters: Filters = Filters()


def payout_schedule(
    session: Session,
    *,
    as_of: date,
    year: int | None = None,
    scheme: str | None = None,
    status: Status | None = None,
    payee: str | None = None,
) -> PayoutSchedule:
    """The instalments as they stand on `as_of`: of one year, scheme or status, or of payees whose name or credit code holds a text."""
    query = known(
        Application.number, Application.project_name, Organisation.name, Organisation.credit_code, Award.amount_fen
    ).join(Organisation, col(Organisation.id) == col(Application.organisation_id))
    if year is not None:
        first, last = _bounds(year)
        query = query.where(col(Instalment.due_on).between(first, last))
    if scheme is not None:
        query = query.where(col(Application.scheme_id) == words.printable(scheme))
    if payee and payee.strip():
        sought = words.printable(payee).strip()
        columns = col(Organisation.name), col(Organisation.credit_code)
        query = query.where(or_(*(column.icontains(sought, autoescape=True) for column in columns)))
    query = query.order_by(col(Instalment.due_on), col(Application.number), col(Instalment.number))
    bench = Bench(session, as_of)
    rows = [_row(bench, *columns) for columns in session.execute(query)]
    rows = [row for row in rows if status is None or row.status is status]
    return PayoutSchedule(rows, totals(rows), Filters(year, scheme, status, payee))


def years(session: Session) -> list[int]:
    """The years in which any instalment is due, ascending without gaps."""
    first, last = session.execute(select(func.min(Instalment.due_on), func.max(Instalment.due_on))).one()
    return [] if first is None else list(range(first.year, last.year + 1))


def totals(rows: Iterable[ScheduleRow]) -> Totals:
    """The sums of rows."""
    overall, by_year = Total(), dict[int, dict[Status, Total]]()
    by_status = {status: Total() for status in Status}
    for row in rows:
        overall = overall.plus(row)
        by_status[row.status] = by_status[row.status].plus(row)
        of_year = by_year.setdefault(row.year, {status: Total() for status in Status})
        of_year[row.status] = of_year[row.status].plus(row)
    return Totals(overall, by_status, dict(sorted(by_year.items())))


def _bounds(year: int) -> tuple[date, date]:
    """The first and the last day of a year; of one that no date can have, days on which nothing is due."""
    if not date.min.year <= year <= date.max.year:
        return date.max, date.min
    return date(year, 1, 1), date(year, 12, 31)


def _row(bench: Bench, *columns: Any) -> ScheduleRow:
    split = len(Known._fields)
    row = Known(*columns[:split])
    number, project_name, payee, credit_code, award_fen = columns[split:]
    policy, standing = bench.policy(row), bench.standing(row)
    scheme = policy.scheme(row.scheme_id)
    return ScheduleRow(
        application_id=row.application_id,
        application_number=number,
        project_name=project_name,
        payee=payee,
        credit_code=credit_code,
        policy_id=row.policy_id,
        scheme_id=row.scheme_id,
        scheme_label=scheme.label,
        clause=scheme.clause,
        award_amount=Fen(award_fen),
        instalment_number=row.number,
        of=max(len(scheme.terms.weights), row.number),
        due_on=row.due_on,
        provisional=row.provisional,
        amount=Fen(row.amount_fen),
        status=standing.status,
        reason=standing.reason,
        disbursed_on=row.generated_on,
    )
