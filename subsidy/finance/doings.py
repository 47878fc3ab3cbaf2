"""Which work is done for which kind of task."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session

from schedules.clock import SHANGHAI
from subsidy.accounts.sessions import actor_of
from subsidy.database import reading
from subsidy.finance import payout_file, payouts, tasks
from subsidy.finance.payout_filling import Choice, candidates
from subsidy.finance.payout_steps import Step
from subsidy.finance.task_work import Doing, Shop
from subsidy.finance.tasks import LONG, Work
from subsidy.records import Task, TaskKind, User
from subsidy.workflow.actor import Actor


def fill(shop: Shop, work: Work) -> None:
    """Puts what is payable into a payout run, as its owner may now; where a worker died, what he put in stays in."""
    with reading(shop.engine) as session:
        actor = actor_of(session, session.get_one(User, work.task.owner_id))
    given = work.given
    choice = Choice(frozenset(given.get("schemes", ())), frozenset(given.get("payees", ())))
    payouts.fill(shop.engine, work.task.subject_id, actor, shop.clock.now(), work.beat, choice=choice)


def to_fill(session: Session, actor: Actor, now: datetime, run_id: str, choice: Choice) -> Task | None:
    """Has a run filled as a task where much is to go into it; None where it can be done at once. Raises Forbidden, Refused."""
    run = payouts.find(session, run_id)
    if refusal := payouts.why_not(session, actor, Step.FILL, run):
        raise refusal
    groups = candidates(session, run, now.astimezone(SHANGHAI).date())
    chosen = [
        group.count
        for group in groups
        if group.scheme_id in (choice.schemes or {group.scheme_id})
        and group.payee_id in (choice.payees or {group.payee_id})
    ]
    if sum(chosen) <= LONG:
        return None
    given = {"schemes": sorted(choice.schemes), "payees": sorted(choice.payees)}
    return tasks.ask(session, actor, now, TaskKind.FILL, run.id, given)


DOINGS: Final[Mapping[TaskKind, Doing]] = {TaskKind.EXPORT: payout_file.export, TaskKind.FILL: fill}
