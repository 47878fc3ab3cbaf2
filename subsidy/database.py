"""Opening the database, and the only two ways to use it: to read, or to write in one transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any, Final

import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event, make_url, text
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlmodel import Session

from subsidy.records.violations import meaning

BUSY_SECONDS: Final = 30
"""How long a SQLite writer waits for the one before it."""

UNAVAILABLE: Final = (OperationalError, InterfaceError, NoConnectionFree)
"""What a step raises while the database cannot be reached or cannot do its work; the same step may succeed later."""

UNWRITABLE: Final = (OperationalError, ProgrammingError, InternalError)
"""What a write raises where its table is gone, or may not or cannot be written."""

_MIGRATION_LOCK: Final = 7_210_113
"""Any number, the same in every process: only one migrates a PostgreSQL database at a time."""


def create(url: str) -> Engine:
    """The engine of a SQLite or PostgreSQL database. Nothing is opened yet; the folder of a SQLite file is made."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    # Values in an error message would reach the log; they are people's data.
    if parsed.get_backend_name() != "sqlite":
        return sqlalchemy.create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(bind: Engine | Connection) -> Iterator[Session]:
    """One step: what is done in it is committed together at the end, or not at all.

    Over a connection that has a transaction open it is a part of that one, and committed with it. On SQLite steps queue
    up; on PostgreSQL rows that must not change meanwhile are to be locked. What was read stays readable afterwards.
    Raises the SubsidyError that a violated constraint means.
    """
    try:
        with Session(bind, expire_on_commit=False) as session, session.begin():
            yield session
    except IntegrityError as error:
        refusal = meaning(error)
        if refusal is None:
            raise
        raise refusal from error


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One unchanging view of everything committed before; the database refuses any write in it."""
    with Session(engine.execution_options(**_READING[engine.dialect.name]), expire_on_commit=False) as session:
        yield session


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest form, all or nothing; processes that start together take turns."""
    with _rebuilding(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        command.upgrade(steps(connection), "head")
        if engine.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"a migration left references that lead nowhere: {broken[:5]}")


@contextmanager
def _rebuilding(engine: Engine) -> Iterator[None]:
    """SQLite changes a table by making it anew, during which references to it lead nowhere. They are switched off, which
    it does only outside a transaction and for one connection, and looked at together before all is committed."""
    if engine.dialect.name != "sqlite":
        yield
        return

    def loose(connection: Any, _: object) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")

    engine.dispose()
    event.listen(engine, "connect", loose)
    try:
        yield
    finally:
        event.remove(engine, "connect", loose)
        engine.dispose()


def steps(connection: Connection) -> Config:
    """The migrations, to be run by Alembic's commands over this connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "subsidy:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


_READING: Final[dict[str, dict[str, Any]]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"},
}


def _open_sqlite(connection: Any, _: object) -> None:
    # The driver would begin transactions by itself, too late and never IMMEDIATE.
    connection.isolation_level = None
    _write_ahead(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # Without it a row could be replaced by another of the same key past the triggers that keep rows from being deleted.
    connection.execute("PRAGMA recursive_triggers = ON")


def _write_ahead(connection: Any) -> None:
    """Readers and the writer do not wait for each other. Of processes that open a new file together one switches it."""
    for pause in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, None):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if pause is None:
                raise
            sleep(pause)  # for this alone SQLite does not wait by itself


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        # A reader that turned writer half-way would fail at once instead of waiting its turn.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
