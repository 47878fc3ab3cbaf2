"""Result files of the treasury or a bank, what became of their lines, and what is still in flight."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from rules.money import yuan
from subsidy.api.assessments import Money
from subsidy.api.body import Body, Parameters, Tree, Words, fields, prose
from subsidy.api.openapi import problems, takes
from subsidy.api.signed import READING, WRITING, Finance, Now, Records, Staff
from subsidy.database import reading, writing
from subsidy.finance import result_lists, results
from subsidy.finance.result_lists import Age
from subsidy.finance.schedule import Total
from subsidy.records import Duty, Reconciled, ResultFile, ResultLine, Role
from subsidy.web.session import require

router = APIRouter(tags=["finance"])


class Sum(BaseModel):
    """How many, and how much."""

    count: int
    amount: Money


class FileAnswer(BaseModel):
    """One file, with what became of its lines; the sums of the outcomes are those of the file."""

    id: str
    name: str
    digest: Annotated[str, Field(description="SHA-256 of its bytes, in hexadecimal.")]
    taken_at: datetime
    lines: int
    amount: Money
    outcomes: dict[Reconciled, Sum]
    again: Annotated[bool, Field(description="Whether it had been taken before, so that nothing was done.")] = False


class LineAnswer(BaseModel):
    """One line of a file."""

    file: str
    line: int
    key: str
    amount: Money
    paid: Annotated[bool, Field(description="What the line says: paid, or returned.")]
    settled_on: date
    bank_ref: str | None
    why: str | None
    outcome: Reconciled
    dealt_with_at: datetime | None
    note: str | None


class FileList(BaseModel):
    """Files, the latest first."""

    files: list[FileAnswer]
    total: int


class FileWithLines(FileAnswer):
    """A file with lines of it, in their order."""

    rows: list[LineAnswer]


class PaymentAnswer(BaseModel):
    """A payment that was handed out and of which nothing was heard."""

    key: str
    amount: Money
    run: str
    handed_out_at: datetime
    days: int
    age: Age
    application: str
    project_name: str
    payee: str


class InFlight(BaseModel):
    """What is in flight: its sums by age, and payments, the oldest first."""

    ages: dict[Age, Sum]
    payments: list[PaymentAnswer]
    total: int


class Part(Parameters):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class WhichLines(Part):
    """Which lines of a file."""

    outcome: Reconciled | None = None


class WhichPayments(Part):
    """Which payments."""

    age: Age | None = None


class Named(Parameters):
    """What a file is called."""

    name: Annotated[str, Field(max_length=200, description="Name of the file, kept with it.")]


class NoteBody(Body):
    """How a line that did not match was dealt with."""

    note: Annotated[Words, prose(2000, "What was found out and done.")]


_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
LineNumber = Annotated[int, Path(ge=1, le=10_000_000)]


async def _arriving(request: Request) -> bytes:
    # Whoever may not send one has not to be read.
    await run_in_threadpool(require, request, Role.FINANCE, duty=Duty.MAKE)
    return await request.body()


@router.get("/results", responses=READING)
def list_files(actor: Staff, engine: Records, asked: Annotated[Part, Query()]) -> FileList:
    """The files that were taken."""
    with reading(engine) as session:
        found = result_lists.files(session)
        shown = found[asked.offset : asked.offset + asked.limit]
        return FileList(files=[_answer(session, file) for file in shown], total=len(found))


@router.post("/results", status_code=201, responses=problems(401, 403, 413, 422), openapi_extra=_FILE)
def take(
    actor: Finance,
    data: Annotated[bytes, Depends(_arriving)],
    asked: Annotated[Named, Query()],
    engine: Records,
    clock: Now,
) -> FileAnswer:
    """Take a result file: the body is the file itself, CSV or XLSX. All of it is taken, or none; the same bytes once more
    change nothing."""
    taken = results.take(engine, actor, clock.now(), asked.name, data)
    with reading(engine) as session:
        return _answer(session, taken.file, again=taken.again)


@router.get("/results/{file_id}", responses=READING)
def one(file_id: str, actor: Staff, engine: Records, asked: Annotated[WhichLines, Query()]) -> FileWithLines:
    """One file with some of its lines."""
    with reading(engine) as session:
        file = result_lists.find(session, file_id)
        rows = result_lists.lines(session, file_id, asked.outcome)[asked.offset : asked.offset + asked.limit]
        return FileWithLines(**_answer(session, file).model_dump(), rows=[_line(row) for row in rows])


@router.post("/results/{file_id}/lines/{line}/settlement", responses=WRITING, openapi_extra=takes(NoteBody))
def settle(file_id: str, line: LineNumber, actor: Finance, tree: Tree, engine: Records, clock: Now) -> LineAnswer:
    """Note how a line that did not match was dealt with."""
    note = fields(NoteBody, tree).note
    with writing(engine) as session:
        return _line(result_lists.settle(session, actor, clock.now(), file_id, line, note))


@router.get("/in-flight", responses=READING)
def in_flight(actor: Staff, engine: Records, clock: Now, asked: Annotated[WhichPayments, Query()]) -> InFlight:
    """Payments that were handed out and of which nothing was heard yet."""
    today = clock.today()
    with reading(engine) as session:
        found = result_lists.in_flight(session, today, asked.age)
        rows = found[asked.offset : asked.offset + asked.limit]
        return InFlight(
            ages={age: _sum(total) for age, total in result_lists.ageing(session, today).items()},
            payments=[
                PaymentAnswer(
                    key=row.key,
                    amount=yuan(row.amount_fen),
                    run=row.run_number,
                    handed_out_at=row.exported_at,
                    days=row.days(today),
                    age=result_lists.age(row.days(today)),
                    application=row.application_number,
                    project_name=row.project_name,
                    payee=row.payee,
                )
                for row in rows
            ],
            total=len(found),
        )


def _answer(session: Session, file: ResultFile, *, again: bool = False) -> FileAnswer:
    return FileAnswer(
        id=file.id,
        name=file.name,
        digest=file.digest,
        taken_at=file.imported_at,
        lines=file.lines,
        amount=yuan(file.amount_fen),
        outcomes={outcome: _sum(total) for outcome, total in result_lists.totals(session, file.id).items()},
        again=again,
    )


def _line(line: ResultLine) -> LineAnswer:
    return LineAnswer(
        file=line.file_id,
        line=line.line,
        key=line.key,
        amount=yuan(line.amount_fen),
        paid=line.paid,
        settled_on=line.settled_on,
        bank_ref=line.bank_ref,
        why=line.why,
        outcome=line.outcome,
        dealt_with_at=line.settled_at,
        note=line.settled_note,
    )


def _sum(total: Total) -> Sum:
    return Sum(count=total.count, amount=yuan(total.amount))
