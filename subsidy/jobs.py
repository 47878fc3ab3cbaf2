"""What is done by the clock, whoever owns the scheduler: the site while it serves, or the scheduler alone."""

from collections.abc import Mapping

from sqlalchemy import Engine

from schedules.clock import Clock
from schedules.runner import Job, Occasion
from subsidy.finance.disburse import disburse


def jobs(engine: Engine, clock: Clock) -> Mapping[str, Job]:
    """The named jobs: `disburse` generates every day what has fallen due."""

    def disburse_due(occasion: Occasion) -> None:
        disburse(engine, as_of=clock.today(), now=clock.now(), trigger=occasion)

    return {"disburse": Job(disburse_due)}
