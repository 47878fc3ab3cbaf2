"""One's own account: who one is, and where one is signed in."""

from typing import Any

from fastapi import APIRouter, Request, Response

from subsidy.accounts import own, sessions
from subsidy.accounts.duties import named
from subsidy.database import reading, writing
from subsidy.locale import text
from subsidy.records import Organisation, User
from subsidy.web.account.devices import device
from subsidy.web.account.forms import Typed, answer, no_mail
from subsidy.web.language import language
from subsidy.web.pages import redirect, render
from subsidy.web.session import require, session_token

router = APIRouter(include_in_schema=False)

ACCOUNT = "/account"


@router.get(ACCOUNT)
def account_page(request: Request) -> Response:
    actor, now, lang = require(request), request.app.state.clock.now(), language(request)
    with reading(request.app.state.engine) as records:
        user = records.get_one(User, actor.id)
        organisation = records.get(Organisation, user.organisation_id) if user.organisation_id else None
        opened = sessions.sessions_of(records, now, user.id)
    return render(
        request,
        "account/own.html",
        user=user,
        organisation=organisation,
        duties=text(lang, "mail.and").join(text(lang, key) for key in named(actor.duties)) if actor.duties else "",
        present=sessions.session_id(session_token(request) or ""),
        opened=[(each, device(each.device, lang), sessions.ends_at(each)) for each in opened],
    )


@router.post("/account/sessions")
def end_session(request: Request, typed: Typed) -> Response:
    actor = require(request)
    with writing(request.app.state.engine) as records:
        sessions.end_session(records, request.app.state.clock.now(), str(actor.id), typed.get("session", ""))
    return redirect(ACCOUNT, done="account.done_session")


@router.post("/account/sessions/others")
def end_others(request: Request) -> Response:
    actor = require(request)
    with writing(request.app.state.engine) as records:
        sessions.end_others(records, request.app.state.clock.now(), str(actor.id), session_token(request))
    return redirect(ACCOUNT, done="account.done_sessions")


@router.get("/account/email")
def email_page(request: Request) -> Response:
    return render(request, "account/email.html", typed={}, **_email(request))


@router.post("/account/email")
def ask_email(request: Request, typed: Typed) -> Response:
    actor, state = require(request), request.app.state

    def act() -> Response:
        own.ask_email(state.engine, state.clock.now(), actor, typed.get("email", ""))
        return redirect(ACCOUNT, done="account.done_no_mail" if no_mail(request) else "account.done_email_asked")

    return answer(request, "account/email.html", typed, act, weighty=True, **_email(request))


def _email(request: Request) -> dict[str, Any]:
    user = own.account_of(request.app.state.engine, require(request))
    return {"present": user.email, "no_mail": no_mail(request)}
