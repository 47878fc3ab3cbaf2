"""What people are told of their cases and accounts: written with the change that it tells of, sent by the scheduler."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Message(Record, table=True):
    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_given"),
        CheckConstraint("state <> 'failed' OR error IS NOT NULL", name="error_given"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index(None, "state", "next_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """Also what its Message-ID begins with, so that one which is sent twice is known to be the same."""
    user_id: str = Field(sa_column_args=[refers_to("user_account.id")], index=True)
    application_id: str | None = Field(default=None, sa_column_args=[refers_to("application.id")])
    """Empty where it is about an account."""
    command: str
    """The step that it tells of."""
    subject_zh: str
    subject_en: str
    body_zh: str = Field(sa_type=Text)
    body_en: str = Field(sa_type=Text)
    written_at: datetime = Field(index=True)
    state: MessageState = Field(default=MessageState.WAITING, sa_type=one_of(MessageState, "state"))
    attempts: int = 0
    next_at: datetime
    """Not to be tried before."""
    until: datetime
    """Not to be tried after."""
    sent_at: datetime | None = None
    error: str | None = Field(default=None, sa_type=Text)
    """Why the last attempt did not succeed."""
    link_id: str | None = Field(default=None, sa_column_args=[refers_to("one_time_link.id")])
    """The address that works once, which only the mail itself tells."""
    address: str | None = None
    """Where it goes, if not to the account's present address."""
