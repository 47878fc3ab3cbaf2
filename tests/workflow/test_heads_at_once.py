"""Closing the day beside those who write, on PostgreSQL: no entry slips in below a head that does not cover it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep

import pytest
from sqlalchemy import Engine, text

from subsidy.audit_record import discrepancies
from subsidy.database import reading, writing
from subsidy.workflow import applications
from subsidy.workflow.heads import close_day
from tests.support.office import APPLICANT, Office

pytestmark = pytest.mark.postgres


def waited_for(engine: Engine) -> bool:
    """Whether somebody in this database waits for the table of the record."""
    query = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST('event' AS regclass)"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with engine.connect() as connection:
        return bool(connection.execute(text(query)).scalar_one())


def test_a_head_waits_for_an_entry_that_is_under_way(postgres_engine: Engine) -> None:
    office, written, go = Office(postgres_engine), Event(), Event()
    slow, quick = office.draft(), office.draft()

    def lower_id_that_commits_late() -> None:
        with writing(postgres_engine) as session:
            applications.withdraw(session, APPLICANT, office.now, slow, "项目终止")
            session.flush()
            written.set()
            go.wait(20)

    with ThreadPoolExecutor(2) as pool:
        late = pool.submit(lower_id_that_commits_late)
        written.wait(20)
        office.withdraw(quick)
        head = pool.submit(close_day, postgres_engine, office.day, office.now)
        while not (head.done() or waited_for(postgres_engine)):
            sleep(0.01)
        go.set()
        late.result()
        made = head.result()
    assert made is not None
    assert made.events == 4
    with reading(postgres_engine) as session:
        assert list(discrepancies(session, made.digest)) == []


@pytest.mark.parametrize("repetition", range(3))
def test_two_that_close_the_day_at_once_make_one_head(postgres_engine: Engine, repetition: int) -> None:
    office, together = Office(postgres_engine), Barrier(4)
    cases = [office.draft() for _ in range(4)]

    def close(_: int) -> bool:
        together.wait()
        return close_day(postgres_engine, office.day, office.now) is not None

    with ThreadPoolExecutor(4) as pool:
        closing = [pool.submit(close, number) for number in range(4)]
        for each in cases:
            office.withdraw(each)
        assert sum(one.result() for one in closing) == 1
    with reading(postgres_engine) as session:
        assert list(discrepancies(session)) == []
