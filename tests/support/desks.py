"""The desks as the people of the office use them: signed-in browsers, and reading what their pages say."""

import re
from html import unescape
from typing import Final

from fastapi.testclient import TestClient

from subsidy.accounts.sessions import _digest
from subsidy.database import writing
from subsidy.records import UserSession
from subsidy.workflow.actor import Actor
from tests.support.office import Office, noon
from tests.support.web import site

ENGLISH: Final = {"Accept-Language": "en"}
EVIL: Final = "<script>alert('项目')</script>"


class Desks:
    """Gives each person a browser in which he is signed in on the office's present day."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sessions: set[str] = set()

    def of(self, actor: Actor | None, **browser: str) -> TestClient:
        """A browser of that person, or of nobody."""
        day = self._office.day
        signed = {} if actor is None else {"Authorization": f"Bearer {self._session(actor)}"}
        return site(self._office.engine, day.isoformat(), self._office.store.folder, **signed, **browser)

    def _session(self, actor: Actor) -> str:
        token, now = f"{actor.id}-{self._office.day}", self._office.now
        if token not in self._sessions:
            self._sessions.add(token)
            with writing(self._office.engine) as session:
                ends = noon(self._office.day).replace(hour=15)
                session.add(
                    UserSession(
                        id=_digest(token),
                        user_id=str(actor.id),
                        created_at=now,
                        seen_at=now,
                        proved_at=now,
                        expires_at=ends,
                    )
                )
        return token


def field(page: str, name: str) -> str:
    """What stands in a field of the page's form: in its line, its lines or its ticked option."""
    for pattern in (
        rf'<input id="{name}"[^>]*? value="([^"]*)"',
        rf'<input type="hidden" name="{name}" value="([^"]*)"',
        rf'<textarea id="{name}"[^>]*>([^<]*)</textarea>',
        rf'<input type="radio" name="{name}" value="([^"]*)" checked',
    ):
        if found := re.search(pattern, page):
            return unescape(found[1])
    return ""


def faults(page: str) -> list[str]:
    """The messages of the page's error summary."""
    summary = re.search(r'id="faults".*?</ul>', page, re.DOTALL)
    return (
        [unescape(re.sub("<[^>]*>", "", one)) for one in re.findall(r"<li>(.*?)</li>", summary[0])] if summary else []
    )
