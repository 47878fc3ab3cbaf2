"""Who may be at the desk of finance."""

from fastapi import Request

from subsidy.records import Role
from subsidy.web.session import require
from subsidy.workflow.actor import Actor


def staff(request: Request) -> Actor:
    """Somebody of finance, or an administrator, who may look."""
    return require(request, Role.FINANCE, Role.ADMINISTRATOR)


def finance(request: Request) -> Actor:
    """Somebody of finance, who may also act."""
    return require(request, Role.FINANCE)
