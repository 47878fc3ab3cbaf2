"""Enterprises that apply."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id


class Organisation(Record, table=True):
    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("length(credit_code) = 18", name="credit_code_length"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    """As on the business licence."""
    credit_code: str = Field(unique=True)
    """统一社会信用代码: 18 characters, upper case, check digit verified."""
