"""Tables whose rows the database itself refuses to change or to take away, by triggers.

A table that SQLite alters by copying it loses its triggers: such a migration ends with `protect`.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

PROTECTED: Final = ("access", "event", "head", "policy_text", "receipt")
"""Rows are added to these and never change."""

_SQLITE: Final = (
    "CREATE TRIGGER tr_{table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'tr_{table}_no_update'); END",
    "CREATE TRIGGER tr_{table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'tr_{table}_no_delete'); END",
)
_POSTGRES: Final = (
    """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % never change: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END $$
    """,
    "CREATE TRIGGER tr_{table}_no_update BEFORE UPDATE ON {table} EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER tr_{table}_no_delete BEFORE DELETE ON {table} EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER tr_{table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()",
)
_PRESENT: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    # D is a trigger that is switched off.
    "postgresql": "SELECT tgname, '' FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def protect(connection: Connection, table: str) -> None:
    """From now on rows of the table are added and never changed."""
    statements = _POSTGRES if connection.dialect.name == "postgresql" else _SQLITE
    for statement in statements:
        connection.execute(text(statement.format(table=table)))


def lacking(connection: Connection) -> Iterator[str]:
    """The names of the triggers that should be there and are not."""
    present = {row[0] for row in connection.execute(text(_PRESENT[connection.dialect.name]))}
    for table in PROTECTED:
        yield from (name for name in names(connection, table) if name not in present)


def names(connection: Connection, table: str) -> tuple[str, ...]:
    """The triggers that protect a table, by which an error names what was refused."""
    refused = ("update", "delete", "truncate") if connection.dialect.name == "postgresql" else ("update", "delete")
    return tuple(f"tr_{table}_no_{what}" for what in refused)
