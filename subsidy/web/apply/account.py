"""The bank account of an applicant's enterprise: how it stands, giving another one, and reporting a fraud."""

from collections.abc import Iterable, Mapping

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.faults import Fault
from subsidy.database import reading
from subsidy.errors import Forbidden, Refused
from subsidy.finance import bank_accounts, payee_holds
from subsidy.finance.bank_fields import Given, masked
from subsidy.records import BankAccount, BankAccountState, Duty, Hold, HoldCategory, Organisation
from subsidy.web.apply.desk import Typed, applicant
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.steps import Page, carry_out
from subsidy.workflow.actor import Actor

router = APIRouter()

HERE = "/apply/account"


@router.get(HERE)
def account_page(request: Request) -> Response:
    actor = applicant(request)
    with reading(request.app.state.engine) as session:
        accounts = bank_accounts.accounts_of(session, str(actor.organisation_id))
    last = accounts[0] if accounts else None
    refused = last if last is not None and last.state is BankAccountState.REFUSED else None
    shown = _shown(request, actor) | {"refused": refused, "masked": masked, "owner": _owner(actor)}
    return render(request, "apply/account.html", status=200, lang=None, **shown)


@router.get(HERE + "/new")
def proposal_page(request: Request) -> Response:
    return _form(request, applicant(request), "apply/account_form.html", {})()


@router.post(HERE + "/new")
def propose(request: Request, typed: Typed) -> Response:
    actor, now = applicant(request), request.app.state.clock.now()
    if not _owner(actor):
        raise Forbidden("bank.owners_only")
    given = Given(*(typed.get(name, "") for name in Given._fields))
    made: list[BankAccount] = []

    def step(session: Session) -> BankAccount:
        made.append(bank_accounts.propose(session, actor, now, str(actor.organisation_id), given))
        return made[-1]

    page = _form(request, actor, "apply/account_form.html", typed)
    answer = carry_out(request, typed, step, page, to=lambda _: HERE, done="bank.done_proposed", weighty=True)
    if answer.status_code != 303:
        return answer
    shown = render(request, "apply/account_taken.html", account=made[-1])
    shown.headers["Cache-Control"] = "no-store"
    return shown


@router.get(HERE + "/fraud")
def report_page(request: Request) -> Response:
    return _form(request, applicant(request), "apply/account_fraud.html", {})()


@router.post(HERE + "/fraud")
def report(request: Request, typed: Typed) -> Response:
    actor, now = applicant(request), request.app.state.clock.now()

    def step(session: Session) -> Hold:
        reason = typed.get("reason", "")
        return payee_holds.report_fraud(session, actor, now, str(actor.organisation_id), reason)

    page = _form(request, actor, "apply/account_fraud.html", typed)
    return carry_out(request, typed, step, page, to=lambda _: HERE, done="bank.done_fraud")


def _owner(actor: Actor) -> bool:
    return Duty.OWN in actor.duties


def _shown(request: Request, actor: Actor) -> dict[str, object]:
    """How the enterprise's account stands."""
    today, payee = request.app.state.clock.today(), str(actor.organisation_id)
    with reading(request.app.state.engine) as session:
        return {
            "organisation": session.get_one(Organisation, payee),
            "coming": bank_accounts.in_state(session, payee, BankAccountState.PROPOSED),
            "in_use": bank_accounts.in_state(session, payee, BankAccountState.VERIFIED),
            "fraud": payee_holds.stands(session, payee, HoldCategory.FRAUD, today),
            "days": request.app.state.settings.account_cooling_days,
        }


def _form(request: Request, actor: Actor, template: str, typed: Mapping[str, str]) -> Page:
    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        said = [("", refusal.message(words))] if refusal else []
        return render(
            request,
            template,
            status=status,
            lang=lang,
            typed=typed,
            blocked=None if _owner(actor) else Forbidden("bank.owners_only"),
            faults=said + [(fault.pointer.strip("/"), fault.message(words)) for fault in faults],
            **_shown(request, actor),
        )

    return page
