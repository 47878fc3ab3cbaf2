"""What somebody with the database's own password can do: take the protection of the record away, and put it back."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from subsidy.records.protection import PROTECTED, names, protect


def unprotect(connection: Connection) -> None:
    """Rows of every table can be changed, in this transaction and after it."""
    for table in PROTECTED:
        for name in names(connection, table):
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {name}{on}"))


@contextmanager
def tampering(engine: Engine) -> Iterator[Connection]:
    """A connection that changes what never changes, with the protection whole again after it."""
    with engine.begin() as connection:
        unprotect(connection)
        yield connection
        for table in PROTECTED:
            protect(connection, table)
