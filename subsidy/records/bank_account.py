"""Accounts that money goes to: one in force for each payee, earlier ones kept."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from subsidy.records.base import AT_COMMIT, Record, new_id, one_of, refers_to


class BankAccountState(StrEnum):
    PROPOSED = "proposed"
    """Told by the payee, or taken from a paper of his; nobody has verified it."""
    VERIFIED = "verified"
    """Verified by a second person; used from `usable_from` on."""
    REFUSED = "refused"
    REPLACED = "replaced"
    """Another one has been verified since."""


class BankAccount(Record, table=True):
    __tablename__ = "bank_account"
    __table_args__ = (
        CheckConstraint("holder <> '' AND bank <> ''", name="names_given"),
        CheckConstraint("length(cnaps) = 12", name="cnaps_length"),
        CheckConstraint("length(number) BETWEEN 8 AND 34", name="number_length"),
        CheckConstraint("decided_person <> made_person", name="two_people"),
        CheckConstraint(
            "state = 'proposed' OR (decided_by IS NOT NULL AND decided_person IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided_whole",
        ),
        CheckConstraint("state NOT IN ('verified', 'replaced') OR usable_from IS NOT NULL", name="verified_whole"),
        ForeignKeyConstraint(["made_by", "made_person"], ["user_account.id", "user_account.person_id"], **AT_COMMIT),
        ForeignKeyConstraint(
            ["decided_by", "decided_person"], ["user_account.id", "user_account.person_id"], **AT_COMMIT
        ),
        Index(
            "uq_bank_account_verified",
            "organisation_id",
            unique=True,
            sqlite_where=text("state = 'verified'"),
            postgresql_where=text("state = 'verified'"),
        ),
        Index(
            "uq_bank_account_proposed",
            "organisation_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    organisation_id: str = Field(sa_column_args=[refers_to("organisation.id")], index=True)
    holder: str
    """The name of the account; must be the payee's registered name."""
    bank: str
    """The branch that keeps it (开户行)."""
    number: str = Field(repr=False)
    """Digits as text: it may begin with zeros."""
    cnaps: str
    """The branch's number in the clearing system (联行号), 12 digits."""
    state: BankAccountState = Field(default=BankAccountState.PROPOSED, sa_type=one_of(BankAccountState, "state"))
    made_by: str
    made_person: str
    made_at: datetime
    evidence: str | None = Field(default=None, sa_type=Text)
    """Where finance took it from a paper: the paper."""
    decided_by: str | None = None
    decided_person: str | None = None
    decided_at: datetime | None = None
    answer: str | None = Field(default=None, sa_type=Text)
    """How it was verified, or why it was refused."""
    usable_from: date | None = None
    """The first day on which money goes to it: after a change, when the cooling period is over."""
