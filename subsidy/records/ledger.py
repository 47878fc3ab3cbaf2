"""Every movement of money, each from one account of an envelope to another: added, never changed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from subsidy.records.base import Record, Serial, one_of, refers_to
from subsidy.records.envelope import Account


class EntryKind(StrEnum):
    """Why money moved."""

    ALLOT = "allot"
    REDUCE = "reduce"
    TRANSFER = "transfer"
    RESERVE = "reserve"
    UNRESERVE = "unreserve"
    COMMIT = "commit"
    DECOMMIT = "decommit"
    RELEASE = "release"
    SUBMIT = "submit"
    SETTLE = "settle"
    RETURN = "return"
    DEMAND = "demand"
    RECOVER = "recover"
    WRITE_OFF = "write_off"
    LAPSE = "lapse"
    CARRY_OVER = "carry_over"
    REOPEN = "reopen"


MOVES: Final = (
    ("treasury", "available"),
    ("treasury", "committed"),
    ("treasury", "payable"),
    ("available", "treasury"),
    ("available", "reserved"),
    ("available", "committed"),
    ("available", "lapsed"),
    ("reserved", "available"),
    ("committed", "treasury"),
    ("committed", "available"),
    ("committed", "payable"),
    ("committed", "lapsed"),
    ("payable", "treasury"),
    ("payable", "available"),
    ("payable", "committed"),
    ("payable", "in_flight"),
    ("payable", "lapsed"),
    ("in_flight", "payable"),
    ("in_flight", "paid"),
    ("paid", "payable"),
    ("paid", "receivable"),
    ("receivable", "paid"),
    ("receivable", "available"),
    ("receivable", "recovered"),
    ("receivable", "written_off"),
    ("lapsed", "available"),
    ("lapsed", "committed"),
    ("lapsed", "payable"),
)
"""From which account to which other one money can go."""

_KNOWN: Final = ", ".join(f"'{source}>{target}'" for source, target in MOVES)


class LedgerEntry(Record, table=True):
    """One step of the books. All its postings are made with it."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("postings > 0 AND amount_fen > 0", name="totals_positive"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    kind: EntryKind = Field(sa_type=one_of(EntryKind, "kind"))
    at: datetime
    booked_on: date
    """The day in Shanghai, which says the month that it is reported under."""
    actor_id: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    """Empty for what the system did by itself."""
    reason: str | None = Field(default=None, sa_type=Text)
    postings: int
    amount_fen: int = Field(sa_type=BigInteger)
    digest: str
    """SHA-256 of its postings in canonical text; the record of each envelope names it."""


class Posting(Record, table=True):
    """An amount that left `source` and reached `target`: so every entry sums to zero by its form."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint(f"source || '>' || target IN ({_KNOWN})", name="move_known"),
        Index(None, "envelope_id", "entry_id"),
        Index(None, "instalment_id"),
        Index(None, "application_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    entry_id: int = Field(sa_type=BigInteger, sa_column_args=[refers_to("ledger_entry.id")], index=True)
    envelope_id: str = Field(sa_column_args=[refers_to("envelope.id")])
    source: Account = Field(sa_type=one_of(Account, "source", checked=False))
    target: Account = Field(sa_type=one_of(Account, "target", checked=False))
    amount_fen: int = Field(sa_type=BigInteger)
    application_id: str | None = Field(default=None, sa_column_args=[refers_to("application.id")])
    """The case that it is about; empty for money that is no case's."""
    instalment_id: str | None = Field(default=None, sa_column_args=[refers_to("instalment.id")])
