"""What keeps money from being paid for a while, by somebody's decision."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class HoldCategory(StrEnum):
    ACCOUNT = "account"
    """Something about the account that the money would go to."""
    FRAUD = "fraud"
    """Somebody reported a fraud."""
    EVIDENCE = "evidence"
    """Evidence is doubted."""
    DEBT = "debt"
    """The payee owes money."""
    COURT = "court"
    """An authority asked for it."""
    OTHER = "other"


_GIVEN: Final = " + ".join(
    f"CASE WHEN {subject}_id IS NULL THEN 0 ELSE 1 END" for subject in ("organisation", "application", "instalment")
)


class Hold(Record, table=True):
    """It stands from `made_at` until it is ended or its last day is over, on one instalment, one case or one payee."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint(f"{_GIVEN} = 1", name="one_subject"),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_by IS NULL OR ended_at IS NOT NULL)", name="end_whole"
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    category: HoldCategory = Field(sa_type=one_of(HoldCategory, "category"))
    organisation_id: str | None = Field(default=None, sa_column_args=[refers_to("organisation.id")], index=True)
    application_id: str | None = Field(default=None, sa_column_args=[refers_to("application.id")], index=True)
    instalment_id: str | None = Field(default=None, sa_column_args=[refers_to("instalment.id")], index=True)
    reason: str = Field(sa_type=Text)
    made_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    """Empty for one that the system set, such as after a change of account."""
    made_at: datetime
    until: date | None = None
    """Its last day; empty where it stands until somebody ends it."""
    ended_by: str | None = Field(default=None, sa_column_args=[refers_to("user_account.id")])
    ended_at: datetime | None = None
    end_reason: str | None = Field(default=None, sa_type=Text)
