"""What every test can ask for: a database of either kind, and a browser.

A test that needs PostgreSQL or Chromium is marked so and skipped by name where there is none. With CI=true it fails
instead, so that a machine that should prove everything cannot quietly prove less.

    TEST_DATABASE_URL   the PostgreSQL server (default: postgres@127.0.0.1:5432 without a password); tests make and drop
                        databases of their own beside the one named
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import URL, Engine

from subsidy.database import create, migrate
from tests import postgres

# The same examples on every machine. `--hypothesis-profile search` looks for new ones, many more of them.
hypothesis.settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("search", max_examples=5000, deadline=None)
hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None, max_examples=10)
hypothesis.settings.load_profile("fixed")


@cache
def chromium() -> str | None:
    """Where the system's Chromium is."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@cache
def _no_browser() -> str | None:
    if not chromium():
        return "no chromium on the PATH"
    driver = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"], capture_output=True, text=True, check=False
    )
    return f"its driver does not start: {driver.stderr.strip()}" if driver.returncode else None


def _no_poppler() -> str | None:
    return None if shutil.which("pdftoppm") and shutil.which("pdftotext") else "no pdftoppm and pdftotext on the PATH"


def _no_libreoffice() -> str | None:
    return None if shutil.which("soffice") else "no soffice on the PATH"


NEEDS: dict[str, Callable[[], str | None]] = {
    "postgres": postgres.unreachable,
    "browser": _no_browser,
    "poppler": _no_poppler,
    "libreoffice": _no_libreoffice,
}
"""For each marker, what tells why it cannot be had here."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, missing in NEEDS.items():
        if item.get_closest_marker(name) and (reason := missing()):
            if os.environ.get("CI") == "true":
                pytest.fail(f"{name} is needed: {reason}", pytrace=False)
            pytest.skip(f"{name} is needed: {reason}")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
    else:
        with postgres.fresh() as url:
            yield _address(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A database with the newest tables and no rows; the test runs once on SQLite and once on PostgreSQL."""
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database with the newest tables and no rows."""
    path = tmp_path / "migrated.db"
    shutil.copyfile(sqlite_template, path)
    made = create(f"sqlite:///{path}")
    yield made
    made.dispose()


@pytest.fixture
def postgres_engine(postgres_migrated: URL) -> Iterator[Engine]:
    """A PostgreSQL database with the newest tables and no rows. Tests that ask for it are marked `postgres`."""
    made = create(_address(postgres_migrated))
    yield made
    made.dispose()
    postgres.empty(postgres_migrated)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_migrated() -> Iterator[URL]:
    """One database for all tests of a process: to make one takes four times as long as to empty it."""
    with postgres.fresh() as url:
        _migrated(_address(url))
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, started once. Tests that ask for it are marked `browser`."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] if sys.platform == "linux" else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield started
        started.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A page of a new Chinese reader: no cookies, a desktop window. A script error on any page fails the test."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


def _migrated(url: str) -> None:
    engine = create(url)
    migrate(engine)
    engine.dispose()


def _address(url: URL) -> str:
    return url.render_as_string(hide_password=False)
