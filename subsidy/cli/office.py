"""The office's records, opened for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from schedules.clock import Clock, clock_from_environment
from subsidy import database, settings
from subsidy.cli.options import Usage
from subsidy.settings import Settings


class Office(NamedTuple):
    """What a command works with."""

    settings: Settings
    engine: Engine
    clock: Clock


@contextmanager
def opened(configured: Settings | None = None) -> Iterator[Office]:
    """The database that the environment names, its tables brought to the newest form."""
    configured = configured or settings.load()
    try:
        engine = database.create(configured.database_url)
        database.migrate(engine)
    except (DBAPIError, OSError) as error:
        why = getattr(error, "orig", None) or error
        raise Usage("cli.database", why=" ".join(str(why).split())) from None
    try:
        yield Office(configured, engine, clock_from_environment(configured.today))
    finally:
        engine.dispose()
