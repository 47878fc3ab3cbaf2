"""Who of the zone's staff opened which case on which day."""

from datetime import date, datetime

from sqlmodel import Field

from subsidy.records.base import Record, refers_to


class Access(Record, table=True):
    __tablename__ = "access"

    application_id: str = Field(primary_key=True, sa_column_args=[refers_to("application.id")])
    day: date = Field(primary_key=True)
    user_id: str = Field(primary_key=True, sa_column_args=[refers_to("user_account.id")])
    at: datetime
    """The first time on that day."""
