"""Money owed back, as finance looks at it: each demand with what is outstanding, and for how long it is overdue."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session, col

from rules.money import Fen
from subsidy.records import Application, Organisation, Recovery
from subsidy.workflow import words


class Age(StrEnum):
    """For how many days the outstanding part of a demand is overdue."""

    SETTLED = "settled"
    """Nothing is outstanding."""
    NOT_DUE = "not_due"
    MONTH = "month"
    """1 to 30."""
    QUARTER = "quarter"
    """31 to 90."""
    LONGER = "longer"


class Row(NamedTuple):
    """One demand, with whom it is asked of."""

    recovery: Recovery
    application_number: str
    project_name: str
    payee: str
    credit_code: str
    age: Age
    days: int
    """Since its last day; below zero, days left."""


class Ages(NamedTuple):
    """How many demands, and how much is outstanding."""

    many: int
    open: Fen


def rows(session: Session, today: date, age: Age | None = None, payee: str = "") -> list[Row]:
    """The demands, the one that is due first first: of one age, or of payees whose name or credit code holds a text."""
    query = (
        select(
            Recovery,
            col(Application.number),
            col(Application.project_name),
            col(Organisation.name),
            col(Organisation.credit_code),
        )
        .join(Application, col(Application.id) == col(Recovery.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
    )
    if sought := words.printable(payee).strip():
        columns = col(Organisation.name), col(Organisation.credit_code)
        query = query.where(or_(*(column.icontains(sought, autoescape=True) for column in columns)))
    found = []
    for one, number, project, name, code in session.execute(query.order_by(col(Recovery.due_on), col(Recovery.number))):
        row = Row(one, number, project, name, code, age_of(one, today), (today - one.due_on).days)
        if age is None or row.age is age:
            found.append(row)
    return found


def age_of(recovery: Recovery, today: date) -> Age:
    """How old the outstanding part of a demand is on a day."""
    days = (today - recovery.due_on).days
    if not recovery.open_fen:
        return Age.SETTLED
    if days <= 0:
        return Age.NOT_DUE
    return Age.MONTH if days <= _MONTH else Age.QUARTER if days <= _QUARTER else Age.LONGER


_MONTH, _QUARTER = 30, 90


def ages(found: Sequence[Row]) -> Mapping[Age, Ages]:
    """The sums of demands by age, each age in its order."""
    sums = {age: Ages(0, Fen(0)) for age in Age}
    for row in found:
        before = sums[row.age]
        sums[row.age] = Ages(before.many + 1, Fen(before.open + row.recovery.open_fen))
    return sums
