"""The migrations make exactly the tables that the code knows, on both databases, whoever starts them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from subsidy import database
from subsidy.records import Record

ROOT = Path(__file__).resolve().parents[2]


def tables(engine: Engine) -> dict[str, Any]:
    """All that the database itself knows about its tables, constraints with their names included."""
    look = inspect(engine)
    return {
        name: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(name)],
            "primary key": look.get_pk_constraint(name),
            "references": sorted(look.get_foreign_keys(name), key=str),
            "unique": sorted(look.get_unique_constraints(name), key=str),
            "checks": sorted((c["name"], c["sqltext"]) for c in look.get_check_constraints(name)),
            "indexes": sorted(look.get_indexes(name), key=str),
        }
        for name in look.get_table_names()
        if name != "alembic_version"
    }


def test_migrations_make_the_tables_of_the_code(engine: Engine) -> None:
    migrated = tables(engine)
    Record.metadata.drop_all(engine)
    Record.metadata.create_all(engine)
    in_code = tables(engine)
    assert migrated.keys() == in_code.keys() == set(Record.metadata.tables)
    for name, table in in_code.items():
        assert migrated[name] == table


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = tables(engine)
    database.migrate(engine)
    assert tables(engine) == before


def test_processes_that_start_together_take_turns(database_url: str) -> None:
    code = "import sys; from subsidy import database; input(); database.migrate(database.create(sys.argv[1]))"
    command = [sys.executable, "-c", code, database_url]
    processes = [subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [process.wait() for process in processes] == [0, 0, 0]
    engine = database.create(database_url)
    assert set(tables(engine)) == set(Record.metadata.tables)
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing(database_url: str) -> None:
    engine = database.create(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE year_decision (id INTEGER)"))  # in the way of the last table
    with pytest.raises(DBAPIError, match="year_decision"):
        database.migrate(engine)
    assert inspect(engine).get_table_names() == ["year_decision"]
    engine.dispose()


def test_it_can_be_started_in_any_folder(tmp_path: Path) -> None:
    code = "from subsidy import database; database.migrate(database.create('sqlite:///new/here.db'))"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
    engine = create_engine(f"sqlite:///{tmp_path / 'new' / 'here.db'}")
    assert set(tables(engine)) == set(Record.metadata.tables)
    engine.dispose()
