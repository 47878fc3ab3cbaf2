"""The one table of what may be done to an application: in which status, by whom, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from subsidy.records import ApplicationStatus as Status


class Command(StrEnum):
    """What can be asked for; the name under which its event is kept."""

    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    JUDGE = "judge"
    CORRECT = "correct"
    SET_RATE = "set_rate"
    APPROVE = "approve"
    REFUSE = "refuse"
    RECORD_FIGURE = "record_figure"
    RELEASE = "release"
    FORFEIT = "forfeit"
    GENERATE = "generate"


class Who(StrEnum):
    """Who may give a command."""

    APPLICANT = "applicant"
    """An applicant, on an application of his own organisation."""
    ADMINISTRATOR = "administrator"
    """An administrator, on an application of an organisation that he does not belong to."""
    SYSTEM = "system"
    """The scheduler."""


@dataclass(frozen=True)
class Transition:
    """One row: a command leads from any of `sources` to `to`; `to` None leaves the status as it is."""

    command: Command
    sources: frozenset[Status]
    to: Status | None
    who: Who
    reason: bool
    """Whether the person must say why."""


def _row(command: Command, sources: str, to: Status | None, who: Who, *, reason: bool = False) -> Transition:
    return Transition(command, frozenset(Status(name) for name in sources.split()), to, who, reason)


_TABLE: Final = (
    _row(Command.START, "", Status.DRAFT, Who.APPLICANT),
    _row(Command.SAVE, "draft", None, Who.APPLICANT),
    _row(Command.SUBMIT, "draft", Status.SUBMITTED, Who.APPLICANT),
    _row(Command.WITHDRAW, "draft submitted", Status.WITHDRAWN, Who.APPLICANT, reason=True),
    _row(Command.JUDGE, "submitted", None, Who.ADMINISTRATOR, reason=True),
    _row(Command.CORRECT, "submitted", None, Who.ADMINISTRATOR, reason=True),
    _row(Command.SET_RATE, "submitted", None, Who.ADMINISTRATOR, reason=True),
    _row(Command.APPROVE, "submitted", Status.APPROVED, Who.ADMINISTRATOR, reason=True),
    _row(Command.REFUSE, "submitted", Status.REFUSED, Who.ADMINISTRATOR, reason=True),
    _row(Command.RECORD_FIGURE, "approved", None, Who.ADMINISTRATOR),
    _row(Command.RELEASE, "approved", None, Who.ADMINISTRATOR, reason=True),
    _row(Command.FORFEIT, "approved", None, Who.ADMINISTRATOR, reason=True),
    _row(Command.GENERATE, "approved", None, Who.SYSTEM),
)

TRANSITIONS: Final[Mapping[Command, Transition]] = MappingProxyType({row.command: row for row in _TABLE})
