"""Operating years: the figure that was verified, and what was decided where it falls short."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class OperatingFigure(Record, table=True):
    __tablename__ = "operating_figure"
    __table_args__ = (
        UniqueConstraint("award_id", "year_number"),
        CheckConstraint("year_number > 0", name="year_number_positive"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    award_id: str = Field(sa_column_args=[refers_to("award.id")])
    year_number: int
    value: str
    """The verified value of the fact that the release condition tests, in canonical text."""
    evidence: str = Field(sa_type=Text)
    """Where it can be read: the reference of a report or a meter record."""
    recorded_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    recorded_at: datetime


class Decision(StrEnum):
    RELEASE = "release"
    FORFEIT = "forfeit"


class YearDecision(Record, table=True):
    __tablename__ = "year_decision"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_given"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    instalment_id: str = Field(sa_column_args=[refers_to("instalment.id")], unique=True)
    decision: Decision = Field(sa_type=one_of(Decision, "decision"))
    reason: str = Field(sa_type=Text)
    decided_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    decided_at: datetime
