"""Tables whose rows the database itself refuses to change or to take away, by triggers.

A table that SQLite alters by copying it loses its triggers: such a migration ends with `protect`.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

PROTECTED: Final = (
    "access",
    "adjustment",
    "amendment",
    "disbursement",
    "event",
    "head",
    "ledger_entry",
    "policy_text",
    "posting",
    "receipt",
    "recovery_step",
    "sign_off",
)
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
APART: Final = "tr_sign_off_own_organisation"
"""Refuses a signature of somebody who, by any of his accounts, belongs to the organisation that applied."""

_HIS_OWN: Final = """
    SELECT 1 FROM recommendation AS made
    JOIN application AS applied ON applied.id = made.application_id
    JOIN user_account AS account ON account.organisation_id = applied.organisation_id
    WHERE made.id = NEW.recommendation_id AND account.person_id = NEW.person_id
"""
_APART: Final = {
    "sqlite": (
        f"CREATE TRIGGER {APART} BEFORE INSERT ON sign_off WHEN EXISTS ({_HIS_OWN}) "
        f"BEGIN SELECT RAISE(ABORT, '{APART}'); END",
    ),
    "postgresql": (
        f"""
        CREATE OR REPLACE FUNCTION refuse_own_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS ({_HIS_OWN}) THEN
                RAISE EXCEPTION 'signed by somebody of the organisation that applied'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
            END IF;
            RETURN NEW;
        END $$
        """,
        f"CREATE TRIGGER {APART} BEFORE INSERT ON sign_off FOR EACH ROW EXECUTE FUNCTION refuse_own_organisation()",
    ),
}
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


def hold_apart(connection: Connection) -> None:
    """From now on no signature is taken from whoever belongs to the organisation that applied."""
    for statement in _APART[connection.dialect.name]:
        connection.execute(text(statement))


def lacking(connection: Connection) -> Iterator[str]:
    """The names of the triggers that should be there and are not."""
    present = {row[0] for row in connection.execute(text(_PRESENT[connection.dialect.name]))}
    for table in PROTECTED:
        yield from (name for name in names(connection, table) if name not in present)
    if APART not in present:
        yield APART


def names(connection: Connection, table: str) -> tuple[str, ...]:
    """The triggers that protect a table, by which an error names what was refused."""
    refused = ("update", "delete", "truncate") if connection.dialect.name == "postgresql" else ("update", "delete")
    return tuple(f"tr_{table}_no_{what}" for what in refused)
