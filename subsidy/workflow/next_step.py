"""What happens next with a case: who has to do what, by which day, and how many working days are used and left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from schedules.calendar import Calendar
from subsidy.records import Application, Role
from subsidy.records import ApplicationStatus as Status
from subsidy.workflow.actor import SYSTEM


@dataclass(frozen=True)
class NextStep:
    """`who` is a role, or None where nobody has to do anything; what there is to do follows from the status."""

    status: Status
    who: str | None
    due_on: date | None
    provisional: bool
    """Whether the calendar of the year of `due_on` is still to be announced."""
    used: int | None
    """Working days since the step began; None where nobody has to do anything."""
    left: int | None
    """Working days until `due_on`; below zero, those since; None where there is no last day."""


_WHO: Final[Mapping[Status, str]] = {
    Status.DRAFT: Role.APPLICANT,
    Status.RETURNED: Role.APPLICANT,
    Status.SUBMITTED: Role.ADMINISTRATOR,
    Status.ACCEPTED: Role.ADMINISTRATOR,
    Status.RECOMMENDED: Role.ADMINISTRATOR,
    Status.NOTICE: SYSTEM.role,
    Status.DECISION: Role.ADMINISTRATOR,
    Status.APPEALED: Role.ADMINISTRATOR,
    Status.APPROVED: SYSTEM.role,
}


def next_step(application: Application, today: date, calendar: Calendar) -> NextStep:
    """The next step of a case as of a day."""
    who, due_on, since = _WHO.get(application.status), application.due_on, application.status_since
    return NextStep(
        status=application.status,
        who=who,
        due_on=due_on,
        provisional=due_on is not None and calendar.provisional(due_on),
        used=calendar.working_days_between(min(since, today), today) if who else None,
        left=_left(due_on, today, calendar),
    )


def _left(due_on: date | None, today: date, calendar: Calendar) -> int | None:
    if due_on is None:
        return None
    if today <= due_on:
        return calendar.working_days_between(today, due_on)
    return -calendar.working_days_between(due_on, today)
