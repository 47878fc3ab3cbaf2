"""Orders to pay, one for each instalment, and the runs that made them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class RunKind(StrEnum):
    DISBURSE = "disburse"


class Trigger(StrEnum):
    TICK = "tick"
    START = "start"
    MANUAL = "manual"


class Run(Record, table=True):
    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("generated >= 0", name="generated_not_negative"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    kind: RunKind = Field(default=RunKind.DISBURSE, sa_type=one_of(RunKind, "kind"))
    trigger: Trigger = Field(sa_type=one_of(Trigger, "trigger"))
    as_of: date
    started_at: datetime = Field(index=True)
    finished_at: datetime | None = None
    """Empty while it runs, and for ever where its process died."""
    generated: int = 0
    """How many disbursements this run itself made."""
    amount_fen: int = Field(default=0, sa_type=BigInteger)
    left_json: str = Field(default="{}", sa_type=Text)
    """What was due and was left: a JSON object from reason to count."""
    error: str | None = Field(default=None, sa_type=Text)


class Disbursement(Record, table=True):
    __tablename__ = "disbursement"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="amount_not_negative"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    instalment_id: str = Field(sa_column_args=[refers_to("instalment.id")], unique=True)
    """Unique: whatever runs, restarts or runs twice, an instalment is ordered once."""
    amount_fen: int = Field(sa_type=BigInteger)
    generated_on: date
    generated_at: datetime
    run_id: str = Field(sa_column_args=[refers_to("run.id")], index=True)
