"""The wizard of the year's end: what is open in each envelope, and what shall become of it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from rules.faults import BadInput, Fault
from subsidy.database import reading
from subsidy.errors import FieldFault, Refused
from subsidy.finance import closing, envelopes, proposals
from subsidy.finance.closing import Choice
from subsidy.records import Duty, Proposal
from subsidy.web.finance.desk import finance, schemes, staff, worded
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import link, render
from subsidy.web.steps import Page, carry_out
from subsidy.workflow import words

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]

HOME: Final = "/finance/closing"


@router.get(HOME)
def closing_page(request: Request) -> Response:
    return _page(request, request.query_params)()


@router.post(HOME)
def propose(request: Request, typed: Typed) -> Response:
    actor, now = finance(request), request.app.state.clock.now()
    reason = typed.get("reason", "")

    def step(session: Session) -> list[Proposal]:
        chosen = {
            envelope.id: choice
            for envelope in envelopes.envelopes(session, _year(request, typed))
            if (choice := typed.get(f"choice_{envelope.id}", "")) in list(Choice)
        }
        faults: list[Fault] = [] if chosen else [FieldFault("/choices", "budget.choice_missing")]
        words.passage(reason, "reason", faults)
        if faults:
            raise BadInput(faults)
        return [
            closing.propose_closing(session, actor, now, envelope_id, Choice(choice), reason)
            for envelope_id, choice in sorted(chosen.items())
        ]

    page, to = _page(request, typed), "/finance/proposals"
    return carry_out(request, typed, step, page, to=lambda _: to, done="budget.done_proposed", weighty=True)


def _year(request: Request, typed: Mapping[str, str]) -> int:
    """The year whose books are to be closed: that which was asked for, else the last one that is over or nearly so."""
    given = typed.get("year", "")
    if given:
        if not (given.isascii() and given.isdigit() and len(given) == len("2026")):
            raise BadInput([FieldFault("/year", "finance.no_year", {"value": given[:40]})])
        return int(given)
    today = request.app.state.clock.today()
    return int(today.year if today.month > 6 else today.year - 1)


def _page(request: Request, typed: Mapping[str, str]) -> Page:
    actor = staff(request)

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        year = _year(request, typed)
        with reading(request.app.state.engine) as session:
            found = envelopes.envelopes(session, year)
            items = [closing.open_items(session, one) for one in found]
            proposed = {one.subject_id for one in proposals.undecided(session) if one.kind in ("close", "reopen")}
            years = sorted({one.year for one in envelopes.envelopes(session)}, reverse=True)
        spoken = lang or language(request)
        return render(
            request,
            "finance/closing.html",
            status=status,
            lang=lang,
            year=year,
            years=years,
            items=items,
            proposed=proposed,
            typed=typed,
            schemes=schemes(spoken),
            may_make=Duty.MAKE in actor.duties,
            here=link(HOME, year=year),
            faults=worded(faults, refusal, spoken),
        )

    return page
