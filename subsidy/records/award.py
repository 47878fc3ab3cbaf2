"""What was granted, and its dated parts."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id, refers_to


class Award(Record, table=True):
    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        Index("uq_award_project_key", "project_key", unique=True),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    application_id: str = Field(sa_column_args=[refers_to("application.id")], unique=True)
    amount_fen: int = Field(sa_type=BigInteger)
    policy_digest: str = Field(sa_column_args=[refers_to("policy_text.digest")])
    receipt_digest: str = Field(sa_column_args=[refers_to("receipt.digest")])
    commissioned_on: date | None = None
    """The verified day from which operating years are counted; empty where the scheme has none."""
    approved_on: date
    approved_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    project_key: str | None = None
    """Policy, scheme and project: a project is granted one award under a scheme. Empty where nothing tells the project."""


class Instalment(Record, table=True):
    __tablename__ = "instalment"
    __table_args__ = (
        UniqueConstraint("award_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("due_on >= nominal_on", name="due_not_early"),
        CheckConstraint(
            "(year_number IS NULL) = (year_start IS NULL) AND (year_number IS NULL) = (year_end IS NULL)",
            name="year_whole",
        ),
        CheckConstraint("year_number > 0", name="year_number_positive"),
        CheckConstraint("year_start <= year_end", name="year_ordered"),
        CheckConstraint("amount_fen + adjusted_fen >= 0", name="adjusted_not_negative"),
        CheckConstraint("amendment_id IS NULL OR (amount_fen > 0 AND year_number IS NULL)", name="top_up_whole"),
        Index(None, "due_on", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    award_id: str = Field(sa_column_args=[refers_to("award.id")])
    number: int
    nominal_on: date
    """The day of the round as the policy has it."""
    due_on: date
    """The nominal day, or the working day after it."""
    provisional: bool
    """True where that year's calendar was not announced when the plan was made."""
    amount_fen: int = Field(sa_type=BigInteger)
    year_number: int | None = None
    """The operating year that must have met its condition; empty where none is tested."""
    year_start: date | None = None
    year_end: date | None = None
    forfeited_at: datetime | None = None
    adjusted_fen: int = Field(default=0, sa_type=BigInteger)
    """What its adjustments sum to; kept here so that the database itself keeps the sum from falling below nothing."""
    amendment_id: str | None = Field(default=None, sa_column_args=[refers_to("amendment.id")])
    """That which added it to the award, as a top-up; empty for the parts of the plan."""

    @property
    def effective_fen(self) -> int:
        """What is to be paid for it after all amendments."""
        return self.amount_fen + self.adjusted_fen
