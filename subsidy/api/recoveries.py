"""Money owed back: the demands, what became of each, and recording what comes in or is given up."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, WithJsonSchema

from rules.facts import Money as MoneyFact
from rules.facts import read_day
from rules.faults import BadInput, FactError, Fault
from rules.model import Text
from rules.money import Fen, yuan
from subsidy.api.assessments import Money
from subsidy.api.body import Body, MaybeWords, Parameters, Reason, Tree, Words, fields, prose, together
from subsidy.api.facts import DAY
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Finance, Now, Records, Staff
from subsidy.database import reading, writing
from subsidy.finance import recoveries as work
from subsidy.finance.recovery_list import Age, Row, rows
from subsidy.records import Recovery, RecoveryStepKind
from subsidy.workflow.words import LONGEST_LINE

router = APIRouter(prefix="/recoveries", tags=["finance"])

_AMOUNT: Final = MoneyFact(
    kind="money", key="amount", label=Text(zh="金额", en="Amount"), ask=Text(zh="金额", en="Amount")
)
Yuan = Annotated[
    Any,
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,13}(?:\.[0-9]{1,2})?$", "description": "Yuan."}),
]


class ReceiptBody(Body):
    """Money that came back."""

    amount: Yuan
    settled_on: Annotated[Words, WithJsonSchema({**DAY, "description": "The bank's day."})]
    bank_ref: Annotated[Words, prose(LONGEST_LINE, "The bank's number of the transfer, which is recorded once.")]
    note: Annotated[MaybeWords, Field(description="Kept with it.")] = None


class WriteOffBody(Body):
    """What is given up."""

    amount: Yuan
    reason: Reason


class RecoveryAnswer(BaseModel):
    """One demand."""

    id: str
    number: str
    application: str
    payee: str
    credit_code: str
    amount: Money
    outstanding: Money
    demanded_on: date
    due_on: date
    age: Age


class StepAnswer(BaseModel):
    """What became of a demand, or of a part of it."""

    kind: RecoveryStepKind
    amount: Money
    settled_on: date
    bank_ref: str | None
    note: str | None
    made_at: datetime


class RecoveryDetail(RecoveryAnswer):
    """One demand with its steps, the first one first."""

    steps: list[StepAnswer]


class RecoveryList(BaseModel):
    """Demands, the one that is due first first."""

    recoveries: list[RecoveryAnswer]


class Which(Parameters):
    """Which demands to list."""

    age: Age | None = None
    payee: Annotated[str, Field(max_length=LONGEST_LINE, description="Part of a name or credit code.")] = ""


@router.get("", responses=READING)
def list_recoveries(actor: Staff, engine: Records, clock: Now, asked: Annotated[Which, Query()]) -> RecoveryList:
    """The demands, with what is outstanding and for how long."""
    with reading(engine) as session:
        found = rows(session, clock.today(), asked.age, asked.payee)
    return RecoveryList(recoveries=[RecoveryAnswer(**_told(row)) for row in found])


@router.get("/{recovery_id}", responses=READING)
def read_recovery(recovery_id: str, actor: Staff, engine: Records, clock: Now) -> RecoveryDetail:
    """One demand with what became of it."""
    with reading(engine) as session:
        return _detail(session, work.find(session, recovery_id), clock.today())


@router.post("/{recovery_id}/receipts", status_code=201, responses=WRITING, openapi_extra=takes(ReceiptBody))
def receive(recovery_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RecoveryDetail:
    """Record money that came back."""
    given: Any = fields(ReceiptBody, tree)
    amount, day = together(lambda: _amount(given.amount), lambda: _day(given.settled_on))
    with writing(engine) as session:
        work.receive(session, actor, clock.now(), recovery_id, amount, day, given.bank_ref, given.note or "")
        return _detail(session, work.find(session, recovery_id), clock.today())


@router.post("/{recovery_id}/write-off", status_code=201, responses=WRITING, openapi_extra=takes(WriteOffBody))
def propose_write_off(recovery_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RecoveryDetail:
    """Propose to give up what will not come back; a second person confirms it."""
    given: Any = fields(WriteOffBody, tree)
    amount = _amount(given.amount)
    with writing(engine) as session:
        work.propose_write_off(session, actor, clock.now(), recovery_id, amount, given.reason)
        return _detail(session, work.find(session, recovery_id), clock.today())


def _detail(session: Any, one: Recovery, today: date) -> RecoveryDetail:
    [row] = [row for row in rows(session, today) if row.recovery.id == one.id]
    steps = [
        StepAnswer(
            amount=yuan(step.amount_fen),
            **step.model_dump(include={"kind", "settled_on", "bank_ref", "note", "made_at"}),
        )
        for step in work.steps(session, one.id)
    ]
    return RecoveryDetail(steps=steps, **_told(row))


def _told(row: Row) -> dict[str, Any]:
    one = row.recovery
    return {
        "application": row.application_number,
        "payee": row.payee,
        "credit_code": row.credit_code,
        "amount": yuan(one.amount_fen),
        "outstanding": yuan(one.open_fen),
        "age": row.age,
        **one.model_dump(include={"id", "number", "demanded_on", "due_on"}),
    }


def _amount(raw: object) -> Fen:
    try:
        return Fen(_AMOUNT.read(raw))
    except FactError as error:
        raise BadInput([Fault("/amount", error.code, error.params)]) from None


def _day(raw: str) -> date:
    try:
        return read_day(raw)
    except FactError as error:
        raise BadInput([Fault("/settled_on", error.code, error.params)]) from None
