"""What tells one project from another, and the other public support that its applicant declares."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class ParticularKind(StrEnum):
    SITE = "site"
    FILING = "filing"
    METER = "meter"
    SERIAL = "serial"


class Particular(Record, table=True):
    __tablename__ = "particular"
    __table_args__ = (
        UniqueConstraint("application_id", "kind", "normalised"),
        CheckConstraint("normalised <> ''", name="normalised_given"),
        Index(None, "kind", "blurred"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    application_id: str = Field(sa_column_args=[refers_to("application.id")])
    kind: ParticularKind = Field(sa_type=one_of(ParticularKind, "kind"))
    position: int
    """Its place among those of its kind, from 0."""
    value: str
    """As it was typed."""
    normalised: str
    """Without width, case, spaces and punctuation: the same for the same thing."""
    blurred: str
    """The same for what is easily mistaken for it as well, such as O and 0."""


class Disclosure(Record, table=True):
    """There is one as soon as an applicant has said which other public support there is, be it none."""

    __tablename__ = "disclosure"

    application_id: str = Field(primary_key=True, sa_column_args=[refers_to("application.id")])
    stated_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    stated_at: datetime


class OtherSupport(Record, table=True):
    __tablename__ = "other_support"
    __table_args__ = (
        CheckConstraint("programme <> ''", name="programme_given"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("year BETWEEN 2000 AND 2099", name="year_possible"),
    )

    application_id: str = Field(primary_key=True, sa_column_args=[refers_to("disclosure.application_id")])
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    programme: str
    amount_fen: int = Field(sa_type=BigInteger)
    year: int
