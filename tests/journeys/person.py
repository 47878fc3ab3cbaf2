"""Somebody at a browser: opens pages, fills in forms, presses buttons, and notices what is broken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from subsidy.locale import text

DESKTOP: Final = 1280
PHONE: Final = 390
LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}
PATIENCE: Final = 30_000
"""Milliseconds that a page may take on a machine that has other things to do."""


class Person:
    """A reader with a browser of his own. What he presses is named by the key of its words."""

    def __init__(self, page: Page, lang: str) -> None:
        self.page = page
        self.lang = lang
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._note)
        page.on("response", self._answered)

    def opens(self, path: str) -> Response:
        answer = self.page.goto(path)
        assert answer
        return answer

    def fills(self, **fields: str) -> None:
        """Types into fields by name; of a choice, ticks the option with that value."""
        for name, value in fields.items():
            options = self.page.locator(f'input[type=radio][name="{name}"]')
            if options.count():
                self.page.locator(f'input[type=radio][name="{name}"][value="{value}"]').check()
            elif self.page.locator(f'select[name="{name}"]').count():
                self.page.select_option(f'select[name="{name}"]', value)
            else:
                self.page.fill(f'[name="{name}"]:not([type=hidden])', value)

    def typed(self, name: str) -> str:
        """What stands in a field, or which option is ticked."""
        chosen = self.page.locator(f'input[type=radio][name="{name}"]:checked')
        if chosen.count():
            return chosen.get_attribute("value") or ""
        return self.page.input_value(f'[name="{name}"]:not([type=radio], [type=hidden])')

    def presses(self, key: str, **params: object) -> None:
        self._click("button", key, **params)

    def follows(self, key: str, **params: object) -> None:
        self._click("link", key, **params)

    def sees(self, words: str) -> None:
        """The page says these words."""
        expect(self.page.locator("body")).to_contain_text(words, timeout=PATIENCE)

    def reads(self, key: str, **params: object) -> None:
        """The page says the words of this key."""
        self.sees(self.words(key, **params))

    def words(self, key: str, **params: object) -> str:
        return text(self.lang, key, **params)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def where(self) -> str:
        """The path of the page that is open."""
        return urlsplit(self.page.url).path

    def signs_in(self, email: str, password: str) -> None:
        self.opens("/sign-in")
        self.fills(email=email, password=password)
        self.enters("password")

    def enters(self, field: str) -> None:
        """Presses Enter in a field, which does what the form's own first button does."""
        with self.page.expect_navigation():
            self.page.press(f'[name="{field}"]', "Enter")

    def downloads(self, address: str) -> bytes:
        """The file at an address of the site, got with this browser's session."""
        answer = self.page.request.get(address)
        assert answer.ok, (answer.status, address)
        return answer.body()

    def _click(self, role: Literal["button", "link"], key: str, **params: object) -> None:
        with self.page.expect_navigation():  # there is no script: whatever is pressed leads to a page
            self.page.get_by_role(role, name=self.words(key, **params), exact=True).click()

    def _note(self, message: ConsoleMessage) -> None:
        # A page that refuses is a page all the same; Chromium reports its status as an error.
        if message.type in ("error", "warning") and "server responded with a status of 4" not in message.text:
            self.troubles.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.url}")


@contextmanager
def person(
    browser: Browser, site: str, lang: str = "zh", *, width: int = DESKTOP, scripts: bool = True
) -> Iterator[Person]:
    """A new reader of the site, without cookies. Whatever a page complains of fails the test."""
    context = browser.new_context(
        base_url=site,
        locale=LOCALES[lang],
        timezone_id="Asia/Shanghai",
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
    )
    context.set_default_timeout(PATIENCE)
    try:
        reader = Person(context.new_page(), lang)
        yield reader
        assert reader.troubles == []
    finally:
        context.close()
