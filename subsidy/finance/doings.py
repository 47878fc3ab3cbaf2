"""Which work is done for which kind of task."""

from collections.abc import Mapping
from typing import Final

from subsidy.accounts.sessions import actor_of
from subsidy.database import reading
from subsidy.finance import payout_file, payouts
from subsidy.finance.payout_filling import Choice
from subsidy.finance.task_work import Doing, Shop
from subsidy.finance.tasks import Work
from subsidy.records import TaskKind, User


def fill(shop: Shop, work: Work) -> None:
    """Puts what is payable into a payout run, as its owner may now; where a worker died, what he put in stays in."""
    with reading(shop.engine) as session:
        actor = actor_of(session, session.get_one(User, work.task.owner_id))
    given = work.given
    choice = Choice(frozenset(given.get("schemes", ())), frozenset(given.get("payees", ())))
    payouts.fill(shop.engine, work.task.subject_id, actor, shop.clock.now(), work.beat, choice=choice)


DOINGS: Final[Mapping[TaskKind, Doing]] = {TaskKind.EXPORT: payout_file.export, TaskKind.FILL: fill}
