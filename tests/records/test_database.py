"""Reading and writing: one step is all or nothing, a reader sees one state, and refusals come in words."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, func, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session, col, select

from subsidy import database
from subsidy.errors import Refused, Stale
from subsidy.records import Application, Award, Event, Instalment, Organisation, Role, User
from tests.support.rows import NOW, TODAY, one_of_each


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A database with one row in each table."""
    with database.writing(engine) as session:
        one_of_each(session)
    return engine


def organisations(engine: Engine) -> int:
    with database.reading(engine) as session:
        return session.exec(select(func.count()).select_from(Organisation)).one()


def test_a_step_that_fails_leaves_nothing(engine: Engine) -> None:
    def step() -> None:
        with database.writing(engine) as session:
            one_of_each(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        step()
    assert organisations(engine) == 0


def test_rows_stay_readable_after_the_step(stored: Engine) -> None:
    with database.writing(stored) as session:
        application = session.get_one(Application, "app")
        application.version += 1
    assert application.version == 2


def test_a_step_that_fails_as_it_ends_keeps_nobody_waiting(engine: Engine) -> None:
    member = User(email="a@b.cn", name="李", role=Role.APPLICANT, organisation_id="nobody", created_at=NOW)
    for _ in range(2):
        with pytest.raises(IntegrityError), database.writing(engine) as session:
            session.add(User(**member.model_dump()))
    another = database.create(engine.url.render_as_string(hide_password=False))
    with database.writing(another) as session:
        session.add(Organisation(id="org", name="乙", credit_code="9" * 18))
    another.dispose()
    assert organisations(engine) == 1


def test_rows_of_one_step_may_be_written_in_any_order(engine: Engine) -> None:
    member = User(
        email="a@b.cn", name="李", password_hash="-", role=Role.APPLICANT, organisation_id="later", created_at=NOW
    )
    with database.writing(engine) as session:
        session.add(member)
        session.flush()
        session.add(Organisation(id="later", name="乙", credit_code="9" * 18))
    assert organisations(engine) == 1


def test_the_database_refuses_to_write_while_reading(stored: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), database.reading(stored) as session:
        session.execute(update(Organisation).values(name="改"))
    with database.writing(stored) as session:  # the same connection, used for writing again
        session.execute(update(Organisation).values(name="改"))
        assert session.exec(select(Organisation.name)).one() == "改"


def test_a_reader_sees_one_state(stored: Engine) -> None:
    with database.reading(stored) as reader:
        assert reader.exec(select(func.count()).select_from(Organisation)).one() == 1
        with database.writing(stored) as writer:
            writer.add(Organisation(name="乙", credit_code="9" * 18))
        assert reader.exec(select(func.count()).select_from(Organisation)).one() == 1
    assert organisations(stored) == 2


def test_writers_that_read_first_take_turns(stored: Engine) -> None:
    writers, rounds = 4, 10
    barrier = threading.Barrier(writers)
    failures: list[BaseException] = []

    def count_up() -> None:
        barrier.wait()
        try:
            for _ in range(rounds):
                with database.writing(stored) as session:
                    application = session.exec(select(Application).with_for_update()).one()
                    application.version += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with database.reading(stored) as session:
        assert session.get_one(Application, "app").version == 1 + writers * rounds


def again(session: Session, record: type[Any], key: str, **changed: Any) -> None:
    """Adds a second row that differs from a stored one only in `changed`."""
    row = session.get_one(record, key)
    session.add(record(**row.model_dump() | changed))


@pytest.mark.parametrize(
    ("twin", "refusal", "code"),
    [
        (lambda s: again(s, User, "user", id="2"), Refused, "email_taken"),
        (lambda s: again(s, Organisation, "org", id="2"), Refused, "organisation_exists"),
        (lambda s: again(s, Application, "app", id="2"), Stale, "stale"),
        (lambda s: again(s, Award, "award", id="2"), Stale, "stale"),
    ],
)
def test_a_second_one_is_refused_in_words(
    stored: Engine, twin: Callable[[Session], None], refusal: type[Refused], code: str
) -> None:
    with pytest.raises(Refused) as refused, database.writing(stored) as session:
        twin(session)
    assert (type(refused.value), refused.value.code) == (refusal, code)
    assert refused.value.message("zh") != refused.value.message("en")


def test_what_no_step_can_violate_is_a_fault_of_ours_and_shows_no_data(stored: Engine) -> None:
    with pytest.raises(IntegrityError) as broken, database.writing(stored) as session:
        again(session, Instalment, "first", id="2", amount_fen=-77_777, adjusted_fen=77_777)
    assert "ck_instalment_amount_not_negative" in str(broken.value)
    if stored.dialect.name == "sqlite":  # PostgreSQL's own message names the row
        assert "77777" not in str(broken.value)


def test_values_are_checked_when_they_are_given(stored: Engine) -> None:
    with database.reading(stored) as session:
        application = session.get_one(Application, "app")
    with pytest.raises(ValidationError):
        application.status = "lost"  # type: ignore[assignment]
    with pytest.raises(ValidationError):
        Award(application_id="app", amount_fen="much")  # type: ignore[call-arg,arg-type]


def test_moments_come_back_in_utc(stored: Engine) -> None:
    shanghai = timezone(timedelta(hours=8))
    with database.writing(stored) as session:
        event = Event(
            at=datetime(2026, 3, 2, 0, 5, tzinfo=shanghai),
            actor_name="",
            subject_kind="",
            subject_id="",
            command="",
            position=1,
            digest="",
        )
        session.add(event)
    with database.reading(stored) as session:
        at = session.get_one(Event, event.id).at
    assert (at.isoformat(), event.id) == ("2026-03-01T16:05:00+00:00", 2)
    with pytest.raises(StatementError, match="timezone"), database.writing(stored) as session:
        session.execute(update(Event).values(at=datetime(2026, 3, 2)))  # noqa: DTZ001


@pytest.mark.parametrize("fen", [1, 33_333_333, 10**15 + 1, 2**63 - 1])
def test_money_comes_back_to_the_fen(stored: Engine, fen: int) -> None:
    with database.writing(stored) as session:
        session.execute(update(Award).values(amount_fen=fen))
    with database.reading(stored) as session:
        assert session.exec(select(Award.amount_fen).where(col(Award.approved_on) == TODAY)).one() == fen


def test_sqlite_keeps_readers_and_writers_apart(sqlite_engine: Engine) -> None:
    with database.reading(sqlite_engine) as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_sqlite_can_be_opened_first_by_many_at_once(tmp_path: Path) -> None:
    engines = [database.create(f"sqlite:///{tmp_path / 'new.db'}") for _ in range(8)]
    barrier = threading.Barrier(len(engines))

    def open_it(engine: Engine) -> object:
        barrier.wait()
        with engine.begin() as connection:
            return connection.execute(text("SELECT 1")).scalar_one()

    with ThreadPoolExecutor(len(engines)) as pool:
        assert list(pool.map(open_it, engines)) == [1] * len(engines)
    for engine in engines:
        engine.dispose()
