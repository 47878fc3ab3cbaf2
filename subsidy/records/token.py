"""Tokens with which programs act for a person."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id, refers_to


class ApiToken(Record, table=True):
    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires_later"),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("scopes <> ''", name="scopes_given"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    user_id: str = Field(sa_column_args=[refers_to("user_account.id")], index=True)
    name: str
    """What its owner calls it."""
    digest: str = Field(unique=True, repr=False)
    """SHA-256 of the token in hexadecimal; the token itself is shown once and kept nowhere."""
    scopes: str
    """What it may be used for: words parted by single spaces, in order."""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    """When it was last used, to some minutes."""
    revoked_at: datetime | None = None
