"""Disbursements: generating what is due, seeing beforehand what that would be, and the runs that did it."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema

from rules.facts import read_day
from rules.money import yuan
from subsidy.api.assessments import Money
from subsidy.api.body import Body, Parameters, Tree, fields
from subsidy.api.facts import DAY
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Finance, Now, Records, Staff
from subsidy.database import reading
from subsidy.finance import disburse as work
from subsidy.finance.runs import left, runs
from subsidy.records import Trigger

router = APIRouter(tags=["finance"])


def _day(raw: Any) -> date | None:
    return None if raw is None else read_day(raw)


AsOf = Annotated[
    Any,
    AfterValidator(_day),
    WithJsonSchema({"anyOf": [DAY, {"type": "null"}], "description": "Day up to which, default today."}),
]


class When(Parameters):
    """The day to look at."""

    as_of: Annotated[
        str | None, Field(pattern=DAY["pattern"], description="A day such as 2026-06-30, default today.")
    ] = None


class Part(Parameters):
    """How many runs to list."""

    limit: Annotated[int, Field(ge=1, le=500)] = 100


class RunBody(Body):
    """The wish to generate what is due."""

    as_of: AsOf = None


class RunReport(BaseModel):
    """What was generated, or would be, and how many due instalments were left for which reason."""

    run: Annotated[str | None, Field(description="Id of the run; null for a preview.")]
    as_of: date
    generated: int
    amount: Money
    left: dict[str, int]


class RunRecord(BaseModel):
    """One run. One that is neither finished nor has an error is under way, or its process died."""

    id: str
    trigger: Trigger
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    generated: int
    amount: Money
    left: dict[str, int]
    failed: bool


class RunList(BaseModel):
    """Runs, the latest first."""

    runs: list[RunRecord]


@router.get("/disbursements", responses=READING)
def preview(actor: Staff, engine: Records, clock: Now, asked: Annotated[When, Query()]) -> RunReport:
    """What would be generated on a day, if nothing is recorded or decided until then. Writes nothing."""
    return _report(work.preview(engine, _day(asked.as_of) or clock.today()))


@router.post("/disbursements", responses=WRITING, openapi_extra=takes(RunBody))
def run(actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunReport:
    """Generate what is due. Repeating it changes nothing; a day to come is refused."""
    as_of = fields(RunBody, tree).as_of or clock.today()
    return _report(work.disburse(engine, as_of=as_of, now=clock.now(), trigger=Trigger.MANUAL))


@router.get("/runs", responses=READING)
def list_runs(actor: Staff, engine: Records, asked: Annotated[Part, Query()]) -> RunList:
    """The runs that generated disbursements."""
    with reading(engine) as session:
        return RunList(
            runs=[
                RunRecord(
                    id=each.id,
                    trigger=each.trigger,
                    as_of=each.as_of,
                    started_at=each.started_at,
                    finished_at=each.finished_at,
                    generated=each.generated,
                    amount=yuan(each.amount_fen),
                    left=dict(left(each)),
                    failed=each.error is not None,
                )
                for each in runs(session, asked.limit)
            ]
        )


def _report(made: work.RunReport) -> RunReport:
    return RunReport(
        run=made.run_id, as_of=made.as_of, generated=made.generated, amount=yuan(made.amount), left=dict(made.left)
    )
