"""Papers that the zone has sent about a case, exactly as they went out."""

import base64
import re
import secrets
from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from subsidy.records.base import Record, one_of, refers_to


class LetterKind(StrEnum):
    AWARD = "award"
    REFUSAL = "refusal"
    CORRECTION = "correction"
    """Asks the applicant to put right what is wrong with his application."""
    AMENDMENT = "amendment"
    """Says what an award now comes to, and what has to be paid back."""


class LetterStanding(StrEnum):
    VALID = "valid"
    SUPERSEDED = "superseded"
    """Something later took its place."""
    REVOKED = "revoked"


def new_code() -> str:
    """32 lower-case letters and digits, 160 random bits: whoever has the paper has it, nobody else can guess it."""
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()


def is_code(given: str) -> bool:
    """Whether this could be the code of a letter."""
    return re.fullmatch("[a-z2-7]{32}", given) is not None


class Letter(Record, table=True):
    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("length(code) = 32", name="code_length"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("superseded_by IS NULL OR standing = 'superseded'", name="superseded_by_another"),
        CheckConstraint("superseded_by <> code", name="superseded_not_by_itself"),
    )

    code: str = Field(default_factory=new_code, primary_key=True)
    """Stands on the paper, and in the address under which anybody who holds it sees its present standing."""
    number: str = Field(unique=True)
    """What people quote, e.g. LG-2026-0001-A1."""
    application_id: str = Field(sa_column_args=[refers_to("application.id")], index=True)
    kind: LetterKind = Field(sa_type=one_of(LetterKind, "kind"))
    issued_on: date
    issued_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    content: str = Field(sa_type=Text)
    """What the paper says, as canonical JSON; the paper was drawn from nothing else."""
    paper: bytes = Field(repr=False)
    """The PDF that went out. It is kept because a later typesetter would not draw the same bytes."""
    sha256: str
    """Of the paper, in hexadecimal."""
    standing: LetterStanding = Field(default=LetterStanding.VALID, sa_type=one_of(LetterStanding, "standing"))
    superseded_by: str | None = Field(default=None, sa_column_args=[refers_to("letter.code")])
    """The letter that took its place; empty also where the case was taken up again and the new one is still to come."""
