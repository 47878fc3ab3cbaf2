"""Texts that tie a decision to what it was decided under; each is stored once, under its digest, and never changed."""

from sqlalchemy import Text
from sqlmodel import Field

from subsidy.records.base import Record, refers_to


class PolicyText(Record, table=True):
    __tablename__ = "policy_text"

    digest: str = Field(primary_key=True)
    policy_id: str
    version: str
    content: str = Field(sa_type=Text)
    """The whole pack as canonical JSON."""


class Receipt(Record, table=True):
    __tablename__ = "receipt"

    digest: str = Field(primary_key=True)
    content: str = Field(sa_type=Text)
    """What was asked, under which text and engine, with what result: canonical JSON."""
    policy_digest: str = Field(sa_column_args=[refers_to("policy_text.digest")])
