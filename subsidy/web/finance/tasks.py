"""Long work: how far it is, and the files that it made."""

from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlmodel import Session, col, select

from subsidy.database import reading
from subsidy.errors import Forbidden
from subsidy.finance import tasks
from subsidy.finance.exports import Exports
from subsidy.finance.payout_file import media_of, readable
from subsidy.finance.tasks import NEVER
from subsidy.records import PayoutRun, Role, Task, User
from subsidy.web import paging
from subsidy.web.finance.desk import staff
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.workflow.actor import Actor

router = APIRouter()

LATEST: Final = 500
"""How many tasks can be looked back on here."""


class Shown(NamedTuple):
    """A task as its row says it. `subject` is the number of its payout run, None where it is about something else."""

    task: Task
    subject: str | None
    owner: str
    state: str
    error: str | None
    file: bool
    """Whether this reader can have its file now."""


@router.get("/finance/tasks")
def tasks_page(request: Request) -> Response:
    actor, query = staff(request), request.query_params
    with reading(request.app.state.engine) as session:
        found = tasks.tasks(session, LATEST, query.get("subject") or None)
        sheet = paging.sheet(found, "/finance/tasks", query)
        rows = [_shown(request, session, actor, task) for task in sheet.rows]
    waits = any(row.task.finished_at is None for row in rows)
    return render(request, "finance/tasks.html", rows=rows, sheet=sheet, refresh=waits)


@router.get("/finance/tasks/{task_id}/file")
def task_file(request: Request, task_id: str) -> Response:
    actor = staff(request)
    with reading(request.app.state.engine) as session:
        return sent(request, session, actor, tasks.find(session, task_id))


def sent(request: Request, session: Session, actor: Actor, task: Task) -> Response:
    """The file of a task, for whoever may have it. Raises Forbidden, Refused, NotFound."""
    now = request.app.state.clock.now()
    if actor.role != Role.FINANCE:
        raise Forbidden
    if refusal := readable(session, actor, now, task):
        raise refusal
    path = Exports(request.app.state.settings.var).path(task, now)
    return FileResponse(
        path,
        media_type=media_of(str(task.file)),
        headers={
            "Content-Disposition": f'attachment; filename="{task.file}"',
            "Cache-Control": "private, no-store",
        },
    )


def state_of(task: Task) -> str:
    """Where a task stands, in one word of the catalogue."""
    if task.finished_at is not None:
        return "failed" if task.error else "done"
    return "waiting" if task.beat_at == NEVER else "running"


def _shown(request: Request, session: Session, actor: Actor, task: Task) -> Shown:
    now = request.app.state.clock.now()
    number = session.exec(select(col(PayoutRun.number)).where(col(PayoutRun.id) == task.subject_id)).one_or_none()
    owner = session.get_one(User, task.owner_id).name
    kept = task.file is not None and task.expires_at is not None and task.expires_at > now
    may = kept and actor.role == Role.FINANCE and readable(session, actor, now, task) is None
    return Shown(task, number, owner, state_of(task), tasks.error_of(task, language(request)), may)
