"""Long work with a record and an owner: asked for once, taken by one worker at a time, and taken up again where a worker died.

Times of the record are the office's; `pulse` is the machine's own time, by which workers know whether another is alive: an
office whose clock stands still for a demonstration must still notice a worker that died.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, update
from sqlmodel import Session, col, select

from rules import canonical
from rules.faults import BadInput
from subsidy.database import writing
from subsidy.errors import NotFound, SubsidyError
from subsidy.records import Task, TaskKind
from subsidy.workflow import events, words
from subsidy.workflow.actor import SYSTEM, Actor

SUBJECT: Final = "task"
LONG: Final = 10_000
"""From how many payments on work is done as a task; below it is done at once."""
STALE: Final = timedelta(minutes=2)
"""After how long without a sign of life a task may be taken up by another worker."""
KEPT: Final = timedelta(days=7)
"""How long the file of a task is kept."""
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The last sign of life of a task that nobody has begun."""
_SIGNS: Final = timedelta(seconds=1)
"""How often a worker tells how far it is."""


class Lost(Exception):
    """Another worker has taken the task up; this one is to leave it alone."""


def ask(
    session: Session,
    actor: Actor,
    now: datetime,
    kind: TaskKind,
    subject_id: str,
    given: Mapping[str, Any] | None = None,
) -> Task:
    """Has something long done. What is asked for already and not finished is not asked for again: that task is returned.

    Whoever calls this has seen that the person may have it done.
    """
    told = canonical.text(dict(given or {}))
    same = select(Task).where(col(Task.kind) == kind, col(Task.subject_id) == subject_id, col(Task.given_json) == told)
    if under_way := session.exec(same.where(col(Task.finished_at).is_(None)).order_by(col(Task.id))).first():
        return under_way
    task = Task(kind=kind, subject_id=subject_id, given_json=told, owner_id=str(actor.id), asked_at=now, beat_at=NEVER)
    session.add(task)
    session.flush()
    _record(session, actor, now, task, "ask", {"kind": kind.value, "subject": subject_id})
    return task


class Work:
    """A task that this worker has taken, for as long as it gives signs of life."""

    def __init__(self, bind: Engine | Connection, pulse: Callable[[], datetime], task: Task) -> None:
        self._bind = bind
        self._pulse = pulse
        self._sign = task.beat_at
        self.task = task

    @property
    def given(self) -> dict[str, Any]:
        """What it was asked to do."""
        told: dict[str, Any] = json.loads(self.task.given_json)
        return told

    def beat(self, done: int, total: int | None = None) -> None:
        """Tells how far the work is, at most once a second; between transactions of the work. Raises Lost."""
        if self._pulse() - self._sign >= _SIGNS or done == total:
            with writing(self._bind) as session:
                self._keep(session, done=done, total=total)

    def finish(self, now: datetime, file: str | None = None) -> None:
        """The work is done; `file` is the name of what it made. Raises Lost."""
        with writing(self._bind) as session:
            expires = now + KEPT if file else None
            self._keep(session, finished_at=now, file=file, expires_at=expires)
            _record(session, SYSTEM, now, self.task, "finish", {"file": file} if file else {})

    def fail(self, now: datetime, error: Exception) -> None:
        """The work cannot be done; why is kept, to be told in words. Raises Lost."""
        with writing(self._bind) as session:
            self._keep(session, finished_at=now, error=_reason(error))
            _record(session, SYSTEM, now, self.task, "fail", {"error": type(error).__name__})

    def _keep(self, session: Session, **values: object) -> None:
        """Stores values, if the task is still this worker's."""
        sign = max(self._pulse(), self._sign)
        mine = col(Task.id) == self.task.id, col(Task.finished_at).is_(None), col(Task.beat_at) == self._sign
        if session.execute(update(Task).where(*mine).values(beat_at=sign, **values)).rowcount != 1:  # type: ignore[attr-defined]
            raise Lost
        self._sign = sign


def take(bind: Engine | Connection, pulse: Callable[[], datetime], task_id: str | None = None) -> Work | None:
    """Takes the oldest task that no living worker has, or the one named; None where there is none.

    Of two workers that reach for the same task one gets it, for only one still finds it as both have seen it.
    """
    while True:
        with writing(bind) as session:
            free = col(Task.finished_at).is_(None), col(Task.beat_at) <= pulse() - STALE
            query = select(Task).where(*free).order_by(col(Task.asked_at), col(Task.id)).limit(1)
            task = session.exec(query if task_id is None else query.where(col(Task.id) == task_id)).first()
            if task is None:
                return None
            seen, sign = task.beat_at, pulse()
            mine = col(Task.id) == task.id, col(Task.finished_at).is_(None), col(Task.beat_at) == seen
            taken = session.execute(update(Task).where(*mine).values(beat_at=sign, done=0, total=None))
            if taken.rowcount == 1:  # type: ignore[attr-defined]
                session.refresh(task)
                return Work(bind, pulse, task)


def find(session: Session, task_id: str) -> Task:
    """One task; NotFound where there is none."""
    task = session.get(Task, words.identifier(task_id))
    if task is None:
        raise NotFound
    return task


def tasks(session: Session, limit: int | None = None, subject_id: str | None = None) -> Sequence[Task]:
    """The tasks, the latest first; of one subject where it is named."""
    query = select(Task).order_by(col(Task.asked_at).desc(), col(Task.id)).limit(limit)
    return session.exec(query if subject_id is None else query.where(col(Task.subject_id) == subject_id)).all()


def error_of(task: Task, lang: str) -> str | None:
    """Why a task failed, in words; None where it did not."""
    if task.error is None:
        return None
    told = json.loads(task.error)
    return SubsidyError(told["code"], **told["params"]).message(lang)


def _reason(error: Exception) -> str:
    """A refusal as its code and what fills its words; anything else is our own fault, and its text may hold people's data."""
    if isinstance(error, SubsidyError):
        return canonical.text({"code": error.code, "params": dict(error.params)})
    if isinstance(error, BadInput):
        return canonical.text(
            {"code": "task.bad_input", "params": {"faults": " ".join(f.message("zh") for f in error.faults)}}
        )
    return canonical.text({"code": "task.broken", "params": {}})


def _record(session: Session, actor: Actor, now: datetime, task: Task, word: str, told: Mapping[str, object]) -> None:
    events.append(session, [events.entry(actor, now, task.id, f"task.{word}", {}, told, kind=SUBJECT)])
