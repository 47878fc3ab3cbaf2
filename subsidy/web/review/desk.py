"""What all pages of an administrator begin with."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from subsidy.database import reading
from subsidy.records import Role
from subsidy.web.forms import posted
from subsidy.web.session import require
from subsidy.workflow.actor import Actor
from subsidy.workflow.view import Case, case

Typed = Annotated[Mapping[str, str], Depends(posted)]


def administrator(request: Request) -> Actor:
    """The administrator who is signed in."""
    return require(request, Role.ADMINISTRATOR)


def opened(request: Request, application_id: str) -> Case:
    """An application that has been submitted; NotFound for any other."""
    actor = administrator(request)
    with reading(request.app.state.engine) as session:
        return case(session, actor, application_id, request.app.state.clock.today())


def address(application_id: str) -> str:
    """The page of a case."""
    return f"/review/{application_id}"
