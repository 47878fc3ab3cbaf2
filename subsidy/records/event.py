"""Who did what: one entry for each change, written with it and never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from subsidy.records.base import Record, Serial, refers_to


class Event(Record, table=True):
    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "position"),
        CheckConstraint("position > 0", name="position_positive"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    """Counts up; empty only until the entry is stored."""
    at: datetime
    actor_id: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    """Empty for what the system did by itself."""
    actor_name: str
    """As it was at the time."""
    subject_kind: str
    subject_id: str
    command: str
    before_json: str | None = Field(default=None, sa_type=Text)
    after_json: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    position: int
    """1, 2, 3 … among the entries of its subject."""
    previous: str | None = None
    """The digest of the entry before it; empty for the first of its subject."""
    digest: str
    """Of everything in this entry but its id, which the database gives it."""
