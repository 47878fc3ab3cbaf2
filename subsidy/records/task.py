"""Long work that somebody asked for: how far it is, and the file it made."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class TaskKind(StrEnum):
    FILL = "fill"
    """A payout run with what is payable."""
    EXPORT = "export"
    """The file of a payout run."""
    IMPORT = "import"
    """A result file."""


class Task(Record, table=True):
    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="progress_plausible"),
        CheckConstraint("NOT (finished_at IS NULL AND error IS NOT NULL)", name="error_ends"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    kind: TaskKind = Field(sa_type=one_of(TaskKind, "kind"))
    subject_id: str = Field(index=True)
    """The payout run or the result file."""
    given_json: str = Field(default="{}", sa_type=Text)
    """What it was asked to do, so that it can be done again from the start."""
    owner_id: str = Field(sa_column_args=[refers_to("user_account.id")], index=True)
    asked_at: datetime
    beat_at: datetime
    """When its worker last said that it is alive."""
    done: int = 0
    total: int | None = None
    finished_at: datetime | None = None
    error: str | None = Field(default=None, sa_type=Text)
    file: str | None = None
    """The name of what it made, kept until `expires_at`."""
    expires_at: datetime | None = None
