"""By when a step of a case has to be taken: working days of the policy's procedure, counted from the day it begins."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from sqlmodel import Session

from rules.procedure import Procedure
from schedules.calendar import china
from subsidy.errors import Refused
from subsidy.records import Application
from subsidy.records import ApplicationStatus as Status
from subsidy.workflow.sheet import policy_of

_WORKING_DAYS: Final[Mapping[Status, Callable[[Procedure], int]]] = {
    Status.SUBMITTED: lambda terms: terms.acceptance_days,
    Status.RETURNED: lambda terms: terms.correction_days,
    Status.ACCEPTED: lambda terms: terms.review_days,
    Status.RECOMMENDED: lambda terms: terms.decision_days,
    Status.NOTICE: lambda terms: terms.notice_days,
    Status.APPEALED: lambda terms: terms.review_days,
    Status.DECISION: lambda terms: terms.decision_days,
}


def last_day(session: Session, application: Application, status: Status, begins: date) -> date | None:
    """The last day for the step that begins with `status`; None where nothing has to be done by a day."""
    terms, days = policy_of(session, application).procedure, _WORKING_DAYS.get(status)
    return china().add_working_days(begins, days(terms)) if terms and days else None


def too_late(application: Application, today: date) -> Refused | None:
    """Why what was returned cannot be handed in again: its last day has passed."""
    if application.status is not Status.RETURNED or application.due_on is None or today <= application.due_on:
        return None
    return Refused("workflow.correction_over", day=application.due_on.isoformat())
