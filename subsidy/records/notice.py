"""Public notices of recommended awards, and the objections to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, refers_to


class Notice(Record, table=True):
    __tablename__ = "notice"
    __table_args__ = (CheckConstraint("ends_on > published_on", name="ends_later"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    recommendation_id: str = Field(sa_column_args=[refers_to("recommendation.id")], unique=True)
    published_on: date
    ends_on: date
    """The last day on which anybody may object."""


class Objection(Record, table=True):
    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint(
            "(answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at IS NULL)", name="answer_whole"
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    notice_id: str = Field(sa_column_args=[refers_to("notice.id")], index=True)
    name: str
    contact: str
    """How to reach who objects. For the zone's staff alone."""
    text: str = Field(sa_type=Text)
    made_at: datetime
    answer: str | None = Field(default=None, sa_type=Text)
    answered_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    answered_at: datetime | None = None
