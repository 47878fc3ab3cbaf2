"""Payout runs, and the payments in them: one attempt each to pay a disbursement."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from subsidy.records.base import AT_COMMIT, Record, new_id, one_of, refers_to


class PayoutStatus(StrEnum):
    OPEN = "open"
    """Its maker fills it."""
    SUBMITTED = "submitted"
    """Handed to a second person."""
    CHECKED = "checked"
    APPROVED = "approved"
    """Frozen: its digest holds."""
    EXPORTED = "exported"
    """Handed to the treasury or the bank: its money is in flight."""
    CONFIRMED = "confirmed"
    """Every payment has its outcome."""
    CLOSED = "closed"
    ABANDONED = "abandoned"


class PayoutRun(Record, table=True):
    __tablename__ = "payout_run"
    __table_args__ = (
        CheckConstraint("count >= 0 AND amount_fen >= 0", name="totals_not_negative"),
        CheckConstraint("checked_person <> made_person", name="checked_by_another"),
        CheckConstraint("approved_person <> made_person", name="approved_by_another"),
        CheckConstraint(
            "status NOT IN ('approved', 'exported', 'confirmed', 'closed')"
            " OR (digest IS NOT NULL AND checked_by IS NOT NULL AND checked_person IS NOT NULL"
            " AND approved_by IS NOT NULL AND approved_person IS NOT NULL)",
            name="frozen_whole",
        ),
        CheckConstraint(
            "status NOT IN ('exported', 'confirmed', 'closed')"
            " OR (exported_by IS NOT NULL AND exported_at IS NOT NULL)",
            name="exported_whole",
        ),
        CheckConstraint("version > 0", name="version_positive"),
        *(
            ForeignKeyConstraint(
                [f"{step}_by", f"{step}_person"], ["user_account.id", "user_account.person_id"], **AT_COMMIT
            )
            for step in ("made", "checked", "approved")
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True)
    """What people and banks quote, e.g. P-2026-0001."""
    policy_id: str
    year: int
    """The budget year that it pays from."""
    scheme_id: str | None = None
    """Empty for all schemes of the policy."""
    status: PayoutStatus = Field(default=PayoutStatus.OPEN, sa_type=one_of(PayoutStatus, "status"))
    version: int = 1
    """Grows with every step, so that a form filled in from an older state is noticed."""
    as_of: date
    """The day that payability is judged on."""
    note: str | None = Field(default=None, sa_type=Text)
    count: int = 0
    amount_fen: int = Field(default=0, sa_type=BigInteger)
    digest: str | None = None
    """Of its payments in canonical text, from the approval on."""
    made_by: str
    made_person: str
    made_at: datetime
    checked_by: str | None = None
    checked_person: str | None = None
    checked_at: datetime | None = None
    approved_by: str | None = None
    approved_person: str | None = None
    approved_at: datetime | None = None
    exported_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    exported_at: datetime | None = None
    ended_at: datetime | None = None


class PaymentState(StrEnum):
    DRAFTED = "drafted"
    """In a run that has not been exported."""
    IN_FLIGHT = "in_flight"
    PAID = "paid"
    RETURNED = "returned"
    """Came back; the disbursement is payable again, as a new attempt."""


_LIVE: Final = "state <> 'returned'"


class Payment(Record, table=True):
    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("line > 0", name="line_positive"),
        CheckConstraint("state NOT IN ('paid', 'returned') OR settled_on IS NOT NULL", name="settled_on_given"),
        UniqueConstraint("run_id", "line"),
        UniqueConstraint("disbursement_id", "number"),
        Index(
            "uq_payment_live",
            "disbursement_id",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index(None, "instalment_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    run_id: str = Field(sa_column_args=[refers_to("payout_run.id")])
    line: int
    """1, 2, 3 … in the run."""
    disbursement_id: str = Field(sa_column_args=[refers_to("disbursement.id")])
    instalment_id: str = Field(sa_column_args=[refers_to("instalment.id")])
    number: int
    """Of the attempts at this disbursement, counted from 1."""
    key: str = Field(unique=True)
    """What the bank's answer is matched on: letters and digits."""
    amount_fen: int = Field(sa_type=BigInteger)
    account_id: str = Field(sa_column_args=[refers_to("bank_account.id")])
    sheet_json: str = Field(sa_type=Text)
    """The line as it is handed out, as canonical JSON, frozen with the run."""
    state: PaymentState = Field(default=PaymentState.DRAFTED, sa_type=one_of(PaymentState, "state"))
    settled_on: date | None = None
    """The bank's day of payment or of return."""
    bank_ref: str | None = None
