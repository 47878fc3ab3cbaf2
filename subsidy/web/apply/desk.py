"""What all pages of an applicant begin with."""

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


def applicant(request: Request) -> Actor:
    """The applicant who is signed in."""
    return require(request, Role.APPLICANT)


def opened(request: Request, application_id: str) -> Case:
    """An application of his organisation; NotFound for any other."""
    actor = applicant(request)
    with reading(request.app.state.engine) as session:
        return case(session, actor, application_id, request.app.state.clock.today())
