"""What is done by the clock, whoever owns the scheduler: the site while it serves, or the scheduler alone."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Engine

from schedules.clock import Clock, SystemClock
from schedules.runner import Job, Occasion
from subsidy.accounts.attempts import forget_old
from subsidy.database import reading, writing
from subsidy.finance.commitments import catch_up
from subsidy.finance.disburse import disburse
from subsidy.finance.doings import DOINGS
from subsidy.finance.exports import Exports
from subsidy.finance.payee_holds import escalate_frauds
from subsidy.finance.task_work import Shop, do_all
from subsidy.messages.post import deliver
from subsidy.settings import Settings
from subsidy.workflow.heads import close_day
from subsidy.workflow.notices import end_notices
from subsidy.workflow.procedure import lapse_overdue


def jobs(settings: Settings, engine: Engine, clock: Clock) -> Mapping[str, Job]:
    """The named jobs. Daily: `disburse` generates what has fallen due and
    commits what waits for money, `deadlines` ends what has run out of time and
    tells more people of frauds that nobody has dealt with, `head` closes
    the record of the day and forgets attempts that count no more, `exports` takes away files that are kept no longer. Every
    minute: `messages` sends what waits. Every few seconds: `tasks` does the long work that somebody asked for."""

    def disburse_due(occasion: Occasion) -> None:
        disburse(engine, as_of=clock.today(), now=clock.now(), trigger=occasion)
        catch_up(engine, clock.now())

    def end_overdue(_: Occasion) -> None:
        lapse_overdue(engine, clock.now(), clock.today())
        end_notices(engine, clock.now(), clock.today())
        escalate_frauds(engine, clock.now())

    def close(_: Occasion) -> None:
        close_day(engine, clock.today(), clock.now())
        with writing(engine) as session:
            forget_old(session, clock.now())

    def send(_: Occasion) -> None:
        deliver(engine, settings, clock)

    def clear(_: Occasion) -> None:
        with reading(engine) as session:
            Exports(settings.var).sweep(session, clock.now())

    def work(_: Occasion) -> None:
        do_all(Shop(settings, engine, clock, SystemClock().now), DOINGS)

    return {
        "disburse": Job(disburse_due),
        "deadlines": Job(end_overdue),
        "head": Job(close),
        "exports": Job(clear),
        "messages": Job(send, timedelta(minutes=1)),
        "tasks": Job(work, timedelta(seconds=3)),
    }
