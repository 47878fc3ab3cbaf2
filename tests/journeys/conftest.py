from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine
from sqlmodel import select

from subsidy.accounts.passwords import hashed
from subsidy.database import writing
from subsidy.records import User
from tests.journeys.person import Person, person
from tests.journeys.server import serving
from tests.support.office import Office
from tests.support.web import PASSWORD

TODAY: Final = "2026-03-01"

Opening = Callable[[str], AbstractContextManager[str]]
"""Serves on a day, and gives the address."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site without any records, on a day before the first payment round of its year."""
    with serving(tmp_path_factory.mktemp("site"), TODAY) as address:
        yield address


@pytest.fixture
def stranger(browser: Browser, site: str) -> Iterator[Person]:
    """A Chinese reader who has never been here."""
    with person(browser, site) as reader:
        yield reader


@pytest.fixture
def office(engine: Engine) -> Office:
    """The records that a site is opened over: two enterprises and the zone's staff."""
    return staffed(engine)


def staffed(engine: Engine) -> Office:
    """The office in an empty database, all its people with the same password."""
    made = Office(engine)
    with writing(engine) as session:
        secret = hashed(PASSWORD)
        for user in session.exec(select(User)):
            user.password_hash = secret
    return made


@pytest.fixture
def opening(office: Office, tmp_path: Path) -> Opening:
    """Opens the site over the office's records on any day; the secret of its sessions stays the same."""
    return partial(serving, tmp_path, database_url=address_of(office.engine))


def address_of(engine: Engine) -> str:
    """The address of a database, as the environment names it."""
    return engine.url.render_as_string(hide_password=False)
