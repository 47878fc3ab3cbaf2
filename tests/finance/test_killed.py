"""A process killed in the middle of its work, and started again: nothing lost, nothing twice."""

import signal
from datetime import timedelta

import pytest
from sqlmodel import col, select

from subsidy.database import reading
from subsidy.finance.disburse import disburse
from subsidy.records import Run
from tests.finance.portfolio import DUE, FREE, entries, paid, portfolio
from tests.support.killing import NEVER, killed_at
from tests.support.office import Office, noon


def tick(office: Office, point: int) -> int:
    """Generates what is due in a process that is killed at that point after its run is stored."""
    address = office.engine.url.render_as_string(hide_password=False)
    office.engine.dispose()
    return killed_at(point, address, lambda bind: disburse(bind, as_of=DUE, now=noon(DUE), trigger="tick", chunk=5))


@pytest.mark.parametrize("point", [*range(6, 17), 27])
def test_killed_and_restarted_each_is_generated_once(office: Office, point: int) -> None:
    due, engine = portfolio(office, 10), office.engine
    assert tick(office, point) == -signal.SIGKILL
    count, instalments, _ = paid(engine)
    assert count == instalments == entries(engine) < 10 * FREE
    with reading(engine) as session:
        dead = session.exec(select(Run)).one()
    assert (dead.finished_at, dead.error, dead.generated) == (None, None, count)
    report = disburse(engine, as_of=DUE, now=noon(DUE) + timedelta(minutes=1), trigger="start", chunk=5)
    assert report.generated == 10 * FREE - count
    assert paid(engine) == (10 * FREE, 10 * FREE, due)
    assert entries(engine) == 10 * FREE
    with reading(engine) as session:
        ends = [run.finished_at is None for run in session.exec(select(Run).order_by(col(Run.started_at)))]
    assert ends == [True, False]


def test_points_of_the_kill_lie_inside_the_work(office: Office) -> None:
    portfolio(office, 10)
    assert tick(office, NEVER) > 27
    assert paid(office.engine)[0] == 10 * FREE
