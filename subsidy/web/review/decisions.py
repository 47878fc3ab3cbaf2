"""Approving and refusing: each on a page of its own, which says what will follow."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from schedules.calendar import china
from subsidy.records import Application, Award
from subsidy.web import casework, steps
from subsidy.web.check import result
from subsidy.web.review.desk import Typed, address, administrator, opened
from subsidy.workflow import review
from subsidy.workflow.approval import day_of_rule
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

router = APIRouter()


@router.get("/review/{application_id}/approve")
def approve_page(request: Request, application_id: str) -> Response:
    return _approval(request, application_id, {})()


@router.post("/review/{application_id}/approve")
def approve(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = administrator(request), request.app.state.clock

    def step(session: Session) -> Award:
        reason, version = typed.get("reason", ""), steps.version(typed)
        return review.approve(session, actor, clock.now(), clock.today(), application_id, version, reason, china())

    page = _approval(request, application_id, typed)
    return steps.carry_out(
        request, typed, step, page, to=lambda _: address(application_id), done="review.done_approved"
    )


@router.get("/review/{application_id}/refuse")
def refuse_page(request: Request, application_id: str) -> Response:
    return _refusal(request, application_id, {})()


@router.post("/review/{application_id}/refuse")
def refuse(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = administrator(request), request.app.state.clock

    def step(session: Session) -> Application:
        reason, version = typed.get("reason", ""), steps.version(typed)
        return review.refuse(session, actor, clock.now(), clock.today(), application_id, version, reason)

    page = _refusal(request, application_id, typed)
    return steps.carry_out(request, typed, step, page, to=lambda _: address(application_id), done="review.done_refused")


def _approval(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    today = request.app.state.clock.today()

    def more(case: Case, lang: str) -> Mapping[str, object]:
        sheet, answer = case.sheet, case.assessment_effective
        return {
            "answer": answer,
            "document": casework.document(sheet, answer, sheet.effective, day_of_rule(case.application), lang),
            "parts": result.parts(answer, sheet.effective, today, china(), lang),
        }

    read = partial(opened, request, application_id)
    return steps.form(request, "review/approve.html", read, Command.APPROVE, typed, more)


def _refusal(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    read = partial(opened, request, application_id)
    return steps.form(request, "review/refuse.html", read, Command.REFUSE, typed)
