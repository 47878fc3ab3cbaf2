"""The files of a payout run: made at once for a short one, asked for as a task for a long one."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from subsidy.database import reading, writing
from subsidy.finance import payout_file, payouts
from subsidy.finance.payout_file import asked_kind, asked_size, media_of, name_of
from subsidy.web.finance.desk import staff
from subsidy.web.forms import posted
from subsidy.web.pages import link, redirect
from subsidy.web.session import proved

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]


@router.get("/finance/payouts/{run_id}/file.{kind}")
def run_file(request: Request, run_id: str, kind: str) -> Response:
    return made(request, run_id, kind, request.query_params.get("size", ""))


@router.post("/finance/payouts/{run_id}/file.{kind}")
def ask_for_file(request: Request, run_id: str, kind: str, typed: Typed) -> Response:
    """Has the file of a long run made."""
    actor, state = staff(request), request.app.state
    lines = asked_size(typed.get("size", ""))
    proved(request, typed.get("proof"))
    with writing(state.engine) as session:
        task = payout_file.ask(session, actor, state.clock.now(), run_id, asked_kind(kind), lines)
    return redirect(link("/finance/tasks", subject=task.subject_id), done="task.done_ask")


def made(request: Request, run_id: str, kind: str, size: str) -> Response:
    """The file of a short run. Raises NotFound, Forbidden, Refused, BadInput."""
    actor, state = staff(request), request.app.state
    kind, lines = asked_kind(kind), asked_size(size)
    with reading(state.engine) as session:
        run = payouts.find(session, run_id)
        site = state.settings.base_url
        data = payout_file.at_once(session, actor, state.clock.now(), run, kind, site, lines)
    name = name_of(run, kind, lines)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(data, media_type=media_of(name), headers=headers)
