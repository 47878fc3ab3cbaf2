"""The one table of what may be done to an application: in which status, by whom, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from subsidy.records import ApplicationStatus as Status
from subsidy.records import Duty


class Command(StrEnum):
    """What can be asked for; the name under which its event is kept."""

    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    LAPSE = "lapse"
    CLAIM = "claim"
    UNCLAIM = "unclaim"
    WITHDRAW = "withdraw"
    JUDGE = "judge"
    CORRECT = "correct"
    SET_RATE = "set_rate"
    RECOMMEND = "recommend"
    PUBLISH = "publish"
    OBJECT = "object"
    ANSWER = "answer"
    END_NOTICE = "end_notice"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    REFUSE = "refuse"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    REOPEN = "reopen"
    CLOSE = "close"
    RECORD_FIGURE = "record_figure"
    RELEASE = "release"
    FORFEIT = "forfeit"
    GENERATE = "generate"
    REVISE = "revise"
    AMEND = "amend"
    REVOKE = "revoke"
    KEEP = "keep"
    DESCRIBE = "describe"
    ATTACH = "attach"
    DETACH = "detach"
    FILE = "file"
    UNFILE = "unfile"


class Who(StrEnum):
    """Who may give a command."""

    APPLICANT = "applicant"
    """An applicant, on an application of his own organisation."""
    ADMINISTRATOR = "administrator"
    """An administrator who has the duty, on an application of an organisation that he does not belong to."""
    SYSTEM = "system"
    """The scheduler."""
    PUBLIC = "public"
    """Anybody, without an account."""


@dataclass(frozen=True)
class Transition:
    """One row: a command leads from any of `sources` to `to`; `to` None leaves the status as it is. An approval leads there
    with the last of the signatures that it needs."""

    command: Command
    sources: frozenset[Status]
    to: Status | None
    who: Who
    duties: tuple[Duty, ...]
    """Any one of these gives an administrator the command; empty for others."""
    reason: bool
    """Whether the person must say why."""


def _row(
    command: Command, sources: str, to: Status | None, who: Who, duties: str = "", *, reason: bool = False
) -> Transition:
    statuses, named = frozenset(Status(name) for name in sources.split()), tuple(Duty(name) for name in duties.split())
    return Transition(command, statuses, to, who, named, reason)


_OPEN: Final = "submitted returned accepted recommended notice decision"
_UNDECIDED: Final = f"draft {_OPEN}"

_TABLE: Final = (
    _row(Command.START, "", Status.DRAFT, Who.APPLICANT),
    _row(Command.SAVE, "draft returned", None, Who.APPLICANT),
    _row(Command.SUBMIT, "draft returned", Status.SUBMITTED, Who.APPLICANT),
    _row(Command.WITHDRAW, _UNDECIDED, Status.WITHDRAWN, Who.APPLICANT, reason=True),
    _row(Command.ACCEPT, "submitted", Status.ACCEPTED, Who.ADMINISTRATOR, "receive"),
    _row(Command.RETURN, "submitted accepted", Status.RETURNED, Who.ADMINISTRATOR, "receive", reason=True),
    _row(Command.LAPSE, "returned", Status.LAPSED, Who.SYSTEM),
    _row(Command.CLAIM, f"{_OPEN} appealed", None, Who.ADMINISTRATOR, "receive recommend approve"),
    _row(Command.UNCLAIM, f"{_OPEN} appealed", None, Who.ADMINISTRATOR, "receive recommend approve"),
    _row(Command.JUDGE, "accepted", None, Who.ADMINISTRATOR, "receive recommend", reason=True),
    _row(Command.CORRECT, "accepted", None, Who.ADMINISTRATOR, "receive recommend", reason=True),
    _row(Command.SET_RATE, "accepted", None, Who.ADMINISTRATOR, "receive recommend", reason=True),
    _row(Command.RECOMMEND, "accepted", Status.RECOMMENDED, Who.ADMINISTRATOR, "recommend", reason=True),
    _row(Command.PUBLISH, "recommended", Status.NOTICE, Who.ADMINISTRATOR, "recommend"),
    _row(Command.OBJECT, "notice", None, Who.PUBLIC),
    _row(Command.ANSWER, "notice", None, Who.ADMINISTRATOR, "recommend", reason=True),
    _row(Command.END_NOTICE, "notice", Status.DECISION, Who.SYSTEM),
    _row(
        Command.TAKE_BACK,
        "recommended notice decision",
        Status.ACCEPTED,
        Who.ADMINISTRATOR,
        "recommend approve",
        reason=True,
    ),
    _row(Command.APPROVE, "decision", Status.APPROVED, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.REFUSE, "recommended decision", Status.REFUSED, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.APPEAL, "refused", Status.APPEALED, Who.APPLICANT, reason=True),
    _row(Command.UPHOLD, "appealed", Status.REFUSED, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.REOPEN, "appealed", Status.ACCEPTED, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.CLOSE, "approved", Status.CLOSED, Who.ADMINISTRATOR, "receive approve"),
    _row(Command.RECORD_FIGURE, "approved", None, Who.ADMINISTRATOR, "receive"),
    _row(Command.RELEASE, "approved", None, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.FORFEIT, "approved", None, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.REVISE, "approved closed", None, Who.ADMINISTRATOR, "recommend", reason=True),
    _row(Command.AMEND, "approved closed", Status.APPROVED, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.REVOKE, "approved closed", Status.REVOKED, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.KEEP, "approved closed", None, Who.ADMINISTRATOR, "approve", reason=True),
    _row(Command.GENERATE, "approved", None, Who.SYSTEM),
    _row(Command.DESCRIBE, "draft returned", None, Who.APPLICANT),
    _row(Command.ATTACH, "draft submitted returned accepted", None, Who.APPLICANT),
    _row(Command.DETACH, "draft submitted returned accepted", None, Who.APPLICANT),
    _row(Command.FILE, "submitted accepted", None, Who.ADMINISTRATOR, "receive recommend"),
    _row(Command.UNFILE, "submitted accepted", None, Who.ADMINISTRATOR, "receive recommend"),
)

TRANSITIONS: Final[Mapping[Command, Transition]] = MappingProxyType({row.command: row for row in _TABLE})
