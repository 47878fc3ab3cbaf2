"""The migrations make exactly the tables that the code knows, on both databases, whoever starts them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select

from subsidy import database
from subsidy.audit_record import discrepancies
from subsidy.records import Event, Record
from subsidy.records.protection import PROTECTED, hold_apart, protect
from subsidy.records.violations import constraint

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
            "indexes": sorted(map(_told, look.get_indexes(name)), key=str),
        }
        for name in look.get_table_names()
        if name != "alembic_version"
    }


def _told(index: Any) -> dict[str, Any]:
    """An index, with the rows that it is of in words."""
    return {**index, "dialect_options": {key: str(value) for key, value in index.get("dialect_options", {}).items()}}


def test_migrations_make_the_tables_of_the_code(engine: Engine) -> None:
    migrated = tables(engine)
    Record.metadata.drop_all(engine)
    Record.metadata.create_all(engine)
    with engine.begin() as connection:
        for name in PROTECTED:  # by whatever created them: later tests use this database
            protect(connection, name)
        hold_apart(connection)
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
    started = [sys.executable, "-c", code, database_url]
    processes = [subprocess.Popen(started, cwd=ROOT, stdin=subprocess.PIPE, text=True) for _ in range(3)]
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


FIRST_ROWS = """
INSERT INTO organisation VALUES ('org', '甲', '91310115MA1K35XK0N');
INSERT INTO user_account VALUES ('li', 'li@jia.cn', '李明', '-', 'applicant', 'org', '2026-02-01 00:00:00+00:00', NULL);
INSERT INTO application VALUES ('draft', 'LG-2026-0001', 'org', 'li', 'lingang-2024', 'user-side-storage', '一期', 'draft',
  NULL, NULL, NULL, 1, '2026-02-28 17:00:00+00:00', '2026-02-28 17:00:00+00:00');
INSERT INTO application VALUES ('sent', 'LG-2026-0002', 'org', 'li', 'lingang-2024', 'user-side-storage', '一期', 'submitted',
  '2026-03-02', NULL, NULL, 2, '2026-02-28 17:00:00+00:00', '2026-03-05 01:00:00+00:00');
INSERT INTO application VALUES ('no', 'LG-2026-0003', 'org', 'li', 'lingang-2024', 'user-side-storage', '一期', 'refused',
  '2026-03-02', '2026-03-20', '不符合', 3, '2026-02-28 17:00:00+00:00', '2026-03-20 01:00:00+00:00');
INSERT INTO application_fact VALUES ('sent', 'capacity_kwh', '12000', NULL, NULL, 'li', '2026-02-28 17:00:00+00:00');
INSERT INTO event VALUES (1, '2026-02-28 17:00:00+00:00', 'li', '李明', 'application', 'draft', 'start', '{}', '{}', NULL)
"""


def test_what_is_there_before_the_procedure_is_kept_and_dated(database_url: str) -> None:
    engine = database.create(database_url)
    with engine.begin() as connection:
        command.upgrade(database.steps(connection), "0001")
        for row in FIRST_ROWS.strip().split(";\n"):
            connection.exec_driver_sql(row)
    database.migrate(engine)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT id, status, status_since, due_on, version FROM application ORDER BY id"))
        assert [(one, status, str(since), due, version) for one, status, since, due, version in kept] == [
            ("draft", "draft", "2026-03-01", None, 1),
            ("no", "refused", "2026-03-20", None, 3),
            ("sent", "submitted", "2026-03-02", None, 2),
        ]
        assert connection.execute(text("SELECT application_id FROM application_fact")).all() == [("sent",)]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql("UPDATE application SET created_by = 'nobody'")
    engine.dispose()


def test_entries_of_an_older_database_are_chained(database_url: str) -> None:
    engine = database.create(database_url)
    with engine.begin() as connection:
        command.upgrade(database.steps(connection), "0001")
        entry = (
            "INSERT INTO event (at, actor_name, subject_kind, subject_id, command, before_json, after_json, reason)"
            " VALUES ('2026-03-01 04:00:00+00:00', '李明', :kind, :subject, 'start', '{}', '{\"status\":\"draft\"}', :reason)"
        )
        for subject in "aba":
            connection.execute(text(entry), {"kind": "application", "subject": subject, "reason": "理由\n第二行"})
        connection.execute(text(entry), {"kind": "user", "subject": "a", "reason": None})
    database.migrate(engine)
    with database.reading(engine) as session:
        rows = session.exec(select(Event).order_by(col(Event.id))).all()
        faults = [(each.kind, each.where) for each in discrepancies(session)]
    assert [(row.subject_kind, row.subject_id, row.position) for row in rows] == [
        ("application", "a", 1),
        ("application", "b", 1),
        ("application", "a", 2),
        ("user", "a", 1),
    ]
    assert [row.previous for row in rows] == [None, None, rows[0].digest, None]
    # Only what these made-up entries tell of their cases does not fit.
    assert faults == [("entry_status", "a"), ("entry_unfounded", "a"), ("entry_unfounded", "b")]
    with pytest.raises(IntegrityError) as refused, engine.begin() as connection:
        connection.execute(text("DELETE FROM event"))
    assert constraint(refused.value) == "tr_event_no_delete"
    engine.dispose()
