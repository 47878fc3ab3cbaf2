"""What was recommended on a case, and who has approved it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from subsidy.records.base import AT_COMMIT, Record, new_id, one_of, refers_to


class Outcome(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"


class Recommendation(Record, table=True):
    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("outcome <> 'grant' OR amount_fen > 0", name="amount_given"),
        CheckConstraint("people > 0", name="people_positive"),
        CheckConstraint("reason <> ''", name="reason_given"),
        UniqueConstraint("id", "person_id"),
        Index(
            "uq_recommendation_live",
            "application_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
        ForeignKeyConstraint(["user_id", "person_id"], ["user_account.id", "user_account.person_id"], **AT_COMMIT),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    application_id: str = Field(sa_column_args=[refers_to("application.id")])
    outcome: Outcome = Field(sa_type=one_of(Outcome, "outcome"))
    reason: str = Field(sa_type=Text)
    amount_fen: int | None = Field(default=None, sa_type=BigInteger)
    """The award that is recommended; empty for a refusal."""
    people: int
    """How many have to approve, frozen from the band that the amount falls in."""
    seen_json: str = Field(sa_type=Text)
    """What it rests on, as canonical JSON: the facts, the amount, the text of the rules."""
    digest: str
    """Of `seen_json`; an approval is of this and of nothing else."""
    user_id: str
    person_id: str
    """Who recommended it: the account, and the person behind it."""
    made_at: datetime
    voided_at: datetime | None = None
    """Empty while it holds; a case has at most one that does."""


class SignOff(Record, table=True):
    __tablename__ = "sign_off"
    __table_args__ = (
        CheckConstraint("person_id <> recommender_id", name="not_the_recommender"),
        CheckConstraint("reason <> ''", name="reason_given"),
        UniqueConstraint("recommendation_id", "person_id"),
        ForeignKeyConstraint(
            ["recommendation_id", "recommender_id"], ["recommendation.id", "recommendation.person_id"], **AT_COMMIT
        ),
        ForeignKeyConstraint(["user_id", "person_id"], ["user_account.id", "user_account.person_id"], **AT_COMMIT),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    recommendation_id: str
    recommender_id: str
    """The person who recommended, so that the database can tell that it is somebody else."""
    user_id: str
    person_id: str
    """Who approved: the account, and the person behind it, who counts once."""
    reason: str = Field(sa_type=Text)
    digest: str
    """Of what was seen."""
    signed_at: datetime
