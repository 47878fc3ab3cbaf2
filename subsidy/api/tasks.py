"""Long work: how far it is, and the files that it made."""

from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from subsidy.api.body import Parameters
from subsidy.api.openapi import problems
from subsidy.api.signed import READING, Lang, Records, Staff
from subsidy.database import reading
from subsidy.finance import tasks
from subsidy.records import Task, TaskKind
from subsidy.web.finance.tasks import sent, state_of

router = APIRouter(prefix="/tasks", tags=["finance"])


class Which(Parameters):
    """Of what, and how many."""

    subject: Annotated[str | None, Field(max_length=64, description="Id of a payout run.")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class TaskAnswer(BaseModel):
    """One task."""

    id: str
    kind: TaskKind
    subject: Annotated[str, Field(description="Id of the payout run, or of the result file.")]
    asked_at: datetime
    state: Literal["waiting", "running", "done", "failed"]
    done: int
    total: Annotated[int | None, Field(description="Null while it is not known.")]
    finished_at: datetime | None
    error: Annotated[str | None, Field(description="Why it failed, in words.")]
    file: Annotated[str | None, Field(description="Name of the file that it made.")]
    expires_at: Annotated[datetime | None, Field(description="Until when the file is kept.")]


class TaskList(BaseModel):
    """Tasks, the latest first."""

    tasks: list[TaskAnswer]


@router.get("", responses=READING)
def list_tasks(actor: Staff, engine: Records, lang: Lang, asked: Annotated[Which, Query()]) -> TaskList:
    """The long work that was asked for."""
    with reading(engine) as session:
        return TaskList(tasks=[answer(task, lang) for task in tasks.tasks(session, asked.limit, asked.subject)])


@router.get("/{task_id}", responses=READING)
def show_task(task_id: str, actor: Staff, engine: Records, lang: Lang) -> TaskAnswer:
    """How far a task is."""
    with reading(engine) as session:
        return answer(tasks.find(session, task_id), lang)


@router.get(
    "/{task_id}/file",
    response_class=Response,
    responses={
        **problems(401, 403, 404, 409, 422),
        200: {"description": "The file.", "content": {"application/octet-stream": {}}},
    },
)
def show_file(task_id: str, actor: Staff, engine: Records, request: Request) -> Response:
    """The file that a task has made, for somebody of finance."""
    with reading(engine) as session:
        return sent(request, session, actor, tasks.find(session, task_id))


def answer(task: Task, lang: str) -> TaskAnswer:
    """A task as programs read it."""
    return TaskAnswer(
        id=task.id,
        kind=task.kind,
        subject=task.subject_id,
        asked_at=task.asked_at,
        state=cast(Literal["waiting", "running", "done", "failed"], state_of(task)),
        done=task.done,
        total=task.total,
        finished_at=task.finished_at,
        error=tasks.error_of(task, lang),
        file=task.file,
        expires_at=task.expires_at,
    )
