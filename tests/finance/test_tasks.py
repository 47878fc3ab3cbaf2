"""Long work: asked for once, done by one worker at a time, taken up again where a worker died, and its files kept for a while."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlmodel import col, select

from schedules.clock import FixedClock
from subsidy.database import create, reading, writing
from subsidy.errors import NotFound, Refused
from subsidy.finance import tasks
from subsidy.finance.exports import Exports
from subsidy.finance.task_work import Shop, do_all
from subsidy.finance.tasks import KEPT, STALE, Lost, Work
from subsidy.records import Event, Task, TaskKind
from subsidy.settings import Settings
from tests.support.office import FINANCE, Office

SUBJECT = "aaaaaaaaaaaaaaaa"
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class Pulse:
    """The machine's time, moved by hand."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def pulse() -> Pulse:
    return Pulse()


def asked(office: Office, kind: TaskKind = TaskKind.EXPORT, subject: str = SUBJECT, **given: str) -> Task:
    with writing(office.engine) as session:
        return tasks.ask(session, FINANCE, office.now, kind, subject, given)


def found(office: Office, task: Task) -> Task:
    with reading(office.engine) as session:
        return tasks.find(session, task.id)


def shop(office: Office, pulse: Pulse, var: Path) -> Shop:
    return Shop(Settings(var=var), office.engine, FixedClock(office.day), pulse)


def test_what_is_asked_for_twice_is_one_task(office: Office) -> None:
    first = asked(office, what="xlsx")
    assert asked(office, what="xlsx").id == first.id
    assert asked(office, what="csv").id != first.id
    with reading(office.engine) as session:
        events = session.exec(select(Event).where(col(Event.subject_id) == first.id))
        told = [(event.command, event.actor_name) for event in events]
    assert told == [("task.ask", FINANCE.name)]


def test_the_oldest_is_taken_and_by_one_worker_alone(office: Office, pulse: Pulse) -> None:
    first, second = asked(office, what="xlsx"), asked(office, what="csv")
    works = [tasks.take(office.engine, pulse) for _ in range(3)]
    assert sorted(work.task.id for work in works if work) == sorted([first.id, second.id])
    assert works[2] is None


def test_ten_workers_at_once_share_out_the_tasks(office: Office, pulse: Pulse) -> None:
    wanted = {asked(office, what=str(number)).id for number in range(4)}
    with ThreadPoolExecutor(10) as pool:
        works = list(pool.map(lambda _: tasks.take(office.engine, pulse), range(10)))
    taken = [work.task.id for work in works if work]
    assert len(taken) == len(set(taken)) == 4
    assert set(taken) == wanted


def test_a_dead_workers_task_is_taken_up_and_the_late_worker_leaves_it_alone(office: Office, pulse: Pulse) -> None:
    task = asked(office)
    first = tasks.take(office.engine, pulse)
    assert first is not None
    pulse.later(seconds=2)
    first.beat(1000, 5000)
    assert (found(office, task).done, found(office, task).total) == (1000, 5000)
    pulse.later(seconds=STALE.total_seconds() - 1)
    assert tasks.take(office.engine, pulse) is None, "it gave a sign of life"
    pulse.later(seconds=1)
    second = tasks.take(office.engine, pulse)
    assert second is not None
    assert (found(office, task).done, found(office, task).total) == (0, None)
    with pytest.raises(Lost):
        first.beat(5000, 5000)
    with pytest.raises(Lost):
        first.finish(office.now, "x")
    with pytest.raises(Lost):
        first.fail(office.now, ValueError())
    second.finish(office.now, "a.xlsx")
    ended = found(office, task)
    assert (ended.finished_at, ended.file, ended.expires_at) == (office.now, "a.xlsx", office.now + KEPT)
    assert tasks.take(office.engine, pulse) is None


