"""Applications and the facts that they state."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class ApplicationStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    """Handed back to the applicant, to be corrected by a day."""
    ACCEPTED = "accepted"
    """In order, and being verified."""
    RECOMMENDED = "recommended"
    NOTICE = "notice"
    """On public notice."""
    DECISION = "decision"
    """Before those who decide."""
    APPROVED = "approved"
    REFUSED = "refused"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """Not corrected in time."""
    CLOSED = "closed"
    """Every instalment of the award is settled."""
    REVOKED = "revoked"
    """The award was taken back."""


class Application(Record, table=True):
    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'withdrawn') OR submitted_on IS NOT NULL", name="submitted_on_given"),
        CheckConstraint(
            "status NOT IN ('approved', 'refused', 'appealed', 'closed', 'revoked') OR decided_on IS NOT NULL",
            name="decided_on_given",
        ),
        CheckConstraint(
            "status NOT IN ('refused', 'appealed') OR decision_reason IS NOT NULL", name="refusal_reason_given"
        ),
        CheckConstraint("status <> 'returned' OR defects IS NOT NULL", name="defects_given"),
        CheckConstraint("due_on >= status_since", name="due_not_early"),
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
    """The day in Shanghai on which it was first handed in, which selects the rule in force."""
    decided_on: date | None = None
    decision_reason: str | None = Field(default=None, sa_type=Text)
    version: int = 1
    """Grows with every change, so that a form filled in from an older state is noticed."""
    created_at: datetime
    updated_at: datetime
    status_since: date
    """The day in Shanghai on which the present status began."""
    due_on: date | None = None
    """The last day for the present step, as the pack had it when the step began; empty where the step has no end."""
    defects: str | None = Field(default=None, sa_type=Text)
    """What was last returned to be corrected, all of it at once."""
    claimed_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    """Which administrator has taken it on. A help for the queue: others may act as well."""


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
    """Who declared it; empty where only an administrator wrote."""
    set_at: datetime
    verified_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    verified_at: datetime | None = None
    document_id: str | None = Field(default=None, sa_column_args=[refers_to("document.id")])
    """The document that the administrator's value rests on."""
