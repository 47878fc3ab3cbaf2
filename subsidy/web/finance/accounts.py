"""Bank accounts at the desk of finance: which wait, one with its history, and the steps that are taken with it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from rules.faults import BadInput, Fault, excerpt
from subsidy.database import reading
from subsidy.errors import FieldFault, Forbidden, NotFound, Refused
from subsidy.finance import bank_accounts, payee_holds
from subsidy.finance.bank_fields import Given, masked
from subsidy.locale import text
from subsidy.records import BankAccount, BankAccountState, Duty, Event, HoldCategory, Organisation, Role
from subsidy.web import paging
from subsidy.web.finance.desk import checker, finance, staff
from subsidy.web.forms import posted
from subsidy.web.history import Change, Entry
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.session import require
from subsidy.web.steps import Page, carry_out
from subsidy.workflow.actor import Actor

router = APIRouter()

HERE: Final = "/finance/accounts"
Typed = Annotated[Mapping[str, str], Depends(posted)]
STEPS: Final = ("verify", "refuse", "again", "fraud", "clear")
"""The last part of the address of each."""
_TOLD: Final = ("state", "holder", "bank", "number", "cnaps", "usable_from")


@router.get(HERE)
def accounts_page(request: Request) -> Response:
    actor, lang, query = staff(request), language(request), request.query_params
    chosen = {"state": query.get("state", ""), "payee": query.get("payee", "")}
    state = BankAccountState(chosen["state"]) if chosen["state"] in list(BankAccountState) else None
    with reading(request.app.state.engine) as session:
        rows = bank_accounts.listed(session, state, chosen["payee"])
    return render(
        request,
        "finance/accounts.html",
        sheet=paging.sheet(rows, HERE, chosen | {"page": query.get("page", "")}),
        states=[(each.value, text(lang, f"bank.state_{each}")) for each in BankAccountState],
        chosen=chosen,
        masked=masked,
        overdue=bank_accounts.overdue,
        may_make=Duty.MAKE in actor.duties,
    )


@router.get(HERE + "/new")
def new_page(request: Request) -> Response:
    return _new(request, staff(request), {})()


@router.post(HERE + "/new")
def propose(request: Request, typed: Typed) -> Response:
    actor, now = finance(request), request.app.state.clock.now()
    given = Given(*(typed.get(name, "") for name in Given._fields))

    def step(session: Session) -> BankAccount:
        payee = bank_accounts.payee_by_code(session, typed.get("credit_code", ""))
        if payee is None:
            told = {"value": excerpt(typed.get("credit_code", ""))}
            raise BadInput([FieldFault("/credit_code", "bank.payee_unknown", told)])
        return bank_accounts.propose(session, actor, now, payee.id, given, typed.get("evidence", ""))

    page = _new(request, actor, typed)
    return carry_out(request, typed, step, page, to=_address, done="bank.done_proposed", weighty=True)


@router.get(HERE + "/{account_id}")
def account_page(request: Request, account_id: str) -> Response:
    actor, today = staff(request), request.app.state.clock.today()
    with reading(request.app.state.engine) as session:
        account = bank_accounts.find(session, actor, account_id)
        payee = session.get_one(Organisation, account.organisation_id)
        others = [one for one in bank_accounts.accounts_of(session, payee.id) if one.id != account.id]
        story = bank_accounts.story(session, account)
        fraud = payee_holds.stands(session, payee.id, HoldCategory.FRAUD, today)
    return render(
        request,
        "finance/account.html",
        account=account,
        payee=payee,
        number=_number(actor, account),
        others=others,
        fraud=fraud,
        overdue=bank_accounts.overdue(account, today),
        masked=masked,
        steps=_fitting(account, bool(fraud)),
        story=_story(story, language(request)),
    )


@router.get(HERE + "/{account_id}/{step}")
def step_page(request: Request, account_id: str, step: str) -> Response:
    return _step(request, staff(request), account_id, step, {})()


@router.post(HERE + "/{account_id}/{step}")
def take(request: Request, account_id: str, step: str, typed: Typed) -> Response:
    actor = require(request, Role.FINANCE, Role.ADMINISTRATOR) if step == "fraud" else checker(request)
    now, days = request.app.state.clock.now(), request.app.state.settings.account_cooling_days
    page = _step(request, actor, account_id, step, typed)
    how, reason = typed.get("how", ""), typed.get("reason", "")

    def change(session: Session) -> BankAccount:
        match step:
            case "verify":
                return bank_accounts.verify(session, actor, now, account_id, how, cooling_days=days)
            case "refuse":
                return bank_accounts.refuse(session, actor, now, account_id, reason)
            case "again":
                return bank_accounts.verify_again(session, actor, now, account_id, how)
            case "fraud":
                return bank_accounts.report_fraud(session, actor, now, account_id, reason)
            case _:
                return bank_accounts.end_fraud(session, actor, now, account_id, reason)

    # To stop payments nobody has to look for his password.
    weighty = step != "fraud"
    return carry_out(request, typed, change, page, to=_address, done=f"bank.done_{step}", weighty=weighty)


def _step(request: Request, actor: Actor, account_id: str, step: str, typed: Mapping[str, str]) -> Page:
    """The page of a step, as the account now stands. Raises NotFound where there is no such step or account."""
    if step not in STEPS:
        raise NotFound

    def more() -> dict[str, object]:
        with reading(request.app.state.engine) as session:
            account = bank_accounts.find(session, actor, account_id)
            return {
                "account": account,
                "payee": session.get_one(Organisation, account.organisation_id),
                "number": _number(actor, account),
                "blocked": _blocked(session, actor, account, step),
                "step": step,
            }

    more()
    return _form(request, "finance/account_step.html", typed, more)


def _blocked(session: Session, actor: Actor, account: BankAccount, step: str) -> Refused | None:
    """Why this person may not take a step now."""
    if step == "fraud":
        return None if actor.role in (Role.FINANCE, Role.ADMINISTRATOR) else Forbidden("role")
    if step == "clear":
        return None if Duty.CHECK in actor.duties else Forbidden("workflow.lacks_check")
    asked = BankAccountState.VERIFIED if step == "again" else BankAccountState.PROPOSED
    return bank_accounts.why_not(session, actor, account, asked)


def _new(request: Request, actor: Actor, typed: Mapping[str, str]) -> Page:
    blocked = None if Duty.MAKE in actor.duties else Forbidden("workflow.lacks_make")
    return _form(request, "finance/account_new.html", typed, lambda: {"blocked": blocked})


def _form(request: Request, template: str, typed: Mapping[str, str], more: Callable[[], Mapping[str, object]]) -> Page:
    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        said = [("", refusal.message(words))] if refusal else []
        said += [(fault.pointer.strip("/"), fault.message(words)) for fault in faults]
        return render(request, template, status=status, lang=lang, typed=typed, faults=said, **more())

    return page


def _fitting(account: BankAccount, fraud: bool) -> list[str]:
    """The steps that mean anything for an account as it stands."""
    steps = {
        BankAccountState.PROPOSED: ["verify", "refuse"],
        BankAccountState.VERIFIED: ["again"],
    }.get(account.state, [])
    return [*steps, *(["clear"] if fraud else ["fraud"])]


def _number(actor: Actor, account: BankAccount) -> str:
    """The number as this person may see it."""
    return account.number if actor.role == Role.FINANCE else masked(account.number)


def _address(account: BankAccount) -> str:
    return f"{HERE}/{account.id}"


def _story(events: Sequence[Event], lang: str) -> list[Entry]:
    """Who did what with an account, oldest first."""
    return [
        Entry(
            event.at,
            event.actor_name if event.actor_id else text(lang, "bank.by_system"),
            text(lang, f"bank.event_{event.command}"),
            event.reason,
            _changes(event, lang),
        )
        for event in events
    ]


def _changes(event: Event, lang: str) -> tuple[Change, ...]:
    before, after = json.loads(event.before_json or "{}"), json.loads(event.after_json or "{}")

    def shown(key: str, value: str | None) -> str | None:
        return text(lang, f"bank.state_{value}") if key == "state" and value else value

    return tuple(
        Change(text(lang, f"bank.{key}"), shown(key, before.get(key)), shown(key, after.get(key)))
        for key in _TOLD
        if key in before or key in after
    )
