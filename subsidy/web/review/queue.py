"""The work queue: what waits for whom and until when, the most urgent first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sqlmodel import Session, col, select

from rules.assess import Outcome
from rules.money import Fen
from schedules.calendar import china
from subsidy.records import Application, ApplicationFact, Organisation, User
from subsidy.workflow.actor import Actor
from subsidy.workflow.next_step import NextStep, next_step
from subsidy.workflow.particulars import doubled
from subsidy.workflow.search import Entry
from subsidy.workflow.sheet import Sheet, policy_of
from subsidy.workflow.stages import OPEN


class Waiting(NamedTuple):
    """One case of the queue; `amount` is what was granted, before that the most that it may come to, None if unknown."""

    application: Application
    organisation: Organisation
    step: NextStep
    amount: Fen | None
    granted: bool
    claimed_by: str | None
    doubled: bool
    """Whether another live case or award shares its site, filing, meter or equipment."""


def chosen(found: Sequence[Entry], tab: str, actor: Actor) -> list[Entry]:
    """The cases of a tab in its order: open ones by their last day, all others by the day of submission."""
    if tab not in ("open", "mine"):
        return [entry for entry in found if tab in ("all", entry.application.status)]
    waiting = [entry for entry in found if entry.application.status in OPEN]
    if tab == "mine":
        waiting = [entry for entry in waiting if entry.application.claimed_by == actor.id]
    return sorted(waiting, key=lambda entry: entry.application.due_on or date.max)


def rows(session: Session, entries: Sequence[Entry], today: date) -> list[Waiting]:
    """The entries with all that the queue shows of them, read together."""
    facts, names, calendar = _facts(session, entries), _names(session, entries), china()
    twice = doubled(session, [entry.application.id for entry in entries])
    return [
        Waiting(
            application=entry.application,
            organisation=entry.organisation,
            step=next_step(entry.application, today, calendar),
            amount=_amount(session, entry, facts.get(entry.application.id, {})),
            granted=entry.award is not None,
            claimed_by=names.get(entry.application.claimed_by or ""),
            doubled=entry.application.id in twice,
        )
        for entry in entries
    ]


def _amount(session: Session, entry: Entry, facts: Mapping[str, ApplicationFact]) -> Fen | None:
    if entry.award is not None:
        return Fen(entry.award.amount_fen)
    application = entry.application
    if application.submitted_on is None:
        return None
    policy = policy_of(session, application)
    sheet = Sheet(policy, policy.scheme(application.scheme_id), facts)
    answer = sheet.assess(sheet.effective, application.submitted_on)[1]
    if answer.outcome is Outcome.INELIGIBLE:
        return Fen(0)
    return answer.award.at_most if answer.award else None


def _facts(session: Session, entries: Iterable[Entry]) -> dict[str, dict[str, ApplicationFact]]:
    ids = [entry.application.id for entry in entries if entry.award is None]
    query = select(ApplicationFact).where(col(ApplicationFact.application_id).in_(ids))
    found = session.exec(query.order_by(col(ApplicationFact.application_id))).all()
    return {one: {row.key: row for row in group} for one, group in groupby(found, lambda row: row.application_id)}


def _names(session: Session, entries: Iterable[Entry]) -> dict[str, str]:
    ids = {entry.application.claimed_by for entry in entries} - {None}
    return {user.id: user.name for user in session.exec(select(User).where(col(User.id).in_(ids)))}
