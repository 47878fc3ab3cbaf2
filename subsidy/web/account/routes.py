"""Signing up, in and out. Wherever these pages were asked for from, they lead back there."""

from fastapi import APIRouter, Request, Response

from subsidy import accounts
from subsidy.accounts import attempts
from subsidy.accounts.passwords import LEAST
from subsidy.accounts.sessions import open_session
from subsidy.database import writing
from subsidy.errors import Refused, Unauthenticated
from subsidy.web import session
from subsidy.web.account.entry import enter
from subsidy.web.account.forms import TOLD, Typed, answer
from subsidy.web.pages import redirect, render

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    return render(request, "account/sign_in.html", typed=request.query_params)


@router.post("/sign-in")
def sign_in(request: Request, typed: Typed) -> Response:
    def act() -> Response:
        token = accounts.sign_in(
            request.app.state.engine,
            request.app.state.clock.now(),
            typed.get("email", ""),
            typed.get("password", ""),
            address=session.address(request),
            device=session.device(request),
        )
        return enter(request, token, typed.get("next", ""))

    return answer(request, "account/sign_in.html", typed, act, told=(*TOLD, Unauthenticated))


@router.get("/sign-up")
def sign_up_page(request: Request) -> Response:
    return render(request, "account/sign_up.html", typed=request.query_params, least=LEAST)


@router.post("/sign-up")
def sign_up(request: Request, typed: Typed) -> Response:
    def act() -> Response:
        return enter(request, _signed_up(request, typed), typed.get("next", ""))

    return answer(request, "account/sign_up.html", typed, act, least=LEAST)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    token = session.session_token(request)
    if token:
        with writing(request.app.state.engine) as records:
            accounts.sign_out(records, request.app.state.clock.now(), token)
    response = redirect("/", done="account.done_signed_out")
    session.forget(response)
    return response


def _signed_up(request: Request, typed: Typed) -> str:
    """The token of whoever has just signed up."""
    now = request.app.state.clock.now()
    fields = ("email", "password", "name", "organisation_name", "credit_code")
    with writing(request.app.state.engine) as records:
        attempts.count(records, now, attempts.SIGN_UP, session.address(request))
        try:
            user = accounts.sign_up(records, now, **{field: typed.get(field, "") for field in fields})
        except Refused as refused:
            # It tells who has an account, so it counts: what is raised in here would undo the counting.
            refusal = refused
        else:
            return open_session(records, now, user, session.device(request))
    raise refusal
