"""Money that was paid and is owed back, and what became of each demand."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class Recovery(Record, table=True):
    __tablename__ = "recovery"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("0 <= settled_fen AND settled_fen <= amount_fen", name="settled_within"),
        CheckConstraint("due_on >= demanded_on", name="due_not_early"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True)
    """What people quote, e.g. R-2026-0001."""
    award_id: str = Field(sa_column_args=[refers_to("award.id")], index=True)
    application_id: str = Field(sa_column_args=[refers_to("application.id")], index=True)
    amendment_id: str = Field(sa_column_args=[refers_to("amendment.id")], unique=True)
    """That which made it due."""
    amount_fen: int = Field(sa_type=BigInteger)
    settled_fen: int = Field(default=0, sa_type=BigInteger)
    """What its steps sum to; kept here so that the database itself holds it within the amount."""
    demanded_on: date
    due_on: date

    @property
    def open_fen(self) -> int:
        """What is still owed."""
        return self.amount_fen - self.settled_fen


class RecoveryStepKind(StrEnum):
    RECEIPT = "receipt"
    """Money came back."""
    WITHDRAWAL = "withdrawal"
    """The demand no longer holds, because the award became more again."""
    WRITE_OFF = "write_off"
    """It is given up."""


class RecoveryStep(Record, table=True):
    """Added, never changed."""

    __tablename__ = "recovery_step"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("kind <> 'receipt' OR bank_ref IS NOT NULL", name="bank_ref_given"),
        CheckConstraint("kind <> 'write_off' OR proposal_id IS NOT NULL", name="two_people"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    recovery_id: str = Field(sa_column_args=[refers_to("recovery.id")], index=True)
    kind: RecoveryStepKind = Field(sa_type=one_of(RecoveryStepKind, "kind"))
    amount_fen: int = Field(sa_type=BigInteger)
    settled_on: date
    """The bank's day of a receipt; of other steps the day on which they were taken."""
    bank_ref: str | None = Field(default=None, unique=True)
    """The bank's number of the transfer: money comes back once, however often it is recorded."""
    note: str | None = Field(default=None, sa_type=Text)
    made_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    made_at: datetime
    proposal_id: str | None = Field(default=None, sa_column_args=[refers_to("proposal.id")])
