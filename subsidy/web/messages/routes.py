"""The pages of messages."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from rules.faults import BadInput, Fault, excerpt
from subsidy.database import reading, writing
from subsidy.messages.finding import messages
from subsidy.messages.retry import retry
from subsidy.records import MessageState, Role
from subsidy.web import paging
from subsidy.web.forms import posted
from subsidy.web.pages import link, redirect, render
from subsidy.web.session import require

router = APIRouter(include_in_schema=False)

OUTBOX = "/review/messages"
ALL = "all"


@router.get("/messages")
def own_page(request: Request) -> Response:
    actor = require(request, Role.APPLICANT)
    with reading(request.app.state.engine) as session:
        found = messages(session, user_id=actor.id)
        sheet = paging.sheet(found, "/messages", request.query_params)
    return render(request, "messages/own.html", sheet=sheet)


@router.get(OUTBOX)
def outbox_page(request: Request) -> Response:
    require(request, Role.ADMINISTRATOR, Role.AUDITOR)
    state = _state(request)
    with reading(request.app.state.engine) as session:
        found = {each: messages(session, state=each) for each in (*MessageState, None)}
        tabs = [(each or ALL, len(rows), link(OUTBOX, state=each)) for each, rows in found.items()]
        sheet = paging.sheet(found[state], OUTBOX, request.query_params)
    settings = request.app.state.settings
    return render(
        request, "messages/outbox.html", tabs=tabs, chosen=state or ALL, sheet=sheet, no_mail=settings.smtp_url is None
    )


@router.post(OUTBOX)
def send_again(request: Request, typed: Annotated[Mapping[str, str], Depends(posted)]) -> Response:
    actor = require(request, Role.ADMINISTRATOR)
    with writing(request.app.state.engine) as session:
        retry(session, actor, request.app.state.clock.now(), typed.get("message", ""))
    return redirect(OUTBOX, done="messages.done_retry")


def _state(request: Request) -> MessageState | None:
    """The state that was asked for; None for all."""
    asked = request.query_params.get("state", "").strip()
    if asked in ("", ALL):
        return None
    if asked not in list(MessageState):
        known = {"value": excerpt(asked), "options": ", ".join((*MessageState, ALL))}
        raise BadInput([Fault("/state", "not_an_option", known)])
    return MessageState(asked)
