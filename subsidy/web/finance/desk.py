"""Who may be at the desk of finance."""

from collections.abc import Iterable, Mapping

from fastapi import Request

from rules.faults import Fault
from rules.load import packs
from subsidy.errors import Refused
from subsidy.records import Duty, Role
from subsidy.web.session import require
from subsidy.web.steps import Faults
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


def schemes(lang: str) -> Mapping[str, str]:
    """What the schemes are called, by id."""
    return {scheme.id: scheme.label.of(lang) for policy in packs().values() for scheme in policy.schemes}


def worded(faults: Iterable[Fault], refusal: Refused | None, lang: str) -> Faults:
    """What is wrong with a form, each with its field."""
    said = [("", refusal.message(lang))] if refusal else []
    return said + [(fault.pointer.strip("/"), fault.message(lang)) for fault in faults]
