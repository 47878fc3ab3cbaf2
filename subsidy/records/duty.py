"""What a person may do within his role."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from subsidy.records.base import AT_COMMIT, Record, one_of, refers_to
from subsidy.records.user import Role


class Duty(StrEnum):
    OWN = "own"
    """Invites and removes those who act for the enterprise."""
    RECEIVE = "receive"
    """Receives cases and verifies them."""
    RECOMMEND = "recommend"
    """Recommends what should become of a case, and publishes it."""
    APPROVE = "approve"
    """Decides."""
    MAKE = "make"
    """Makes disbursements."""
    CHECK = "check"
    """Checks what another has made."""


DUTIES: Final[Mapping[Role, tuple[Duty, ...]]] = MappingProxyType(
    {
        Role.APPLICANT: (Duty.OWN,),
        Role.ADMINISTRATOR: (Duty.RECEIVE, Duty.RECOMMEND, Duty.APPROVE),
        Role.FINANCE: (Duty.MAKE, Duty.CHECK),
        Role.AUDITOR: (),
        Role.REGISTRAR: (),
    }
)
"""The duties that go with each role."""

INCOMPATIBLE: Final = frozenset({Duty.MAKE, Duty.CHECK})
"""Nobody checks what he may have made. That nobody approves what he has recommended is held case by case."""


def _named(duties: tuple[Duty, ...]) -> str:
    return ", ".join(f"'{duty}'" for duty in duties)


_FITTING: Final = " OR ".join(
    f"(role = '{role}' AND duty IN ({_named(duties)}))" for role, duties in DUTIES.items() if duties
)
_EXCLUSIVE: Final = "duty IN ('make', 'check')"


class UserDuty(Record, table=True):
    __tablename__ = "user_duty"
    __table_args__ = (
        CheckConstraint(_FITTING, name="fits_role"),
        ForeignKeyConstraint(["user_id", "role"], ["user_account.id", "user_account.role"], **AT_COMMIT),
        Index(
            "uq_user_duty_exclusive",
            "user_id",
            unique=True,
            sqlite_where=text(_EXCLUSIVE),
            postgresql_where=text(_EXCLUSIVE),
        ),
    )

    user_id: str = Field(primary_key=True)
    duty: Duty = Field(primary_key=True, sa_type=one_of(Duty, "duty", checked=False))
    role: Role = Field(sa_type=one_of(Role, "role", checked=False))
    """Of the account, so that the database can tell that the duty goes with it."""
    given_at: datetime
    given_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    """Empty where the operator or the system gave it."""
