"""Storing rows that may be there already: whoever comes second adds nothing, and knows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from subsidy.records import Record


def insert_once(session: Session, record: type[Record], rows: Sequence[Mapping[str, Any]], *key: str) -> set[Any]:
    """Inserts the rows whose `key`, columns that must be unique, is not there yet; returns the first column of those inserted.

    It waits for another transaction that is about to insert the same key, so that exactly one of the two inserts it.
    """
    if not rows:
        return set()
    table = Record.metadata.tables[str(record.__tablename__)]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).on_conflict_do_nothing(index_elements=key).returning(table.c[key[0]])
    return set(session.execute(statement, rows).scalars())
