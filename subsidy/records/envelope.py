"""Money allotted to a scheme for a year, and where it now is."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of


class Exhausted(StrEnum):
    """What happens to an award that an envelope has no money for."""

    QUEUE = "queue"
    """It is granted and waits, in order of approval, for money to come."""
    REFUSE = "refuse"
    """Neither recommended nor approved before there is money."""


class Account(StrEnum):
    """Where money of an envelope can be; each yuan is in one of these."""

    TREASURY = "treasury"
    """Outside: where allotments come from and what is given back goes to."""
    AVAILABLE = "available"
    RESERVED = "reserved"
    COMMITTED = "committed"
    PAYABLE = "payable"
    IN_FLIGHT = "in_flight"
    PAID = "paid"
    RECEIVABLE = "receivable"
    RECOVERED = "recovered"
    LAPSED = "lapsed"
    WRITTEN_OFF = "written_off"


HELD: Final = tuple(account for account in Account if account is not Account.TREASURY)
"""The accounts inside an envelope, in the order in which money passes through them."""

_SUM: Final = " + ".join(f"{account}_fen" for account in HELD)


class Envelope(Record, table=True):
    """The balances are what its postings sum to; they are kept here so that the database itself holds them together."""

    __tablename__ = "envelope"
    __table_args__ = (
        UniqueConstraint("policy_id", "scheme_id", "year"),
        CheckConstraint("year BETWEEN 2000 AND 9999", name="year_plausible"),
        CheckConstraint(f"allotted_fen = {_SUM}", name="conserved"),
        *(CheckConstraint(f"{account}_fen >= 0", name=f"{account}_not_negative") for account in HELD),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    policy_id: str
    scheme_id: str
    year: int
    """The budget year: that in which an instalment is due."""
    exhausted: Exhausted = Field(default=Exhausted.QUEUE, sa_type=one_of(Exhausted, "exhausted"))
    opened_at: datetime
    closed_at: datetime | None = None
    """Empty while the year's books are open."""
    allotted_fen: int = Field(default=0, sa_type=BigInteger)
    available_fen: int = Field(default=0, sa_type=BigInteger)
    reserved_fen: int = Field(default=0, sa_type=BigInteger)
    committed_fen: int = Field(default=0, sa_type=BigInteger)
    payable_fen: int = Field(default=0, sa_type=BigInteger)
    in_flight_fen: int = Field(default=0, sa_type=BigInteger)
    paid_fen: int = Field(default=0, sa_type=BigInteger)
    receivable_fen: int = Field(default=0, sa_type=BigInteger)
    recovered_fen: int = Field(default=0, sa_type=BigInteger)
    """Came back after its budget year, and went on to the treasury."""
    lapsed_fen: int = Field(default=0, sa_type=BigInteger)
    written_off_fen: int = Field(default=0, sa_type=BigInteger)
