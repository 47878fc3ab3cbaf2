"""The notices that run, and one notice with the form to object to it."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from rules.faults import Fault
from rules.load import packs
from subsidy.accounts import attempts
from subsidy.database import reading
from subsidy.errors import NotFound, Refused
from subsidy.records import Objection
from subsidy.web import steps
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.session import address
from subsidy.workflow import notices
from subsidy.workflow.notices import Posted

router = APIRouter(include_in_schema=False)
Typed = Annotated[Mapping[str, str], Depends(posted)]


@router.get("/notices")
def list_page(request: Request) -> Response:
    with reading(request.app.state.engine) as session:
        running = notices.posted(session, request.app.state.clock.today())
    return render(request, "public/list.html", notices=running, scheme=_scheme)


@router.get("/notices/{notice_id}")
def notice_page(request: Request, notice_id: str) -> Response:
    return _page(request, notice_id, {})()


@router.post("/notices/{notice_id}")
def object_to(request: Request, notice_id: str, typed: Typed) -> Response:
    clock = request.app.state.clock

    def step(session: Session) -> Objection:
        attempts.count(session, clock.now(), attempts.OBJECTIONS, address(request))
        said = {field: typed.get(field, "") for field in ("name", "contact", "text")}
        return notices.object_to(session, clock.now(), clock.today(), notice_id, **said)

    page = _page(request, notice_id, typed)
    return steps.carry_out(
        request, typed, step, page, to=lambda _: f"/notices/{notice_id}", done="public.done_objected"
    )


def _page(request: Request, notice_id: str, typed: Mapping[str, str]) -> steps.Page:
    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        with reading(request.app.state.engine) as session:
            found = notices.posted(session, request.app.state.clock.today(), notice_id)
        if not found:
            raise NotFound
        notice, words = found[0], lang or language(request)
        return render(
            request,
            "public/notice.html",
            status=status,
            lang=lang,
            notice=notice,
            scheme=_scheme,
            typed=typed,
            faults=steps.worded(packs()[notice.policy_id], faults, refusal, words),
        )

    return page


def _scheme(notice: Posted, lang: str) -> str:
    return packs()[notice.policy_id].scheme(notice.scheme_id).label.of(lang)
