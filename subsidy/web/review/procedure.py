"""The steps that take a case on: each on a page of its own, which says what will follow."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from schedules.clock import SHANGHAI
from subsidy.errors import NotFound
from subsidy.records import Application, Objection
from subsidy.web import steps
from subsidy.web.review.desk import Typed, address, administrator, opened
from subsidy.workflow import appeals, notices, procedure, recommendation
from subsidy.workflow.actor import Actor
from subsidy.workflow.letters import Dictation
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

router = APIRouter()


class Given(NamedTuple):
    """Who asks for a step, when, of which case, and what he typed."""

    actor: Actor
    now: datetime
    application_id: str
    typed: Mapping[str, str]
    site: str
    """The address that people reach the site under."""

    @property
    def reason(self) -> str:
        return self.typed.get("reason", "")

    @property
    def version(self) -> int:
        return steps.version(self.typed)


def _accept(session: Session, given: Given) -> Application:
    return procedure.accept(session, given.actor, given.now, given.application_id, given.version)


def _return(session: Session, given: Given) -> Application:
    return procedure.return_for_correction(
        session, given.actor, given.now, given.application_id, given.reason, given.version, Dictation(given.site)
    )


def _claim(session: Session, given: Given) -> Application:
    return procedure.claim(session, given.actor, given.now, given.application_id, given.version, given.reason)


def _unclaim(session: Session, given: Given) -> Application:
    return procedure.unclaim(session, given.actor, given.now, given.application_id, given.version)


def _publish(session: Session, given: Given) -> object:
    today = given.now.astimezone(SHANGHAI).date()
    return notices.publish(session, given.actor, given.now, today, given.application_id, given.version)


def _take_back(session: Session, given: Given) -> object:
    return recommendation.take_back(session, given.actor, given.now, given.application_id, given.version, given.reason)


def _uphold(session: Session, given: Given) -> object:
    dictation, today = Dictation(given.site), given.now.astimezone(SHANGHAI).date()
    return appeals.uphold(
        session, given.actor, given.now, today, given.application_id, given.version, given.reason, dictation
    )


def _reopen(session: Session, given: Given) -> object:
    today = given.now.astimezone(SHANGHAI).date()
    return appeals.reopen(session, given.actor, given.now, today, given.application_id, given.version, given.reason)


def _close(session: Session, given: Given) -> object:
    today = given.now.astimezone(SHANGHAI).date()
    return appeals.close(session, given.actor, given.now, today, given.application_id, given.version)


_STEPS: Final[Mapping[str, Callable[[Session, Given], object]]] = {
    Command.ACCEPT: _accept,
    Command.RETURN: _return,
    Command.CLAIM: _claim,
    Command.UNCLAIM: _unclaim,
    Command.PUBLISH: _publish,
    Command.TAKE_BACK: _take_back,
    Command.UPHOLD: _uphold,
    Command.REOPEN: _reopen,
    Command.CLOSE: _close,
}


_WEIGHTY: Final = frozenset({Command.UPHOLD, Command.REOPEN})
"""They decide, as an approval does."""


@router.get("/review/{application_id}/steps/{step}")
def step_page(request: Request, application_id: str, step: str) -> Response:
    return _page(request, application_id, _command(step), {})()


@router.post("/review/{application_id}/steps/{step}")
def take_step(request: Request, application_id: str, step: str, typed: Typed) -> Response:
    state = request.app.state
    given = Given(administrator(request), state.clock.now(), application_id, typed, state.settings.base_url)
    command = _command(step)
    page = _page(request, application_id, command, typed)
    return steps.carry_out(
        request,
        typed,
        lambda session: _STEPS[command](session, given),
        page,
        to=lambda _: address(application_id),
        done=f"procedure.done_{command}",
        weighty=command in _WEIGHTY,
    )


def _command(step: str) -> Command:
    if step not in _STEPS:
        raise NotFound
    return Command(step)


def _page(request: Request, application_id: str, command: Command, typed: Mapping[str, str]) -> steps.Page:
    read = partial(opened, request, application_id)
    return steps.form(
        request,
        "review/step.html",
        read,
        command,
        typed,
        lambda case, lang: {"step": command, "address": request.url.path},
    )


@router.get("/review/{application_id}/objections/{objection_id}")
def objection_page(request: Request, application_id: str, objection_id: str) -> Response:
    return _objection(request, application_id, objection_id, {})()


@router.post("/review/{application_id}/objections/{objection_id}")
def answer(request: Request, application_id: str, objection_id: str, typed: Typed) -> Response:
    actor, now = administrator(request), request.app.state.clock.now()
    version = steps.version(typed)

    def step(session: Session) -> Objection:
        return notices.answer(session, actor, now, application_id, objection_id, typed.get("reason", ""), version)

    page = _objection(request, application_id, objection_id, typed)
    to = f"{address(application_id)}#proceedings"
    return steps.carry_out(request, typed, step, page, to=lambda _: to, done="procedure.done_answer")


def _objection(request: Request, application_id: str, objection_id: str, typed: Mapping[str, str]) -> steps.Page:
    def more(case: Case, lang: str) -> Mapping[str, object]:
        found = [one for one in case.proceedings.objections if one.id == objection_id]
        if not found:
            raise NotFound
        return {"objection": found[0]}

    read = partial(opened, request, application_id)
    return steps.form(request, "review/answer.html", read, Command.ANSWER, typed, more)
