"""The runs that generated disbursements, and generating by hand what is due, seen beforehand."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from rules.facts import read_day
from rules.faults import FactError, Fault
from rules.typed import iso_day, tidy
from schedules.due import Status
from subsidy.database import reading
from subsidy.errors import Refused
from subsidy.finance.disburse import disburse, preview
from subsidy.finance.runs import left, runs
from subsidy.finance.schedule import payout_schedule
from subsidy.records import Duty, Trigger
from subsidy.web import paging
from subsidy.web.finance.desk import finance, staff
from subsidy.web.forms import posted, switched_to
from subsidy.web.language import language
from subsidy.web.pages import redirect, render
from subsidy.web.session import proved

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]

LATEST: Final = 1000
"""How many runs can be looked back on here: with one a day, close to three years."""


@router.get("/finance/runs")
def runs_page(request: Request) -> Response:
    staff(request)
    with reading(request.app.state.engine) as session:
        rows = [(run, left(run)) for run in runs(session, LATEST)]
    return render(request, "finance/runs.html", sheet=paging.sheet(rows, "/finance/runs", request.query_params))


@router.get("/finance/run")
def run_page(request: Request) -> Response:
    staff(request)
    return _page(request, request.query_params)


@router.post("/finance/run")
def run(request: Request, typed: Typed) -> Response:
    finance(request)
    clock = request.app.state.clock
    if lang := switched_to(typed):
        return _page(request, typed, lang=lang)
    proved(request, typed.get("proof"))
    try:
        as_of = _as_of(typed, clock.today())
        disburse(request.app.state.engine, as_of=as_of, now=clock.now(), trigger=Trigger.MANUAL)
    except FactError:
        return _page(request, typed, status=422)
    except Refused as refusal:
        return _page(request, typed, status=refusal.status, refusal=refusal)
    return redirect("/finance/runs", done="finance.done_run")


def _page(
    request: Request,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    lang: str | None = None,
    refusal: Refused | None = None,
) -> Response:
    """What would be generated on the day that is asked about. A day that is none gets the fault, and no preview."""
    actor, today, engine = staff(request), request.app.state.clock.today(), request.app.state.engine
    words = lang or language(request)
    faults = [("", refusal.message(words))] if refusal else []
    report = sheet = None
    try:
        as_of = _as_of(typed, today)
    except FactError as error:
        status, faults = 422, [*faults, ("as_of", Fault("/as_of", error.code, error.params).message(words))]
    else:
        with reading(engine) as session:
            due = payout_schedule(session, as_of=as_of, status=Status.DUE).rows
        report = preview(engine, as_of)
        query = {"as_of": as_of.isoformat(), "page": typed.get("page", "")}
        sheet = paging.sheet(due, "/finance/run", query)
    return render(
        request,
        "finance/run.html",
        status=status,
        lang=lang,
        typed=typed,
        faults=faults,
        report=report,
        sheet=sheet,
        may_run=Duty.MAKE in actor.duties,
    )


def _as_of(typed: Mapping[str, str], today: date) -> date:
    """The day that was typed, today for nothing; FactError where it is none."""
    day = tidy(typed.get("as_of", ""))
    return read_day(iso_day(day)) if day else today
