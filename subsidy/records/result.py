"""What the treasury or the bank answers: the files, and each of their lines with what became of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from subsidy.records.base import Record, Serial, new_id, one_of, refers_to


class ResultFile(Record, table=True):
    __tablename__ = "result_file"
    __table_args__ = (CheckConstraint("lines > 0", name="lines_positive"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    digest: str = Field(unique=True)
    """SHA-256 of its bytes: the same file is taken once."""
    imported_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    imported_at: datetime
    lines: int
    amount_fen: int = Field(sa_type=BigInteger)


class Reconciled(StrEnum):
    MATCHED = "matched"
    """Paid, as ordered."""
    RETURNED = "returned"
    """The money came back (退汇)."""
    DIFFERENT = "different"
    """Our payment, but not our amount."""
    UNKNOWN = "unknown"
    """No payment of ours that could have this outcome."""
    REPEATED = "repeated"
    """Told by an earlier line or file."""


class ResultLine(Record, table=True):
    __tablename__ = "result_line"
    __table_args__ = (
        UniqueConstraint("file_id", "line"),
        CheckConstraint("outcome NOT IN ('matched', 'returned') OR payment_id IS NOT NULL", name="payment_given"),
        CheckConstraint(
            "(settled_at IS NULL) = (settled_note IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)",
            name="settled_whole",
        ),
        # A payment is paid once and returned once, whatever files say so.
        Index(
            "uq_result_line_effect",
            "payment_id",
            "outcome",
            unique=True,
            sqlite_where=text("outcome IN ('matched', 'returned')"),
            postgresql_where=text("outcome IN ('matched', 'returned')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    file_id: str = Field(sa_column_args=[refers_to("result_file.id")])
    line: int
    """Of the file, counted from 1 with its heading."""
    key: str
    amount_fen: int = Field(sa_type=BigInteger)
    paid: bool
    """Whether the line says that the money was paid; else that it was returned."""
    settled_on: date
    bank_ref: str | None = None
    why: str | None = Field(default=None, sa_type=Text)
    """What the bank says of a return."""
    outcome: Reconciled = Field(sa_type=one_of(Reconciled, "outcome"))
    payment_id: str | None = Field(default=None, sa_column_args=[refers_to("payment.id")])
    settled_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    settled_at: datetime | None = None
    """When somebody dealt with a line that did not match."""
    settled_note: str | None = Field(default=None, sa_type=Text)
