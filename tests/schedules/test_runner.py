import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from queue import Queue

import pytest

from schedules import runner
from schedules.clock import SHANGHAI, SystemClock
from schedules.runner import DAILY, Job, Occasion, build_scheduler

OFTEN = timedelta(milliseconds=20)
PATIENCE = 10  # seconds before a test gives up; none waits for a set time


@contextmanager
def running(jobs: dict[str, Job]) -> Iterator[None]:
    scheduler = build_scheduler(jobs)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)


def test_a_job_runs_at_the_start_and_then_at_its_interval() -> None:
    calls: Queue[Occasion] = Queue()
    with running({"count": Job(calls.put, OFTEN)}):
        assert [calls.get(timeout=PATIENCE) for _ in range(3)] == [Occasion.START, Occasion.TICK, Occasion.TICK]


def test_every_job_has_its_own_start() -> None:
    one: Queue[Occasion] = Queue()
    two: Queue[Occasion] = Queue()
    with running({"one": Job(one.put), "two": Job(two.put)}):
        assert [queue.get(timeout=PATIENCE) for queue in (one, two)] == [Occasion.START, Occasion.START]


def test_a_scheduler_waits_to_be_started() -> None:
    assert not build_scheduler({"print": Job(print, OFTEN)}).running


def test_a_job_that_raises_is_logged_and_called_again(caplog: pytest.LogCaptureFixture) -> None:
    calls: Queue[Occasion] = Queue()

    def fail(occasion: Occasion) -> None:
        calls.put(occasion)
        raise LookupError("the ledger is away")

    with running({"fail": Job(fail, OFTEN)}):
        assert [calls.get(timeout=PATIENCE) for _ in range(3)] == [Occasion.START, Occasion.TICK, Occasion.TICK]
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) >= 2
    assert '"fail' in errors[0].getMessage()
    assert errors[0].exc_info is not None
    assert isinstance(errors[0].exc_info[1], LookupError)


def test_a_failing_job_does_not_keep_another_from_running() -> None:
    calls: Queue[Occasion] = Queue()

    def fail(_: Occasion) -> None:
        raise LookupError

    with running({"fail": Job(fail, OFTEN), "count": Job(calls.put, OFTEN)}):
        assert [calls.get(timeout=PATIENCE) for _ in range(3)] == [Occasion.START, Occasion.TICK, Occasion.TICK]


def test_a_job_never_runs_beside_itself(caplog: pytest.LogCaptureFixture) -> None:
    calls: Queue[Occasion] = Queue()
    finish, refused = threading.Event(), threading.Event()

    def wait(occasion: Occasion) -> None:
        calls.put(occasion)
        assert finish.wait(PATIENCE)

    def notice(record: logging.LogRecord) -> bool:
        if "maximum number of running instances reached (1)" in record.getMessage():
            refused.set()
        return True

    caplog.handler.addFilter(notice)
    with running({"wait": Job(wait, OFTEN)}):
        assert refused.wait(PATIENCE)
        assert calls.qsize() == 1
        finish.set()
        assert [calls.get(timeout=PATIENCE) for _ in range(2)] == [Occasion.START, Occasion.TICK]


def test_missed_times_are_made_up_by_one_run_however_late(monkeypatch: pytest.MonkeyPatch) -> None:
    class HoursAgo(SystemClock):
        def now(self) -> datetime:
            return super().now() - timedelta(hours=5, minutes=30)

    monkeypatch.setattr(runner, "SystemClock", HoursAgo)
    calls: Queue[Occasion] = Queue()
    with running({"count": Job(calls.put, timedelta(hours=1))}):
        assert calls.get(timeout=PATIENCE) is Occasion.START
    assert calls.empty()


@pytest.mark.parametrize(
    ("when", "now", "expected"),
    [
        (DAILY, "2026-02-28T16:04:59+00:00", "2026-02-28T16:05:00+00:00"),
        (DAILY, "2026-02-28T16:05:01+00:00", "2026-03-01T16:05:00+00:00"),
        (time(13, 30, 15), "2026-12-31T16:00:00+00:00", "2027-01-01T05:30:15+00:00"),
    ],
)
def test_a_time_of_day_is_shanghai_time(when: time, now: str, expected: str) -> None:
    job = build_scheduler({"daily": Job(print, when)}).get_job("daily")
    following = job.trigger.get_next_fire_time(None, datetime.fromisoformat(now))
    assert following.astimezone(UTC).isoformat() == expected


def test_everything_is_kept_in_shanghai_time() -> None:
    scheduler = build_scheduler({"often": Job(print, OFTEN)})
    trigger = scheduler.get_job("often").trigger
    assert (scheduler.timezone, trigger.timezone, trigger.interval) == (SHANGHAI, SHANGHAI, OFTEN)


def test_a_job_is_daily_unless_told_otherwise() -> None:
    assert Job(print).when == time(0, 5)


def test_a_background_scheduler_gives_its_thread_back() -> None:
    scheduler = build_scheduler({})
    starter = threading.Thread(target=scheduler.start)
    starter.start()
    starter.join(PATIENCE)
    assert not starter.is_alive()
    assert scheduler.running
    scheduler.shutdown(wait=True)


def paying(ledger: Path, rounds: "Queue[int]") -> Callable[[Occasion], None]:
    """A job as jobs should be: it asks the table what is due, and a unique key keeps it from doing anything twice."""

    def pay(_: Occasion) -> None:
        with closing(sqlite3.connect(ledger, timeout=PATIENCE)) as connection, connection:
            due = connection.execute("SELECT id FROM instalment ORDER BY id").fetchall()
            connection.executemany("INSERT INTO paid VALUES (?) ON CONFLICT DO NOTHING", due)
        rounds.put(len(due))

    return pay


def test_two_schedulers_over_one_table_do_everything_once(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("CREATE TABLE instalment (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE paid (id INTEGER UNIQUE)")
        connection.executemany("INSERT INTO instalment VALUES (?)", [(n,) for n in range(500)])
    here: Queue[int] = Queue()
    there: Queue[int] = Queue()
    with running({"pay": Job(paying(ledger, here), OFTEN)}), running({"pay": Job(paying(ledger, there), OFTEN)}):
        assert [queue.get(timeout=PATIENCE) for _ in range(3) for queue in (here, there)] == [500] * 6
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT id) FROM paid").fetchone() == (500, 500)
