"""Who is asking: the session behind a request, from its cookie or its bearer token."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer

from subsidy import accounts
from subsidy.errors import Forbidden, Unauthenticated
from subsidy.settings import Settings
from subsidy.workflow.actor import Actor

COOKIE: Final = "subsidy_session"


def current_actor(request: Request) -> Actor | None:
    """The person signed in, or None. Asked once a request; without cookie or token it costs no database session."""
    if not hasattr(request.state, "actor"):
        token = session_token(request)
        request.state.actor = _who(request, token) if token else None
    actor: Actor | None = request.state.actor
    return actor


def require(request: Request, *roles: str) -> Actor:
    """The person signed in, if of one of `roles` (of any role where none is named).

    Raises Unauthenticated where nobody is signed in, Forbidden where the role does not fit.
    """
    actor = current_actor(request)
    if actor is None:
        raise Unauthenticated
    if roles and actor.role not in roles:
        raise Forbidden
    return actor


def session_token(request: Request) -> str | None:
    """The session's token: after `Authorization: Bearer`, else in the cookie; None where absent or not signed by us."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer.strip() or None
    try:
        return _signer(request).unsign(request.cookies.get(COOKIE, "")).decode()
    except BadSignature:
        return None


def keep(request: Request, response: Response, token: str) -> None:
    """Hand the session to the browser, until it is closed. The server ends it earlier where its time is up."""
    secure = "https" in (request.url.scheme, urlsplit(request.app.state.settings.base_url).scheme)
    signed = _signer(request).sign(token).decode()
    response.set_cookie(COOKIE, signed, httponly=True, samesite="lax", secure=secure)


def forget(response: Response) -> None:
    """Take the session's cookie from the browser."""
    response.delete_cookie(COOKIE)


def _who(request: Request, token: str) -> Actor | None:
    return accounts.who(request.app.state.engine, request.app.state.clock.now(), token)


def _signer(request: Request) -> Signer:
    settings: Settings = request.app.state.settings
    return Signer(settings.secret, salt="subsidy.session")
