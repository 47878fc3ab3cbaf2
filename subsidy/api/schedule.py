"""The payout schedule: the same JSON as the command line gives."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from schedules.due import Status
from subsidy.api.assessments import Money
from subsidy.api.body import Parameters
from subsidy.api.signed import READING, Lang, Now, Records, Staff
from subsidy.database import reading
from subsidy.finance.document import schedule_document
from subsidy.finance.schedule import payout_schedule

router = APIRouter(tags=["finance"])


class Choice(Parameters):
    """Which instalments to list."""

    year: Annotated[int | None, Field(ge=1, le=9999, description="In which they are due.")] = None
    scheme: Annotated[str | None, Field(max_length=64)] = None
    status: Status | None = None
    payee: Annotated[str | None, Field(max_length=200, description="Part of a name or credit code.")] = None


class Filters(BaseModel):
    """What the rows were chosen by; null: not by this."""

    year: int | None
    scheme: str | None
    status: Status | None
    payee: str | None


class Row(BaseModel):
    """One instalment as finance sees it."""

    application: Annotated[str, Field(description="Number of the application.")]
    application_id: str
    project_name: str
    payee: str
    credit_code: str
    policy: str
    scheme: str
    scheme_label: str
    clause: str
    award_amount: Money
    instalment: int
    of: int
    year: int
    due_on: date
    provisional: bool
    amount: Money
    status: Status
    reason: str | None
    reason_text: str | None
    disbursed_on: date | None


class Total(BaseModel):
    """How many instalments, and how much."""

    count: int
    amount: Money


class Totals(Total):
    """The sums of all rows, and by status and by year of the due date."""

    by_status: dict[Status, Total]
    by_year: dict[str, dict[Status, Total]]


class ScheduleAnswer(BaseModel):
    """The instalments asked for, by due date."""

    as_of: date
    filters: Filters
    rows: list[Row]
    totals: Totals


@router.get("/schedule", responses=READING)
def show_schedule(
    actor: Staff, engine: Records, clock: Now, lang: Lang, asked: Annotated[Choice, Query()]
) -> ScheduleAnswer:
    """The instalments as they stand today, all or those of one year, scheme, status or payee."""
    today, filters = clock.today(), asked.model_dump(exclude={"lang"})
    with reading(engine) as session:
        found = payout_schedule(session, as_of=today, **filters)
    return ScheduleAnswer.model_validate(schedule_document(found, today, lang))
