"""What all pages of an administrator begin with."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from subsidy.database import reading
from subsidy.records import Role
from subsidy.web.forms import posted
from subsidy.web.session import require
from subsidy.workflow.access import note
from subsidy.workflow.actor import Actor
from subsidy.workflow.view import Case, case

Typed = Annotated[Mapping[str, str], Depends(posted)]


def administrator(request: Request) -> Actor:
    """The administrator who is signed in."""
    return require(request, Role.ADMINISTRATOR)


def reader(request: Request) -> Actor:
    """Who is signed in and may look at cases: an administrator, or an auditor."""
    return require(request, Role.ADMINISTRATOR, Role.AUDITOR)


def opened(request: Request, application_id: str) -> Case:
    """An application that has been submitted, once it is noted who opened it; NotFound for any other."""
    actor, engine, clock = reader(request), request.app.state.engine, request.app.state.clock
    with reading(engine) as session:
        found = case(session, actor, application_id, clock.today())
    note(engine, actor, application_id, clock.today(), clock.now())
    return found


def address(application_id: str) -> str:
    """The page of a case."""
    return f"/review/{application_id}"
