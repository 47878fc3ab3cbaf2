"""Addresses that work once: they let the one who received them set a password or confirm an e-mail address."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class Purpose(StrEnum):
    INVITATION = "invitation"
    """Sets the first password."""
    RESET = "reset"
    """Sets another password."""
    EMAIL = "email"
    """Confirms a new e-mail address."""


class OneTimeLink(Record, table=True):
    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("(purpose = 'email') = (email IS NOT NULL)", name="email_given"),
        CheckConstraint("expires_at > created_at", name="expires_later"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    """What the address carries, signed: who reads the table cannot make the address."""
    purpose: Purpose = Field(sa_type=one_of(Purpose, "purpose"))
    user_id: str = Field(sa_column_args=[refers_to("user_account.id")], index=True)
    email: str | None = None
    """The new address, where one is confirmed."""
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    """When it was used, or another took its place."""
