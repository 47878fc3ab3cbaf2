"""The PostgreSQL server that tests use: is it there, and databases of its own for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from subsidy.records.protection import PROTECTED

SERVER: Final = make_url(os.environ.get("TEST_DATABASE_URL") or "postgresql+psycopg://postgres@127.0.0.1:5432/test")
"""The server and the account. Databases made for tests are named after this one, which itself is never touched."""


@cache
def unreachable() -> str | None:
    """Why no database can be made on the server; None where it can."""
    try:
        with _connect() as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0]
    return None if row and row[0] else f"{SERVER.username} may not create databases"


@contextmanager
def fresh() -> Iterator[URL]:
    """A new, empty database, dropped at the end."""
    url = SERVER.set(database=f"{SERVER.database}_{uuid4().hex[:12]}")
    name = sql.Identifier(str(url.database))
    with _connect() as connection:
        # Whatever the server was set up with, a database that can hold Chinese.
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(name))
    try:
        yield url
    finally:
        with _connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def empty(url: URL) -> None:
    """Take all rows out of a migrated database, and close whatever a test left connected to it."""
    with _connect(str(url.database)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        tables = sql.SQL(", ").join(sql.Identifier(name) for (name,) in found)
        _switch_protection(connection, "DISABLE")
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        _switch_protection(connection, "ENABLE")


def _switch_protection(connection: psycopg.Connection, how: LiteralString) -> None:
    for table in PROTECTED:
        connection.execute(sql.SQL("ALTER TABLE {} " + how + " TRIGGER USER").format(sql.Identifier(table)))


def _connect(database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=SERVER.host,
        port=SERVER.port,
        user=SERVER.username,
        password=SERVER.password,
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )
