"""What a request is answered with that cannot be carried out: a page for people, a problem document for programs."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from rules.faults import BadInput
from subsidy.api import problem
from subsidy.errors import ProofNeeded, SubsidyError, TooMany, Unauthenticated
from subsidy.locale import catalogue, text
from subsidy.web.forms import posted
from subsidy.web.headers import SECURITY
from subsidy.web.language import language
from subsidy.web.pages import link, redirect, render

REFUSALS: Final = (SubsidyError, BadInput, HTTPException, RequestValidationError)


async def answer(request: Request, error: Exception) -> Response:
    """The answer to a refused request, in the reader's language."""
    if request.url.path.startswith("/api/"):
        return problem.answer(request, error)
    if isinstance(error, Unauthenticated):
        return await _sign_in_first(request)
    if isinstance(error, ProofNeeded) or _wrong_proof(error) or await _no_more_proofs(request, error):
        return await _prove_first(request, error)
    status, messages = _explain(error, language(request))
    # A page asks the database who is reading, which nobody else should have to wait for.
    return await run_in_threadpool(_page, request, status, messages, getattr(error, "headers", None))


async def broken(request: Request, error: Exception) -> Response:
    """The answer where the application itself, or its database, is at fault. The details are in its log, never on the page."""
    # The page must not ask the database, which may be what is broken; and it is answered outside the layer of headers.
    request.state.actor = None
    if request.url.path.startswith("/api/"):
        response = problem.answer(request, error)
    else:
        response = _page(request, problem.of_ours(error), [], None)
    response.headers.update(SECURITY)
    return response


def _explain(error: Exception, lang: str) -> tuple[int, list[str]]:
    """The status and, where the error has more to say than its status, the sentences."""
    match error:
        case SubsidyError():
            return error.status, [error.message(lang)]
        case BadInput():
            return 422, [fault.message(lang) for fault in error.faults]
        case HTTPException():
            return error.status_code, []
        case _:
            return 422, []


def _page(request: Request, status: int, messages: list[str], headers: Mapping[str, str] | None) -> Response:
    lang = language(request)
    known = status if f"base.status_{status}" in catalogue() else 400
    response = render(
        request,
        "layout/refusal.html",
        status=status,
        title=text(lang, f"base.status_{known}"),
        messages=messages or [text(lang, f"base.status_{known}_more")],
        reason=HTTPStatus(status).phrase,
    )
    response.headers.update(headers or {})
    return response


def _wrong_proof(error: Exception) -> bool:
    return isinstance(error, BadInput) and any(fault.pointer == "/proof" for fault in error.faults)


async def _no_more_proofs(request: Request, error: Exception) -> bool:
    """Whether the password was given too often with a form, which is kept all the same."""
    return isinstance(error, TooMany) and request.method == "POST" and "proof" in await posted(request)


async def _prove_first(request: Request, error: Exception) -> Response:
    """The form is handed back, to be sent again with the password."""
    typed = {name: value for name, value in (await posted(request)).items() if name != "proof"}
    status, messages = _explain(error, language(request))
    faults = [] if isinstance(error, ProofNeeded) else [("proof", message) for message in messages]
    page = await run_in_threadpool(render, request, "layout/proof.html", status=status, typed=typed, faults=faults)
    page.headers.update(getattr(error, "headers", {}))
    return page


async def _sign_in_first(request: Request) -> Response:
    """A page waits behind the sign-in; a form that comes too late is handed back, to be sent again after signing in.

    A form with a file cannot be handed back: its page waits instead.
    """
    if request.method == "GET" or request.headers.get("content-type", "").startswith("multipart/"):
        return redirect(link("/sign-in", next=link(request.url.path, **request.query_params)))
    typed = await posted(request)
    return await run_in_threadpool(render, request, "layout/expired.html", status=401, typed=typed)
