"""What is payable and what is not, with every reason; and holds: setting one, and ending it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Request, Response

from rules.facts import read_day
from rules.faults import BadInput, FactError, Fault, excerpt
from rules.load import packs
from rules.typed import iso_day, tidy
from subsidy.database import reading
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance import holds, payable_view, schedule
from subsidy.finance.holds import Scope
from subsidy.finance.payable import Obstacle, State, Wanted
from subsidy.locale import text
from subsidy.records import HoldCategory, User
from subsidy.web import paging
from subsidy.web.finance.desk import staff, worded
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import link, render
from subsidy.web.steps import Page, carry_out
from subsidy.workflow.words import identifier

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]
Word = TypeVar("Word", bound=StrEnum)

HOLDS: Final = "/finance/holds"
_REASONS: Final = tuple(Obstacle)


@router.get("/finance/payable")
def payable_page(request: Request) -> Response:
    actor, query, lang = staff(request), request.query_params, language(request)
    today, known = request.app.state.clock.today(), {one.id for policy in packs().values() for one in policy.schemes}
    year, scheme = _year(query.get("year", "").strip()) or today.year, query.get("scheme", "").strip() or None
    if scheme is not None and scheme not in known:
        raise BadInput([Fault("/scheme", "unknown_scheme", {"value": excerpt(scheme), "known": ", ".join(known)})])
    state, reason = _word(State, query, "state"), _word(Obstacle, query, "reason")
    with reading(request.app.state.engine) as session:
        years = schedule.years(session)
        shown = payable_view.overview(session, today, Wanted(year=year, scheme=scheme), state, reason)
    chosen = {"year": str(year), "scheme": scheme or "", "state": state or "", "reason": reason or ""}
    return render(
        request,
        "finance/payable.html",
        as_of=today,
        shown=shown,
        years=[(str(one), str(one)) for one in years],
        schemes={one.id: one.label.of(lang) for policy in packs().values() for one in policy.schemes},
        states=[(one.value, text(lang, f"payout.state_{one}")) for one in State],
        reasons=[(one.value, text(lang, f"payout.short_{one}")) for one in _REASONS],
        chosen=chosen,
        sheet=paging.sheet(shown.rows, "/finance/payable", chosen | {"page": query.get("page", "")}),
        may_hold=holds.may_place(actor) is None,
    )


@router.get(HOLDS)
def holds_page(request: Request) -> Response:
    staff(request)
    with reading(request.app.state.engine) as session:
        rows = payable_view.standing_holds(session, request.app.state.clock.today())
        names = {hold.made_by: session.get_one(User, hold.made_by).name for hold, _ in rows if hold.made_by}
    return render(request, "finance/holds.html", sheet=paging.sheet(rows, HOLDS, request.query_params), names=names)


@router.get(f"{HOLDS}/new")
def hold_page(request: Request) -> Response:
    return _place(request, request.query_params)()


@router.post(f"{HOLDS}/new")
def hold(request: Request, typed: Typed) -> Response:
    actor, now = staff(request), request.app.state.clock.now()
    page = _place(request, typed)
    if refusal := holds.may_place(actor):
        raise refusal

    def step(session: Any) -> object:
        instalment = typed.get("instalment", "")
        told = payable_view.about(session, Scope.INSTALMENT, identifier(instalment))
        if told is None or told.application is None:
            raise NotFound
        scope = _word(Scope, typed, "scope") or Scope.INSTALMENT
        subject = {
            Scope.INSTALMENT: instalment,
            Scope.CASE: told.application.id,
            Scope.PAYEE: told.organisation.id,
        }[scope]
        until = _until(typed.get("until", ""))
        category, reason = typed.get("category", ""), typed.get("reason", "")
        return holds.place(session, actor, now, scope, subject, category, reason, until)

    return carry_out(request, typed, step, page, to=lambda _: HOLDS, done="payout.done_hold", weighty=True)


@router.get(HOLDS + "/{hold_id}/end")
def end_page(request: Request, hold_id: str) -> Response:
    return _end(request, hold_id, {})()


@router.post(HOLDS + "/{hold_id}/end")
def end(request: Request, hold_id: str, typed: Typed) -> Response:
    actor, now = staff(request), request.app.state.clock.now()
    page = _end(request, hold_id, typed)
    if refusal := holds.may_place(actor):
        raise refusal

    def step(session: Any) -> object:
        return holds.end(session, actor, now, hold_id, typed.get("reason", ""))

    return carry_out(request, typed, step, page, to=lambda _: HOLDS, done="payout.done_end", weighty=True)


def _place(request: Request, typed: Mapping[str, str]) -> Page:
    actor, engine = staff(request), request.app.state.engine
    with reading(engine) as session:
        told = payable_view.about(session, Scope.INSTALMENT, identifier(typed.get("instalment", "x")))
    if told is None:
        raise NotFound

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        return render(
            request,
            "finance/hold.html",
            status=status,
            lang=lang,
            about=told,
            typed=typed,
            categories=[(one.value, text(words, f"payout.category_{one}")) for one in HoldCategory],
            scopes=[(one.value, text(words, f"payout.scope_{one}")) for one in Scope],
            blocked=holds.may_place(actor),
            back=link("/finance/payable"),
            faults=worded(faults, refusal, words),
        )

    return page


def _end(request: Request, hold_id: str, typed: Mapping[str, str]) -> Page:
    actor, engine = staff(request), request.app.state.engine
    with reading(engine) as session:
        one = holds.find(session, hold_id)
        told = payable_view.about(session, *holds.subject_of(one))

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        return render(
            request,
            "finance/hold_end.html",
            status=status,
            lang=lang,
            hold=one,
            about=told,
            typed=typed,
            blocked=holds.why_not_end(actor, one),
            faults=worded(faults, refusal, lang or language(request)),
        )

    return page


def _until(typed: str) -> Any:
    day = tidy(typed)
    if not day:
        return None
    try:
        return read_day(iso_day(day))
    except FactError as error:
        raise BadInput([Fault("/until", error.code, error.params)]) from None


def _year(given: str) -> int | None:
    if given and not (given.isascii() and given.isdigit() and len(given) == len("2026") and int(given)):
        raise BadInput([FieldFault("/year", "finance.no_year", {"value": excerpt(given)})])
    return int(given) if given else None


def _word(words: type[Word], query: Mapping[str, str], name: str) -> Word | None:
    """What was chosen in a list; None for nothing."""
    given = query.get(name, "").strip()
    if given and given not in list(words):
        options = ", ".join(words)
        raise BadInput([Fault(f"/{name}", "not_an_option", {"value": excerpt(given), "options": options})])
    return words(given) if given else None
