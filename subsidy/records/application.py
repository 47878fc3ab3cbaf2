"""Applications and the facts that they state."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class ApplicationStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Application(Record, table=True):
    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'withdrawn') OR submitted_on IS NOT NULL", name="submitted_on_given"),
        CheckConstraint("status NOT IN ('approved', 'refused') OR decided_on IS NOT NULL", name="decided_on_given"),
        CheckConstraint("status <> 'refused' OR decision_reason IS NOT NULL", name="refusal_reason_given"),
        CheckConstraint("version > 0", name="version_positive"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True)
    """What people quote, e.g. LG-2026-0001."""
    organisation_id: str = Field(sa_column_args=[refers_to("organisation.id")], index=True)
    created_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    policy_id: str
    scheme_id: str
    project_name: str
    status: ApplicationStatus = Field(
        default=ApplicationStatus.DRAFT, sa_type=one_of(ApplicationStatus, "status"), index=True
    )
    submitted_on: date | None = None
    """The day in Shanghai that selects the rule in force."""
    decided_on: date | None = None
    decision_reason: str | None = Field(default=None, sa_type=Text)
    version: int = 1
    """Grows with every change, so that a form filled in from an older state is noticed."""
    created_at: datetime
    updated_at: datetime


class ApplicationFact(Record, table=True):
    __tablename__ = "application_fact"

    application_id: str = Field(primary_key=True, sa_column_args=[refers_to("application.id")])
    key: str = Field(primary_key=True)
    declared: str | None = None
    """The applicant's value in canonical text; empty where he did not answer."""
    verified: str | None = None
    """The administrator's value in canonical text: a correction, a judgement or the granted rate."""
    reason: str | None = Field(default=None, sa_type=Text)
    """Why the administrator set it."""
    set_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    set_at: datetime
