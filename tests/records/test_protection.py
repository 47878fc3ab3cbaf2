"""What was recorded stays as it was: the database itself refuses to change it or to take it away."""

import pytest
from sqlalchemy import Engine, Executable, delete, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from subsidy.database import writing
from subsidy.records import Record
from subsidy.records.protection import PROTECTED, lacking, names, protect
from subsidy.records.violations import constraint
from tests.support.rows import one_of_each
from tests.support.tampering import tampering, unprotect

UPDATES = {
    "access": "UPDATE access SET at = at",
    "adjustment": "UPDATE adjustment SET delta_fen = 1",
    "amendment": "UPDATE amendment SET amount_fen = 0",
    "disbursement": "UPDATE disbursement SET amount_fen = 1",
    "event": "UPDATE event SET reason = 'another'",
    "head": "UPDATE head SET digest = digest",
    "ledger_entry": "UPDATE ledger_entry SET amount_fen = 1",
    "policy_text": "UPDATE policy_text SET content = '{}'",
    "posting": "UPDATE posting SET amount_fen = 1",
    "receipt": "UPDATE receipt SET content = '{}'",
    "recovery_step": "UPDATE recovery_step SET amount_fen = 1",
    "sign_off": "UPDATE sign_off SET reason = 'another'",
}


@pytest.fixture
def stored(engine: Engine) -> Engine:
    with writing(engine) as session:
        one_of_each(session)
    return engine


def test_every_protected_table_is_tried_here() -> None:
    assert UPDATES.keys() == set(PROTECTED)


@pytest.mark.parametrize("name", PROTECTED)
@pytest.mark.parametrize("what", ["update", "delete"])
def test_rows_are_neither_changed_nor_taken_away(stored: Engine, name: str, what: str) -> None:
    statement: Executable = text(UPDATES[name]) if what == "update" else delete(Record.metadata.tables[name])
    with pytest.raises(IntegrityError) as refused, stored.begin() as connection:
        connection.execute(statement)
    assert constraint(refused.value) == f"tr_{name}_no_{what}"
    with stored.begin() as connection:
        unprotect(connection)
        assert connection.execute(text(UPDATES[name])).rowcount == 1
        connection.rollback()


def test_a_row_is_not_replaced_by_another_of_its_key(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        one_of_each(session)
    replaced = "INSERT OR REPLACE INTO head SELECT day, 0, 0, NULL, 'sha256:other', made_at FROM head"
    with pytest.raises(IntegrityError, match="tr_head_no_delete"), sqlite_engine.begin() as connection:
        connection.execute(text(replaced))


@pytest.mark.postgres
@pytest.mark.parametrize("table", PROTECTED)
def test_tables_are_not_emptied(postgres_engine: Engine, table: str) -> None:
    with pytest.raises(DBAPIError) as refused, postgres_engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {table} CASCADE"))
    assert isinstance(refused.value, IntegrityError)
    assert (constraint(refused.value) or "").endswith("_no_truncate")


def test_what_lacks_is_told(engine: Engine) -> None:
    with engine.connect() as connection:
        assert list(lacking(connection)) == []
    with engine.begin() as connection:
        unprotect(connection)
        assert set(lacking(connection)) == {name for table in PROTECTED for name in names(connection, table)}
        for table in PROTECTED:
            protect(connection, table)
        assert list(lacking(connection)) == []


@pytest.mark.postgres
def test_a_trigger_that_is_switched_off_is_told(postgres_engine: Engine) -> None:
    with postgres_engine.begin() as connection:
        connection.execute(text("ALTER TABLE event DISABLE TRIGGER tr_event_no_delete"))
        assert list(lacking(connection)) == ["tr_event_no_delete"]
        connection.rollback()


def test_the_tools_of_these_tests_leave_it_whole(engine: Engine) -> None:
    with tampering(engine) as connection:
        assert list(lacking(connection))
    with engine.connect() as connection:
        assert list(lacking(connection)) == []
