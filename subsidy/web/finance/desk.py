"""Who may be at the desk of finance."""

from fastapi import Request

from subsidy.records import Duty, Role
from subsidy.web.session import require
from subsidy.workflow.actor import Actor


def staff(request: Request) -> Actor:
    """Somebody of finance, an administrator or an auditor, who may look."""
    return require(request, Role.FINANCE, Role.ADMINISTRATOR, Role.AUDITOR)


def finance(request: Request) -> Actor:
    """Somebody of finance who makes disbursements."""
    return require(request, Role.FINANCE, duty=Duty.MAKE)


def checker(request: Request) -> Actor:
    """Somebody of finance who checks what another one has made."""
    return require(request, Role.FINANCE, duty=Duty.CHECK)
