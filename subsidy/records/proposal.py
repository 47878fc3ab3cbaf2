"""Steps of finance that take two people: what one has proposed and another confirms or turns down."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from subsidy.records.base import AT_COMMIT, Record, new_id, one_of


class ProposalKind(StrEnum):
    ALLOT = "allot"
    """Money for an envelope, the first or a supplementary allotment."""
    REDUCE = "reduce"
    """Money taken back from an envelope."""
    TRANSFER = "transfer"
    """Money from one envelope to another."""
    REISSUE = "reissue"
    """A payout file handed out once more."""
    AMEND = "amend"
    """An award that becomes another amount."""
    WRITE_OFF = "write_off"
    """Money owed back that is given up."""
    CLOSE = "close"
    """The books of a year."""
    REOPEN = "reopen"
    """Closed books of a year."""


class Proposal(Record, table=True):
    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("decided_person <> made_person", name="two_people"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decided_person IS NULL)"
            " AND (decided_at IS NULL) = (confirmed IS NULL)",
            name="decided_whole",
        ),
        ForeignKeyConstraint(["made_by", "made_person"], ["user_account.id", "user_account.person_id"], **AT_COMMIT),
        ForeignKeyConstraint(
            ["decided_by", "decided_person"], ["user_account.id", "user_account.person_id"], **AT_COMMIT
        ),
        Index(
            "uq_proposal_open",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL AND kind IN ('reissue', 'amend', 'write_off', 'close', 'reopen')"),
            postgresql_where=text(
                "decided_at IS NULL AND kind IN ('reissue', 'amend', 'write_off', 'close', 'reopen')"
            ),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    kind: ProposalKind = Field(sa_type=one_of(ProposalKind, "kind"))
    subject_id: str
    """What it is about: the id of an envelope, a run, an award or a recovery."""
    body_json: str = Field(sa_type=Text)
    """What is proposed, as canonical JSON; what is confirmed is this and nothing else."""
    reason: str = Field(sa_type=Text)
    made_by: str
    made_person: str
    made_at: datetime
    decided_by: str | None = None
    decided_person: str | None = None
    decided_at: datetime | None = None
    confirmed: bool | None = None
    """Whether it was carried out, or turned down."""
    answer: str | None = Field(default=None, sa_type=Text)
    """What the second person said."""
