"""Who is asking: the session behind a request, from its cookie or its bearer token."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer

from subsidy.accounts import sessions, tokens
from subsidy.accounts.tokens import Scope
from subsidy.errors import Forbidden, ProofNeeded, Unauthenticated
from subsidy.records import Duty
from subsidy.settings import Settings
from subsidy.workflow.actor import Actor

COOKIE: Final = "subsidy_session"
SOON: Final = timedelta(minutes=30)


def current_actor(request: Request) -> Actor | None:
    """The person signed in, or None. Asked once a request; without cookie or token it costs no database session."""
    if not hasattr(request.state, "actor"):
        token = session_token(request)
        request.state.scopes = request.state.ends_at = None
        request.state.actor = _who(request, token) if token else None
    actor: Actor | None = request.state.actor
    return actor


def require(request: Request, *roles: str, duty: Duty | None = None) -> Actor:
    """The person signed in, if of one of `roles` (of any role where none is named) and with the duty, where one is named.

    Raises Unauthenticated where nobody is signed in, Forbidden where the role does not fit or the duty is lacking.
    """
    actor = current_actor(request)
    if actor is None:
        raise Unauthenticated
    if roles and actor.role not in roles:
        raise Forbidden
    if duty is not None and duty not in actor.duties:
        raise Forbidden(f"workflow.lacks_{duty}")
    return actor


def proved(request: Request, password: str | None = None) -> None:
    """For steps of weight: the password was given lately in this session, or is given with the request.

    Raises ProofNeeded, BadInput where the password is wrong, TooMany after some wrong ones. A program's token never does.
    """
    token, state = session_token(request), request.app.state
    if token is None:
        raise Unauthenticated
    if token.startswith(tokens.PREFIX):
        raise Forbidden("token_never")
    if password is not None:
        sessions.prove(state.engine, state.clock.now(), token, password, field="proof")
    elif not sessions.proved(state.engine, state.clock.now(), token):
        raise ProofNeeded


def ends_soon(request: Request) -> datetime | None:
    """When the session ends behind a request that was asked who sent it, if so soon that its owner should know."""
    ends: datetime | None = getattr(request.state, "ends_at", None)
    return ends if ends is not None and ends - request.app.state.clock.now() <= SOON else None


def address(request: Request) -> str:
    """Where a request came from, as the server in front tells it."""
    return request.client.host if request.client else ""


def device(request: Request) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")


def scopes(request: Request) -> frozenset[Scope] | None:
    """What the program's token that a request brings may be used for; None where a person asks for himself."""
    current_actor(request)
    found: frozenset[Scope] | None = request.state.scopes
    return found


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
    engine, now = request.app.state.engine, request.app.state.clock.now()
    if not token.startswith(tokens.PREFIX):
        found = sessions.present(engine, now, token)
        request.state.ends_at = found.ends_at if found else None
        return found.actor if found else None
    # Programs use the API; pages are for people.
    bearer = tokens.bearer(engine, now, token) if request.url.path.startswith("/api/") else None
    if bearer is None:
        return None
    request.state.scopes = bearer.scopes
    return bearer.actor


def _signer(request: Request) -> Signer:
    settings: Settings = request.app.state.settings
    return Signer(settings.secret, salt="subsidy.session")
