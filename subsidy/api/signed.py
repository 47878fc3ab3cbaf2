"""Who asks: the session behind a request, for handlers that need one."""

from typing import Annotated, Final

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPBearer
from sqlalchemy import Engine

from schedules.clock import Clock
from subsidy.api.openapi import Answers, problems
from subsidy.records import Role
from subsidy.web.language import language
from subsidy.web.session import require
from subsidy.workflow.actor import Actor

_bearer = HTTPBearer(
    auto_error=False, description="The token of POST /api/v1/sessions. The site's own cookie will do as well."
)

READING: Final[Answers] = problems(401, 403, 404, 422)
"""How a request that changes nothing may be refused."""
WRITING: Final[Answers] = problems(400, 401, 403, 404, 409, 413, 415, 422)
"""How a request that changes something may be refused."""


def _signed(request: Request, _: Annotated[object, Security(_bearer)]) -> Actor:
    return require(request)


def _staff(request: Request, _: Annotated[object, Security(_bearer)]) -> Actor:
    return require(request, Role.ADMINISTRATOR, Role.FINANCE)


def _finance(request: Request, _: Annotated[object, Security(_bearer)]) -> Actor:
    return require(request, Role.FINANCE)


Signed = Annotated[Actor, Depends(_signed)]
"""Anybody who is signed in."""
Staff = Annotated[Actor, Depends(_staff)]
"""An administrator or somebody of finance."""
Finance = Annotated[Actor, Depends(_finance)]
"""Somebody of finance."""


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
