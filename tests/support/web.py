"""The site as a browser meets it, without a browser."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Final, NamedTuple

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from schedules.clock import SHANGHAI, FixedClock
from subsidy.app import create_app
from subsidy.settings import Settings

FIRST_DAY: Final = "2026-03-01"
PASSWORD: Final = "a sentence to remember"
SECRET: Final = "0123456789abcdef0123456789abcdef"
CREDIT_CODE: Final = "91310000MA1FL0007C"


def site(engine: Engine, day: str = FIRST_DAY, documents: Path = Path("unused"), **browser: str) -> TestClient:
    """A visitor's browser, with other headers where given: the clock stands at `day`, redirects are not followed.

    Files that are handed in are kept in `documents`: of at most 1 MiB each, and 2 MiB a case.
    """
    settings = Settings(
        var=documents.with_name("unused"),
        documents_dir=documents,
        document_mib=1,
        case_mib=2,
        given_secret=SECRET,
        base_url="http://subsidy.test",
    )
    app = create_app(settings, engine=engine, clock=FixedClock(date.fromisoformat(day)))
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "zh-CN", **browser}
    return TestClient(app, headers=headers, follow_redirects=False)


def sign_up(client: TestClient, email: str = "li@jia.example", credit_code: str = CREDIT_CODE) -> None:
    """A new enterprise and its first applicant, signed in."""
    form = {
        "email": email,
        "password": PASSWORD,
        "name": "李明",
        "organisation_name": "甲储能",
        "credit_code": credit_code,
    }
    assert client.post("/sign-up", data=form).status_code == 303


def sign_in(client: TestClient, email: str, password: str = PASSWORD) -> None:
    """The session of somebody who has an account."""
    assert client.post("/sign-in", data={"email": email, "password": password}).status_code == 303


def later(client: TestClient, passed: timedelta) -> None:
    """So much time passes at the site."""
    state = client.app.state  # type: ignore[attr-defined]
    state.clock = _Standing(state.clock.now() + passed)


def with_mail(client: TestClient) -> TestClient:
    """The same browser, at a site that has a mail server."""
    state = client.app.state  # type: ignore[attr-defined]
    state.settings = state.settings.model_copy(update={"smtp_url": "smtp://mail.example"})
    return client


class _Standing(NamedTuple):
    """A clock that stands at any moment."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


def words(page: str) -> str:
    """What a page says, without its markup, on one line."""
    body = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
