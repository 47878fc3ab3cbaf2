"""The tick: calls named jobs daily or at an interval, and once at the start, so that lost days are caught up.

It keeps nothing: what is due stands in the records, and a job asks them. Two runners at once are therefore as safe as
their jobs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from schedules.clock import SHANGHAI, SystemClock

# shortly after midnight: a new day has begun, and whatever else runs on the hour is out of the way
DAILY = time(0, 5)


class Occasion(StrEnum):
    """Why a job is called: the runner has just started, or its time has come."""

    START = "start"
    TICK = "tick"


@dataclass(frozen=True)
class Job:
    """What to call, and when: a time of day in Shanghai, or an interval."""

    run: Callable[[Occasion], object]
    when: time | timedelta = DAILY


def build_scheduler(jobs: Mapping[str, Job]) -> BackgroundScheduler:
    """A scheduler of these jobs, not yet started; it works in threads of its own.

    Each job runs once as soon as the scheduler starts and then at its time; never twice at once in this scheduler, and
    once for any number of missed times. A job that raises is logged and called again at its next time.
    """
    scheduler = BackgroundScheduler(timezone=SHANGHAI)
    now = SystemClock().now()
    for name, job in jobs.items():
        scheduler.add_job(
            _first_at_start(job.run),
            _trigger(job.when),
            id=name,
            name=name,
            next_run_time=now,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,  # by default a tick that comes more than a second late would be dropped
        )
    return scheduler


def _trigger(when: time | timedelta) -> CronTrigger | IntervalTrigger:
    if isinstance(when, time):
        return CronTrigger(hour=when.hour, minute=when.minute, second=when.second, timezone=SHANGHAI)
    return IntervalTrigger(seconds=when.total_seconds(), timezone=SHANGHAI)


def _first_at_start(run: Callable[[Occasion], object]) -> Callable[[], None]:
    occasions = iter([Occasion.START])

    def call() -> None:
        run(next(occasions, Occasion.TICK))

    return call
