"""What all tables share: names of constraints, short random ids, and values checked when they are set."""

import base64
import re
import secrets
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Enum, ForeignKey, Integer, MetaData
from sqlmodel import SQLModel

NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}

# SQLite counts up only a column declared INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Record(SQLModel):
    """A row. Unlike plain SQLModel tables it checks a value when it is given, not only when the database sees it."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)
    model_config = {"validate_assignment": True}


AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}
"""Of a reference: it is checked when the transaction commits."""


def new_id() -> str:
    """Sixteen lower-case letters and digits, 80 random bits: short enough for an address, too many to be guessed."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def is_id(given: str) -> bool:
    """Whether this could be one of our ids."""
    return re.fullmatch("[a-z2-7]{16}", given) is not None


def refers_to(column: str) -> ForeignKey:
    """A reference that is checked when the transaction commits, so that rows may be written in any order within it."""
    return ForeignKey(column, **AT_COMMIT)


def one_of(choices: type[StrEnum], name: str, *, checked: bool = True) -> Any:
    """The type of a column `name` that holds a word of a closed list, with a check in the database, unless another check of
    the table holds it."""
    return Enum(
        choices,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=checked,
        length=32,
        name=name,
    )
