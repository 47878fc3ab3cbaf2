from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.journeys.person import Person, person
from tests.journeys.server import serving

TODAY: Final = "2026-03-01"


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