def test_signs_of_life_are_not_given_all_the_time(office: Office, pulse: Pulse) -> None:
    task = asked(office)
    work = tasks.take(office.engine, pulse)
    assert work is not None
    work.beat(10, 100)
    assert found(office, task).done == 0
    pulse.later(seconds=1)
    work.beat(20, 100)
    assert found(office, task).done == 20


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("task.no_file"), "文件已不再保留"),
        (ValueError("沪A12345"), "程序出错"),
    ],
)
def test_a_failure_is_told_in_words_and_without_peoples_data(
    error: Exception, told: str, office: Office, pulse: Pulse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(shop: Shop, work: Work) -> str | None:
        raise error

    task = asked(office)
    assert do_all(shop(office, pulse, tmp_path), {TaskKind.EXPORT: fails}) == 1
    ended = found(office, task)
    assert ended.finished_at == office.now
    assert told in str(tasks.error_of(ended, "zh"))
    assert "沪A" not in str(ended.error)
    assert bool(caplog.records) == isinstance(error, ValueError)
    assert tasks.error_of(asked(office, what="other"), "zh") is None


def test_a_file_appears_whole_or_not_at_all(office: Office, tmp_path: Path) -> None:
    exports, task = Exports(tmp_path), asked(office)
    with exports.making(task.id) as target:
        target.write_bytes(b"first")
    task.file, task.expires_at = "a.csv", office.now + KEPT
    assert exports.path(task, office.now).read_bytes() == b"first"

    def half() -> None:
        with exports.making(task.id) as target:
            target.write_bytes(b"ha")
            (target.parent / "more").write_bytes(b"temporary")
            raise Refused("task.no_file")

    with pytest.raises(Refused):
        half()
    assert exports.path(task, office.now).read_bytes() == b"first"
    assert [each.name for each in (tmp_path / "exports").iterdir()] == [task.id]
    with pytest.raises(NotFound):
        exports.path(task, office.now + KEPT)


def test_files_are_kept_for_a_while(office: Office, pulse: Pulse, tmp_path: Path) -> None:
    exports = Exports(tmp_path)

    def writes(shop: Shop, work: Work) -> str:
        with exports.making(work.task.id) as target:
            target.write_bytes(b"x")
        return "a.csv"

    done, waiting = asked(office, what="a"), None
    assert do_all(shop(office, pulse, tmp_path), {TaskKind.EXPORT: writes}) == 1
    waiting = asked(office, what="b")
    folder = tmp_path / "exports"
    (folder / f"{waiting.id}.making").mkdir()
    (folder / f"{SUBJECT}.making").mkdir()
    (folder / "note.txt").write_text("somebody else's")
    with reading(office.engine) as session:
        assert exports.sweep(session, office.now + KEPT - timedelta(seconds=1)) == 1, "what nobody is making"
        assert exports.sweep(session, office.now + KEPT) == 1
    assert sorted(each.name for each in folder.iterdir()) == sorted([f"{waiting.id}.making", "note.txt"])
    with pytest.raises(NotFound):
        exports.path(found(office, done), office.now)


def _dies(url: str, var: Path, after: int) -> None:
    """A worker that is killed after so many signs of life, in the middle of its file."""
    beats = 0

    def makes(shop: Shop, work: Work) -> str:
        nonlocal beats
        with Exports(var).making(work.task.id) as target, target.open("wb") as file:
            for number in range(50):
                file.write(b"line\n")
                file.flush()
                work.beat(number + 1, 50)
                beats += 1
                if beats == after:
                    os.kill(os.getpid(), signal.SIGKILL)
        return "a.txt"

    pulse = Pulse()
    pulse.later(seconds=5)
    do_all(Shop(Settings(var=var), create(url), FixedClock(START.date()), pulse), {TaskKind.EXPORT: makes})


@pytest.mark.parametrize("after", [1, 25, 50])
def test_killed_and_restarted_the_file_is_whole(after: int, office: Office, tmp_path: Path) -> None:
    task, url = asked(office), office.engine.url.render_as_string(hide_password=False)
    office.engine.dispose()
    for point, code in ((after, -signal.SIGKILL), (0, 0)):
        child = get_context("fork").Process(target=_dies, args=(url, tmp_path, point))
        child.start()
        child.join(60)
        assert child.exitcode == code
        with writing(office.engine) as session:  # as if the time had passed that a worker may be silent
            session.get_one(Task, task.id).beat_at = tasks.NEVER
    ended = found(office, task)
    assert ended.file == "a.txt"
    assert Exports(tmp_path).path(ended, office.now).read_bytes() == b"line\n" * 50
    assert [each.name for each in (tmp_path / "exports").iterdir()] == [task.id]
