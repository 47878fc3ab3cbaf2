"""The daily head of the record: one digest over every entry so far, to be kept elsewhere."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from subsidy.records.base import Record


class Head(Record, table=True):
    __tablename__ = "head"
    __table_args__ = (
        CheckConstraint("last_event_id >= 0", name="last_event_id_not_negative"),
        CheckConstraint("events >= 0", name="events_not_negative"),
    )

    day: date = Field(primary_key=True)
    """On which it was made."""
    last_event_id: int = Field(sa_type=BigInteger)
    """It covers the entries after the head before it, up to this one; 0 where there was none yet."""
    events: int
    """How many entries there were in all."""
    previous: str | None = None
    """The digest of the head before it; empty for the first."""
    digest: str
    made_at: datetime
