"""The PostgreSQL server that tests use: is it there, and databases of its own for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

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
def fresh(template: URL | None = None) -> Iterator[URL]:
    """A new database, empty or a copy of another that nobody is connected to; dropped at the end."""
    url = SERVER.set(database=f"{SERVER.database}_{uuid4().hex[:12]}")
    name = sql.Identifier(str(url.database))
    if template:
        _run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(str(template.database))))
    else:
        # Whatever the server was set up with, a database that can hold Chinese.
        _run(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(name))
    try:
        yield url
    finally:
        _run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _run(statement: sql.Composed) -> None:
    with _connect() as connection:
        connection.execute(statement)


def _connect() -> psycopg.Connection:
    return psycopg.connect(
        host=SERVER.host,
        port=SERVER.port,
        user=SERVER.username,
        password=SERVER.password,
        dbname="postgres",
        connect_timeout=5,
        autocommit=True,
    )
