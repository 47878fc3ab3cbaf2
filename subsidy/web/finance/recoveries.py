"""Money owed back: the list with what is overdue, and one demand with what became of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session, col, select

from rules.facts import read_day
from rules.faults import BadInput, FactError, Fault, excerpt
from rules.money import Fen
from rules.typed import iso_day, tidy
from subsidy.database import reading
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance import proposals, recoveries
from subsidy.finance.recovery_list import Age, age_of, ages, rows
from subsidy.locale import text
from subsidy.records import Application, Duty, Organisation, Proposal, RecoveryStep, User
from subsidy.reports.recovery_sheet import recoveries_csv, recoveries_xlsx
from subsidy.web import paging
from subsidy.web.finance.budget import amount
from subsidy.web.finance.desk import finance, staff, worded
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import link, render
from subsidy.web.steps import Page, carry_out

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]
HOME: Final = "/finance/recoveries"
KINDS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get(HOME)
def recoveries_page(request: Request) -> Response:
    staff(request)
    lang, query, today = language(request), request.query_params, request.app.state.clock.today()
    age, payee = _age(query), query.get("payee", "").strip()
    with reading(request.app.state.engine) as session:
        everything = rows(session, today, payee=payee)
    found = [row for row in everything if age is None or row.age is age]
    chosen = {"age": age.value if age else "", "payee": payee}
    return render(
        request,
        "finance/recoveries.html",
        ages=[(one, text(lang, f"recoveries.age_{one}"), total) for one, total in ages(everything).items()],
        open=Fen(sum(row.recovery.open_fen for row in everything)),
        sheet=paging.sheet(found, HOME, chosen | {"page": query.get("page", "")}),
        chosen=chosen,
        files=[(kind, link(f"/finance/recoveries.{kind}", **chosen)) for kind in KINDS],
    )


@router.get("/finance/recoveries.{kind}")
def recoveries_file(request: Request, kind: str) -> Response:
    staff(request)
    if kind not in KINDS:
        raise NotFound
    lang, query, today = language(request), request.query_params, request.app.state.clock.today()
    with reading(request.app.state.engine) as session:
        found = rows(session, today, _age(query), query.get("payee", ""))
    content = recoveries_csv(found, lang) if kind == "csv" else recoveries_xlsx(found, lang, today)
    headers = {
        "Content-Disposition": f'attachment; filename="recoveries-{today}.{kind}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(content, media_type=KINDS[kind], headers=headers)


@router.get(HOME + "/{recovery_id}")
def recovery_page(request: Request, recovery_id: str) -> Response:
    return _page(request, recovery_id, {})()


@router.get(HOME + "/{recovery_id}/{step}")
def step_page(request: Request, recovery_id: str, step: str) -> Response:
    return _page(request, recovery_id, {}, step)()


@router.post(HOME + "/{recovery_id}/{step}")
def take_step(request: Request, recovery_id: str, step: str, typed: Typed) -> Response:
    actor, now = finance(request), request.app.state.clock.now()
    page = _page(request, recovery_id, typed, step)

    def taken(session: Session) -> RecoveryStep | Proposal:
        faults: list[Fault] = []
        money = _money(typed, faults)
        day = _day(typed, faults) if step == "receipt" else None
        if faults:
            raise BadInput(faults)
        if day is None:
            return recoveries.propose_write_off(session, actor, now, recovery_id, money, typed.get("reason", ""))
        reference, note = typed.get("bank_ref", ""), typed.get("note", "")
        return recoveries.receive(session, actor, now, recovery_id, money, day, reference, note)

    done = "recoveries.done_received" if step == "receipt" else "recoveries.done_proposed"
    to = f"{HOME}/{recovery_id}"
    return carry_out(request, typed, taken, page, to=lambda _: to, done=done, weighty=True)


STEPS: Final = ("receipt", "write-off")


def _page(request: Request, recovery_id: str, typed: Mapping[str, str], step: str | None = None) -> Page:
    """A demand with what became of it, or the form of a step on it."""
    actor, today = staff(request), request.app.state.clock.today()
    if step is not None and step not in STEPS:
        raise NotFound

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        with reading(request.app.state.engine) as session:
            one = recoveries.find(session, recovery_id)
            application = session.get_one(Application, one.application_id)
            told = recoveries.steps(session, one.id)
            names = select(User.id, User.name).where(col(User.id).in_({each.made_by for each in told}))
            people = dict(session.exec(names).all())
            return render(
                request,
                "finance/recovery_step.html" if step else "finance/recovery.html",
                status=status,
                lang=lang,
                one=one,
                step=step,
                application=application,
                payee=session.get_one(Organisation, application.organisation_id),
                age=age_of(one, today),
                steps=[(each, people[each.made_by]) for each in told],
                proposals=proposals.undecided(session, one.id),
                may=Duty.MAKE in actor.duties,
                typed=typed,
                faults=worded(faults, refusal, words),
            )

    return page


def _age(query: Mapping[str, str]) -> Age | None:
    asked = query.get("age", "").strip()
    if asked and asked not in list(Age):
        raise BadInput([Fault("/age", "not_an_option", {"value": excerpt(asked), "options": ", ".join(Age)})])
    return Age(asked) if asked else None


def _money(typed: Mapping[str, str], faults: list[Fault]) -> Fen:
    try:
        return amount(typed)
    except BadInput as bad:
        faults += bad.faults
        return Fen(0)


def _day(typed: Mapping[str, str], faults: list[Fault]) -> date:
    try:
        return read_day(iso_day(tidy(typed.get("settled_on", ""))))
    except FactError:
        faults.append(FieldFault("/settled_on", "recoveries.day_missing"))
        return date.min
