"""What was tried lately, so that it is not tried too often."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from subsidy.records.base import Record, Serial


class Attempt(Record, table=True):
    __tablename__ = "attempt"
    __table_args__ = (Index(None, "key", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    key: str
    """SHA-256, in hexadecimal, of what was tried and by whom or from where."""
    at: datetime
