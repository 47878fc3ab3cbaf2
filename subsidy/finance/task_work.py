"""What is done for each kind of task, by whichever worker takes it."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Engine

from schedules.clock import Clock
from subsidy.database import UNAVAILABLE
from subsidy.finance import tasks
from subsidy.finance.tasks import Lost, Work
from subsidy.records import TaskKind
from subsidy.settings import Settings

_LOG: Final = logging.getLogger(__name__)


class Shop(NamedTuple):
    """What a worker works with; `pulse` tells the machine's own time."""

    settings: Settings
    engine: Engine
    clock: Clock
    pulse: Callable[[], datetime]


class Doing(Protocol):
    """Does a task and returns the name of the file that it made, None where it makes none."""

    def __call__(self, shop: Shop, work: Work, /) -> str | None: ...


def do_all(shop: Shop, doing: Mapping[TaskKind, Doing]) -> int:
    """Does every task that waits, one after the other; returns how many were ended."""
    ended = 0
    while work := tasks.take(shop.engine, shop.pulse):
        ended += do(shop, work, doing)
    return ended


def do(shop: Shop, work: Work, doing: Mapping[TaskKind, Doing]) -> bool:
    """Does a task that was taken; whether it was ended. One that fails keeps why; one whose database is away is left for later."""
    try:
        try:
            file = doing[work.task.kind](shop, work)
        except (Lost, *UNAVAILABLE):
            raise
        except Exception as error:
            if not _expected(error):
                _LOG.exception("task %s failed", work.task.id)
            work.fail(shop.clock.now(), error)
        else:
            work.finish(shop.clock.now(), file)
    except (Lost, *UNAVAILABLE):
        return False
    return True


def _expected(error: Exception) -> bool:
    from rules.faults import BadInput
    from subsidy.errors import SubsidyError

    return isinstance(error, SubsidyError | BadInput)
