"""The pages of an account. Wherever they were asked for from, they lead back there."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from rules.faults import BadInput
from subsidy import accounts
from subsidy.accounts.passwords import LEAST
from subsidy.database import writing
from subsidy.errors import SubsidyError
from subsidy.web import session
from subsidy.web.forms import posted, switched_to
from subsidy.web.language import language
from subsidy.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

Typed = Annotated[Mapping[str, str], Depends(posted)]
Faults = list[tuple[str, str]]

HOMES: Final = {
    "applicant": "/apply",
    "administrator": "/review",
    "finance": "/finance",
    "auditor": "/review",
    "registrar": "/people",
}


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    return render(request, "account/sign_in.html", typed=request.query_params)


@router.post("/sign-in")
def sign_in(request: Request, typed: Typed) -> Response:
    if lang := switched_to(typed):
        return render(request, "account/sign_in.html", lang=lang, typed=typed)
    try:
        return _signed_in(request, typed)
    except (SubsidyError, BadInput) as refusal:
        status, faults = _faults(refusal, language(request))
        return render(request, "account/sign_in.html", status=status, typed=typed, faults=faults)


@router.get("/sign-up")
def sign_up_page(request: Request) -> Response:
    return _sign_up_form(request, request.query_params)


@router.post("/sign-up")
def sign_up(request: Request, typed: Typed) -> Response:
    if lang := switched_to(typed):
        return _sign_up_form(request, typed, lang=lang)
    fields = ("email", "password", "name", "organisation_name", "credit_code")
    try:
        with writing(request.app.state.engine) as records:
            accounts.sign_up(
                records, request.app.state.clock.now(), **{field: typed.get(field, "") for field in fields}
            )
        return _signed_in(request, typed)
    except (SubsidyError, BadInput) as refusal:
        status, faults = _faults(refusal, language(request))
        return _sign_up_form(request, typed, status=status, faults=faults)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    token = session.session_token(request)
    if token:
        with writing(request.app.state.engine) as records:
            accounts.sign_out(records, request.app.state.clock.now(), token)
    response = redirect("/", done="account.done_signed_out")
    session.forget(response)
    return response


def local_path(address: str) -> str | None:
    """`address`, if it is a path of this site and cannot lead anywhere else."""
    safe = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if safe else None


def _sign_up_form(
    request: Request,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    lang: str | None = None,
    faults: Faults | None = None,
) -> Response:
    context = {"typed": typed, "faults": faults or [], "least": LEAST}
    return render(request, "account/sign_up.html", status=status, lang=lang, **context)


def _signed_in(request: Request, typed: Mapping[str, str]) -> Response:
    engine, now = request.app.state.engine, request.app.state.clock.now()
    email, password = typed.get("email", ""), typed.get("password", "")
    place = {"address": session.address(request), "device": session.device(request)}
    token = accounts.sign_in(engine, now, email, password, **place)
    actor = accounts.who(engine, now, token)
    home = HOMES[actor.role] if actor else "/"
    response = redirect(local_path(typed.get("next", "")) or home)
    session.keep(request, response, token)
    return response


def _faults(refusal: SubsidyError | BadInput, lang: str) -> tuple[int, Faults]:
    """The status and the messages of a refused form, each with the field it belongs to, if any."""
    if isinstance(refusal, BadInput):
        return 422, [(fault.pointer.strip("/"), fault.message(lang)) for fault in refusal.faults]
    return refusal.status, [("", refusal.message(lang))]
