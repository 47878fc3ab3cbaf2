"""People with an account, and where they are signed in."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class Role(StrEnum):
    APPLICANT = "applicant"
    ADMINISTRATOR = "administrator"
    FINANCE = "finance"
    AUDITOR = "auditor"
    """Reads all that the office reads, and changes nothing."""
    REGISTRAR = "registrar"
    """Keeps the accounts of the office, and can do nothing else."""


_ON_DUTY: Final = "role <> 'applicant' AND disabled_at IS NULL"


def _own_id(context: Any) -> str:
    """Of an account that no other one came before."""
    own: str = context.get_current_parameters()["id"]
    return own


class User(Record, table=True):
    # PostgreSQL keeps the word "user" for itself.
    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("role <> 'applicant' OR organisation_id IS NOT NULL", name="applicant_organisation"),
        UniqueConstraint("id", "person_id"),
        UniqueConstraint("id", "role"),
        # Of the roles of the office a person holds one, and counts once.
        Index(
            "uq_user_account_staff_person",
            "person_id",
            unique=True,
            sqlite_where=text(_ON_DUTY),
            postgresql_where=text(_ON_DUTY),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str | None = Field(default=None, repr=False)
    """Argon2id, with its salt and parameters; empty until somebody who was invited sets one."""
    role: Role = Field(sa_type=one_of(Role, "role"))
    organisation_id: str | None = Field(default=None, sa_column_args=[refers_to("organisation.id")], index=True)
    """Whom an applicant acts for. Staff usually have none; one who has may not decide on that organisation."""
    created_at: datetime
    disabled_at: datetime | None = None
    person_id: str | None = Field(
        default=None,
        nullable=False,
        sa_column_args=[refers_to("user_account.id")],
        sa_column_kwargs={"default": _own_id},
    )
    """Who it belongs to: the first account of that person, usually this one."""


class UserSession(Record, table=True):
    __tablename__ = "user_session"
    __table_args__ = (CheckConstraint("expires_at > created_at", name="expires_later"),)

    id: str = Field(primary_key=True)
    """SHA-256 of the token in hexadecimal; the token itself is known to its owner only."""
    user_id: str = Field(sa_column_args=[refers_to("user_account.id")], index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    """The absolute end, however busy the session is."""
    revoked_at: datetime | None = None
    device: str = ""
    """What the browser says it is, for its owner to know the session by."""
    proved_at: datetime
    """When the password was last given in it."""
