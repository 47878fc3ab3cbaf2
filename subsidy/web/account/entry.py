"""Where people come in, once it is known who they are."""

from typing import Final

from fastapi import Request, Response

from subsidy import accounts
from subsidy.web import session
from subsidy.web.pages import redirect

HOMES: Final = {
    "applicant": "/apply",
    "administrator": "/review",
    "finance": "/finance",
    "auditor": "/review",
    "registrar": "/people",
}


def enter(request: Request, token: str, then: str = "", *, done: str | None = None) -> Response:
    """Hands the session to the browser and leads to `then` if that is a path of this site, else to where the work is."""
    actor = accounts.who(request.app.state.engine, request.app.state.clock.now(), token)
    home = HOMES[actor.role] if actor else "/"
    response = redirect(local_path(then) or home, done=done)
    session.keep(request, response, token)
    return response


def local_path(address: str) -> str | None:
    """`address`, if it is a path of this site and cannot lead anywhere else."""
    safe = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if safe else None
