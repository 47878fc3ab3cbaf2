"""A forgotten password, from the sign-in page through the mail to the work."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlmodel import select

from subsidy import database
from subsidy.accounts import links
from subsidy.database import reading
from subsidy.records import OneTimeLink
from tests.journeys.flaws import barriers, flaws
from tests.journeys.person import LOCALES, PHONE, person
from tests.journeys.server import command, serving

pytestmark = pytest.mark.browser

TODAY = "2026-08-26"
EMAIL = "li.ming@haiyi.example"
NEW = "another sentence to remember"


@pytest.fixture
def var(tmp_path: Path) -> Path:
    command(tmp_path, TODAY, "demo")
    return tmp_path


@pytest.mark.parametrize("lang", LOCALES)
def test_who_forgot_his_password_sets_another(browser: Browser, var: Path, lang: str) -> None:
    with serving(var, TODAY) as address, person(browser, address, lang, width=PHONE) as reader:
        reader.opens("/sign-in")
        reader.follows("account.forgotten")
        reader.fills(email=EMAIL)
        reader.presses("account.forgotten_go")
        reader.reads("account.done_no_mail")
        reader.opens(link(var))
        assert flaws(reader.page, lang) + barriers(reader.page) == []
        reader.fills(password="short")
        reader.presses("account.link_set")
        assert flaws(reader.page, lang) + barriers(reader.page) == []
        reader.fills(password=NEW)
        reader.presses("account.link_set")
        assert reader.where == "/apply"
        reader.reads("account.done_password_set")


def link(var: Path) -> str:
    """Where the one link leads, which stands in the mail."""
    with reading(database.create(f"sqlite:///{var / 'subsidy.db'}")) as session:
        [made] = session.exec(select(OneTimeLink.id)).all()
    return links.path(made, (var / "secret").read_text("utf-8").strip())
