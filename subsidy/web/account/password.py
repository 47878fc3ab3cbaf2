"""Passwords: changed by who knows the present one, or set by who was sent a link."""

from typing import Any

from fastapi import APIRouter, Request, Response

from rules.faults import BadInput, Fault
from subsidy.accounts import own
from subsidy.accounts.fields import read_email
from subsidy.accounts.passwords import LEAST
from subsidy.database import writing
from subsidy.records import Purpose
from subsidy.web.account.entry import enter
from subsidy.web.account.forms import Typed, answer, no_mail, unseen
from subsidy.web.pages import redirect, render
from subsidy.web.session import address, device, require, session_token

router = APIRouter(include_in_schema=False)


@router.get("/account/password")
def password_page(request: Request) -> Response:
    require(request)
    return render(request, "account/password.html", typed={}, least=LEAST)


@router.post("/account/password")
def change_password(request: Request, typed: Typed) -> Response:
    actor, state = require(request), request.app.state

    def act() -> Response:
        token, present, new = session_token(request) or "", typed.get("present", ""), typed.get("password", "")
        own.change_password(state.engine, state.clock.now(), actor, token, present, new)
        return redirect("/account", done="account.done_password")

    return answer(request, "account/password.html", typed, act, least=LEAST)


@router.get("/password/forgotten")
def forgotten_page(request: Request) -> Response:
    return render(request, "account/forgotten.html", typed=request.query_params, no_mail=no_mail(request))


@router.post("/password/forgotten")
def forgotten(request: Request, typed: Typed) -> Response:
    state = request.app.state

    def act() -> Response:
        faults: list[Fault] = []
        email = read_email(typed.get("email", ""), faults)
        if faults:
            raise BadInput(faults)
        with writing(state.engine) as records:
            own.forgotten(records, state.clock.now(), email, address=address(request))
        return redirect("/sign-in", done="account.done_no_mail" if no_mail(request) else "account.done_forgotten")

    return answer(request, "account/forgotten.html", typed, act, no_mail=no_mail(request))


@router.get("/links/{code}")
def link_page(request: Request, code: str) -> Response:
    return _discreet(render(request, "account/link.html", typed={}, **_link(request, code)))


@router.post("/links/{code}")
def use_link(request: Request, code: str, typed: Typed) -> Response:
    state, link = request.app.state, _link(request, code)

    def act() -> Response:
        now, secret = state.clock.now(), state.settings.secret
        if link["purpose"] is Purpose.EMAIL:
            with writing(state.engine) as records:
                own.confirm_email(records, now, code, secret)
            return redirect("/account", done="account.done_email")
        token = own.set_password(state.engine, now, code, secret, typed.get("password", ""), device=device(request))
        return enter(request, token, done="account.done_password_set")

    return _discreet(answer(request, "account/link.html", typed, act, **link))


def _link(request: Request, code: str) -> dict[str, Any]:
    """What the page of a link shows. Raises NotFound where the link is over."""
    state = request.app.state
    with writing(state.engine) as records:  # it locks what it reads, as for using the link
        link, user = own.reader(records, state.clock.now(), code, state.settings.secret)
    return {"purpose": link.purpose, "email": link.email or user.email, "name": user.name, "least": LEAST}


def _discreet(response: Response) -> Response:
    """An answer at an address that nobody else is to learn. A stricter policy would also leave the Origin, by which older
    browsers show where a form comes from, out of the page's own form."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return unseen(response)
