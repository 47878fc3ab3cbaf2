"""The budget: what each envelope holds, its books entry by entry, who waits for its money, and the steps that two people take."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from rules.facts import Money
from rules.faults import BadInput, FactError, Fault
from rules.load import packs
from rules.model import Text
from rules.money import Fen
from rules.typed import tidy
from subsidy.database import reading
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance import books, budget, closing, envelopes, proposals
from subsidy.records import Duty, Envelope, Exhausted, Proposal
from subsidy.records.envelope import HELD
from subsidy.web import paging
from subsidy.web.finance.desk import finance, schemes, staff, worded
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.steps import Page, carry_out
from subsidy.workflow.actor import Actor

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]

HOME: Final = "/finance/budget"
STEPS: Final = ("allotment", "reduction", "transfer", "exhausted", "reopening")
"""By the last part of the address of each."""

_AMOUNT: Final = Money(kind="money", key="amount", label=Text(zh="金额", en="Amount"), ask=Text(zh="金额", en="Amount"))


class Column(NamedTuple):
    """A figure of an envelope: its name, and its amount in fen."""

    name: str
    amount: Fen


def columns(envelope: Envelope) -> list[Column]:
    """The accounts of an envelope, in the order in which money passes through them."""
    return [Column(account, Fen(getattr(envelope, f"{account}_fen"))) for account in HELD]


@router.get(HOME)
def budget_page(request: Request) -> Response:
    actor = staff(request)
    year = _year(request.query_params.get("year", ""))
    with reading(request.app.state.engine) as session:
        found = budget.standing(session)
        waiting = {line.envelope.id: budget.queue(session, line.envelope)[:5] for line in found.lines if line.waiting}
        undecided = len(proposals.undecided(session))
    years = sorted({line.envelope.year for line in found.lines}, reverse=True)
    lines = [line for line in found.lines if year is None or line.envelope.year == year]
    return render(
        request,
        "finance/budget.html",
        year=year,
        years=years,
        by_year=[(each, [one for one in lines if one.envelope.year == each]) for each in years],
        future=found.future,
        waiting=waiting,
        undecided=undecided,
        schemes=schemes(language(request)),
        share=budget.share,
        may_make=Duty.MAKE in actor.duties,
    )


@router.get(HOME + "/new")
def new_page(request: Request) -> Response:
    finance(request)
    return _new(request, {})()


@router.post(HOME + "/new")
def new(request: Request, typed: Typed) -> Response:
    actor, now = finance(request), request.app.state.clock.now()

    def step(session: Session) -> Envelope:
        faults: list[Fault] = []
        policy, _, scheme = typed.get("scheme", "").partition("/")
        if not scheme:
            faults.append(FieldFault("/scheme", "budget.scheme_missing"))
        year = tidy(typed.get("year", ""))
        if not (year.isascii() and year.isdigit() and len(year) == len("2026")):
            faults.append(FieldFault("/year", "finance.no_year", {"value": year[:40]}))
        exhausted = _exhausted(typed, faults)
        if faults:
            raise BadInput(faults)
        return envelopes.open_envelope(session, actor, now, policy, scheme, int(year), exhausted)

    page = _new(request, typed)
    return carry_out(request, typed, step, page, to=lambda made: f"{HOME}/{made.id}", done="budget.done_new")


@router.get(HOME + "/{envelope_id}")
def envelope_page(request: Request, envelope_id: str) -> Response:
    actor, query = staff(request), request.query_params
    with reading(request.app.state.engine) as session:
        envelope = envelopes.find(session, envelope_id)
        lines = [one for one in budget.standing(session).lines if one.envelope.id == envelope.id]
        sheet = paging.sheet(books.Entries(session, envelope.id), f"{HOME}/{envelope.id}", query)
        queue = budget.queue(session, envelope)
        undecided = proposals.undecided(session, envelope.id)
    return render(
        request,
        "finance/envelope.html",
        envelope=envelope,
        line=lines[0],
        columns=columns(envelope),
        sheet=sheet,
        queue=queue,
        undecided=undecided,
        steps=[name for name in STEPS if (name == "reopening") == (envelope.closed_at is not None)],
        schemes=schemes(language(request)),
        may_make=Duty.MAKE in actor.duties,
    )


@router.get(HOME + "/{envelope_id}/entries/{entry_id}")
def entry_page(request: Request, envelope_id: str, entry_id: str) -> Response:
    staff(request)
    with reading(request.app.state.engine) as session:
        envelope = envelopes.find(session, envelope_id)
        found = books.opened(session, envelope.id, entry_id)
    here = f"{HOME}/{envelope.id}/entries/{found.entry.id}"
    return render(
        request,
        "finance/entry.html",
        envelope=envelope,
        found=found,
        sheet=paging.sheet(found.legs, here, request.query_params),
        schemes=schemes(language(request)),
    )


@router.get(HOME + "/{envelope_id}/{step}")
def step_page(request: Request, envelope_id: str, step: str) -> Response:
    return _step(request, finance(request), envelope_id, step, {})()


@router.post(HOME + "/{envelope_id}/{step}")
def take(request: Request, envelope_id: str, step: str, typed: Typed) -> Response:
    actor, now = finance(request), request.app.state.clock.now()
    page = _step(request, actor, envelope_id, step, typed)
    document, reason = typed.get("document", ""), typed.get("reason", "")

    def allotment(session: Session) -> Proposal:
        return envelopes.propose_allotment(session, actor, now, envelope_id, amount(typed), document, reason)

    def reduction(session: Session) -> Proposal:
        return envelopes.propose_reduction(session, actor, now, envelope_id, amount(typed), document, reason)

    def transfer(session: Session) -> Proposal:
        to = typed.get("to", "")
        if not to:
            raise BadInput([FieldFault("/to", "budget.same_envelope")])
        return envelopes.propose_transfer(session, actor, now, envelope_id, to, amount(typed), document, reason)

    def exhausted(session: Session) -> Envelope:
        faults: list[Fault] = []
        chosen = _exhausted(typed, faults)
        if faults:
            raise BadInput(faults)
        return envelopes.set_exhausted(session, actor, now, envelope_id, chosen, reason)

    def reopening(session: Session) -> Proposal:
        return closing.propose_reopening(session, actor, now, envelope_id, reason)

    steps: dict[str, Callable[[Session], Envelope | Proposal]] = {
        "allotment": allotment,
        "reduction": reduction,
        "transfer": transfer,
        "exhausted": exhausted,
        "reopening": reopening,
    }
    done = "budget.done_exhausted" if step == "exhausted" else "budget.done_proposed"
    to = f"{HOME}/{envelope_id}"
    return carry_out(request, typed, steps[step], page, to=lambda _: to, done=done, weighty=True)


def amount(typed: Mapping[str, str]) -> Fen:
    """The amount that was typed; BadInput where it is none."""
    try:
        found = _AMOUNT.read_typed(typed.get("amount", ""))
    except FactError:
        found = None
    if not isinstance(found, int) or not found:
        raise BadInput([FieldFault("/amount", "budget.amount_positive")])
    return Fen(found)


def _year(typed: str) -> int | None:
    """The year that is looked at, None for all; BadInput where it is none."""
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) == len("2026")):
        raise BadInput([FieldFault("/year", "finance.no_year", {"value": typed[:40]})])
    return int(typed)


def _exhausted(typed: Mapping[str, str], faults: list[Fault]) -> Exhausted:
    chosen = typed.get("exhausted", "")
    if chosen not in list(Exhausted):
        faults.append(FieldFault("/exhausted", "budget.exhausted_missing"))
        return Exhausted.QUEUE
    return Exhausted(chosen)


def _new(request: Request, typed: Mapping[str, str]) -> Page:
    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        options = [
            (f"{policy.id}/{scheme.id}", scheme.label.of(words))
            for policy in packs().values()
            for scheme in policy.schemes
        ]
        today = request.app.state.clock.today()
        return render(
            request,
            "finance/envelope_new.html",
            status=status,
            lang=lang,
            typed={"year": str(today.year), "exhausted": Exhausted.QUEUE.value, **typed},
            options=options,
            faults=worded(faults, refusal, words),
        )

    return page


def _step(request: Request, actor: Actor, envelope_id: str, step: str, typed: Mapping[str, str]) -> Page:
    """The page of a step, as the envelope now stands. Raises NotFound where there is no such step or envelope."""
    if step not in STEPS:
        raise NotFound
    with reading(request.app.state.engine) as session:
        envelopes.find(session, envelope_id)

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        with reading(request.app.state.engine) as session:
            envelope = envelopes.find(session, envelope_id)
            others = [one for one in envelopes.envelopes(session) if one.id != envelope.id and one.closed_at is None]
        closed = envelope.closed_at is not None
        blocked = None
        if closed and step != "reopening":
            blocked = Refused("budget.year_closed", year=str(envelope.year))
        elif not closed and step == "reopening":
            blocked = Refused("plan.not_closed", year=str(envelope.year))
        return render(
            request,
            "finance/envelope_step.html",
            status=status,
            lang=lang,
            envelope=envelope,
            step=step,
            typed={"exhausted": envelope.exhausted.value, **typed},
            others=others,
            schemes=schemes(words),
            blocked=blocked,
            faults=worded(faults, refusal, words),
        )

    return page
