"""Who asks: the session behind a request, for handlers that need one."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPBearer
from sqlalchemy import Engine

from schedules.clock import Clock
from subsidy.accounts.tokens import Scope
from subsidy.api.openapi import Answers, problems
from subsidy.errors import Forbidden
from subsidy.records import Duty, Role
from subsidy.web.language import language
from subsidy.web.session import proved, require, scopes
from subsidy.workflow.actor import Actor

_bearer = HTTPBearer(
    auto_error=False,
    description=(
        "The token of POST /api/v1/sessions, or a program's of POST /api/v1/tokens, which opens what its scopes name and"
        " otherwise gets 403 with the code token_not_enough or token_never. The site's own cookie will do as well. Steps of"
        " weight need the password within fifteen minutes, in POST /api/v1/sessions/proof; else 403 with proof_needed."
    ),
)

READING: Final[Answers] = problems(401, 403, 404, 422)
"""How a request that changes nothing may be refused."""
WRITING: Final[Answers] = problems(400, 401, 403, 404, 409, 413, 415, 422)
"""How a request that changes something may be refused."""


NOUNS: Final[Mapping[str, str]] = {
    "applications": "cases",
    "documents": "cases",
    "letters": "cases",
    "messages": "cases",
    "review": "cases",
    "operating years": "cases",
    "finance": "finance",
}
"""Which scopes of a program's token open the routes of a tag; those of other tags are for people."""


def _signed(request: Request, _: Annotated[object, Security(_bearer)]) -> Actor:
    actor, given = require(request), scopes(request)
    if given is not None:
        nouns = [NOUNS[tag] for tag in request.scope["route"].tags if tag in NOUNS]
        scope = f"{(nouns or [''])[0]}:{'read' if request.method in ('GET', 'HEAD') else 'write'}"
        if scope not in list(Scope):
            raise Forbidden("token_never")
        if scope not in given:
            raise Forbidden("token_not_enough", scope=scope)
    return actor


def _weighty(request: Request, actor: Annotated[Actor, Depends(_signed)]) -> Actor:
    proved(request)
    return actor


def _staff(request: Request, actor: Annotated[Actor, Depends(_signed)]) -> Actor:
    return require(request, Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR)


def _finance(request: Request, actor: Annotated[Actor, Depends(_weighty)]) -> Actor:
    return require(request, Role.FINANCE, duty=Duty.MAKE)


def _checker(request: Request, actor: Annotated[Actor, Depends(_weighty)]) -> Actor:
    return require(request, Role.FINANCE, duty=Duty.CHECK)


Signed = Annotated[Actor, Depends(_signed)]
"""Anybody who is signed in."""
Weighty = Annotated[Actor, Depends(_weighty)]
"""Anybody who is signed in and has given his password lately; no program's token."""
Staff = Annotated[Actor, Depends(_staff)]
"""An administrator, somebody of finance, or an auditor."""
Finance = Annotated[Actor, Depends(_finance)]
"""Somebody of finance who makes disbursements, and has given his password lately."""
Checker = Annotated[Actor, Depends(_checker)]
"""Somebody of finance who checks what another one has made, and has given his password lately."""


async def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


async def _clock(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock


async def _site(request: Request) -> str:
    address: str = request.app.state.settings.base_url
    return address


Site = Annotated[str, Depends(_site)]
"""The address that people reach the site under, for what is printed."""
Records = Annotated[Engine, Depends(_engine)]
Now = Annotated[Clock, Depends(_clock)]


async def _lang(request: Request, response: Response) -> str:
    lang = response.headers["Content-Language"] = language(request)
    return lang


Lang = Annotated[str, Depends(_lang)]
"""The language that prose is answered in."""
