"""Every page for every role, in both languages, on a desktop and on a phone: found by following links over the sample data."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from playwright.sync_api import Browser
from starlette.routing import Match

from subsidy.demo import PASSWORD
from subsidy.web import account, apply, check, finance, letters, messages, people, public, review
from tests.journeys.flaws import barriers, flaws
from tests.journeys.person import LOCALES, PHONE, Person, person
from tests.journeys.server import command, serving

pytestmark = pytest.mark.browser

TODAY: Final = "2026-08-26"

STORAGE: Final = (
    "in_zone=true&new_build=true&project_side=user&commissioned_on=2025-06-30&rated_power_kw=6MW&cycles_per_year=500"
)
STARTS: Final = {
    "": (
        "/",
        f"/check/user-side-storage/result?{STORAGE}&capacity_kwh=12MWh",
        f"/check/user-side-storage/result?{STORAGE}&capacity_kwh=1",
        f"/check/user-side-storage/result?{STORAGE}",
        f"/check/user-side-storage/result?{STORAGE}&capacity_kwh=1e400",
        "/check/core-technology/result?in_zone=true&new_investment_yuan=500万元",
        "/notices",
        "/nowhere",
    ),
    "li.ming@haiyi.example": ("/apply", "/review", "/people/new"),
    "he.che@haoche.example": ("/apply",),
    "chen.li@zone.example": ("/review", "/review?scheme=core-technology", "/review?text=no-such"),
    "tang.ning@zone.example": ("/review?status=decision", "/review?status=notice"),
    "ding.yi@zone.example": ("/review",),
    "fang.ping@zone.example": ("/finance",),
    "sun.jie@zone.example": ("/finance", "/finance?status=held", "/finance?year=99", "/finance/run?as_of=2027-07-01"),
    "bai.ru@zone.example": ("/review", "/finance", "/review/messages", "/people"),
    "yan.qing@zone.example": ("/people", "/people?page=9", "/review"),
}
"""Where each person begins; nobody has no account."""
VISITED: Final = {
    "": {
        "/",
        "/notices",
        "/notices/{notice_id}",
        "/policy/{policy_id}",
        "/check/{scheme_id}",
        "/check/{scheme_id}/result",
        "/sign-in",
        "/sign-up",
        "/letters",
        "/password/forgotten",
    },
    "li.ming@haiyi.example": {
        "/apply",
        "/apply/new",
        "/apply/account",
        "/apply/account/new",
        "/apply/account/fraud",
        "/apply/{application_id}",
        "/apply/{application_id}/edit",
        "/apply/{application_id}/check",
        "/apply/{application_id}/withdraw",
        "/apply/{application_id}/particulars",
        "/apply/{application_id}/documents",
        "/messages",
        "/apply/{application_id}/letters/{code}",
        "/letters/{code}",
        "/people",
        "/people/new",
        "/people/{user_id}",
    },
    "he.che@haoche.example": {
        "/apply",
        "/apply/{application_id}",
        "/apply/{application_id}/appeal",
        "/messages",
        "/account",
        "/account/password",
        "/account/email",
        "/account/tokens",
        "/account/tokens/new",
    },
    "chen.li@zone.example": {
        "/review",
        "/review/{application_id}",
        "/review/messages",
        "/review/{application_id}/facts/{key}",
        "/review/{application_id}/documents",
        "/review/{application_id}/steps/{step}",
        "/review/{application_id}/recommend",
        "/review/{application_id}/objections/{objection_id}",
        "/review/{application_id}/letters/{code}",
        "/review/{application_id}/years/{year}",
        "/review/{application_id}/instalments/{number}/{decision}",
        "/review/{application_id}/amend",
        "/finance",
    },
    "tang.ning@zone.example": {
        "/review/{application_id}",
        "/review/{application_id}/approve",
        "/review/{application_id}/refuse",
    },
    "ding.yi@zone.example": {"/review", "/review/{application_id}", "/review/{application_id}/facts/{key}", "/finance"},
    "fang.ping@zone.example": {
        "/finance",
        "/finance/runs",
        "/finance/proposals/{proposal_id}",
        "/finance/payouts/{run_id}/steps/{step}",
        "/finance/accounts/{account_id}/{step}",
    },
    "sun.jie@zone.example": {
        "/finance",
        "/finance/runs",
        "/finance/run",
        "/finance/accounts",
        "/finance/accounts/new",
        "/finance/accounts/{account_id}",
        "/finance/accounts/{account_id}/{step}",
        "/finance/budget",
        "/finance/budget/new",
        "/finance/budget/{envelope_id}",
        "/finance/budget/{envelope_id}/entries/{entry_id}",
        "/finance/budget/{envelope_id}/{step}",
        "/finance/closing",
        "/finance/holds",
        "/finance/holds/new",
        "/finance/in-flight",
        "/finance/payable",
        "/finance/payouts",
        "/finance/payouts/new",
        "/finance/payouts/{run_id}",
        "/finance/payouts/{run_id}/steps/{step}",
        "/finance/proposals",
        "/finance/proposals/{proposal_id}",
        "/finance/recoveries",
        "/finance/reports",
        "/finance/reports/execution",
        "/finance/reports/plan",
        "/finance/results",
        "/finance/results/waiting",
        "/finance/results/{file_id}",
        "/finance/results/{file_id}/lines/{line}",
        "/finance/tasks",
    },
    "bai.ru@zone.example": {
        "/review",
        "/review/{application_id}",
        "/review/{application_id}/documents",
        "/review/{application_id}/letters/{code}",
        "/review/messages",
        "/finance",
        "/finance/runs",
    },
    "yan.qing@zone.example": {"/people", "/people/new", "/people/{user_id}", "/people/{user_id}/{step}"},
}
"""The pages that each of them comes to by following links."""
NO_PAGES: Final = {
    "/check/{scheme_id}/result.pdf",
    "/finance/schedule.{kind}",
    "/finance/instalments/{instalment_id}/evidence.pdf",
    "/finance/payouts/{run_id}/file.{kind}",
    "/finance/recoveries.{kind}",
    "/finance/reports/{name}.{kind}",
    "/finance/tasks/{task_id}/file",
    "/apply/{application_id}/documents/{document_id}",
    "/review/{application_id}/documents/{document_id}",
    "/apply/{application_id}/letters/{code}.pdf",
    "/review/{application_id}/letters/{code}.pdf",
    # Its address stands in a mail alone; test_links.py opens it.
    "/links/{code}",
    # The sample data has no award that was changed.
    "/finance/recoveries/{recovery_id}",
    "/finance/recoveries/{recovery_id}/{step}",
    "/review/{application_id}/amendment",
    # A hold that the system set ends by itself, and the sample data has no other.
    "/finance/holds/{hold_id}/end",
}
"""Files, and what no link of the site leads to."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site with its sample data, as a first run shows it."""
    var = tmp_path_factory.mktemp("samples")
    command(var, TODAY, "demo")
    with serving(var, TODAY) as address:
        yield address


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("email", STARTS, ids=lambda email: email.partition("@")[0] or "nobody")
def test_no_page_has_flaws(browser: Browser, samples: str, email: str, lang: str) -> None:
    found, visited = {}, set()
    with person(browser, samples, lang, width=PHONE) as reader:
        if email:
            reader.signs_in(email, PASSWORD)
        for path in walk(reader, STARTS[email], NO_PAGES | (VISITED[""] if email else set())):
            wrong = flaws(reader.page, lang)
            if path in STARTS[email] or route(path) not in visited:
                wrong += barriers(reader.page)
            visited.add(route(path))
            if wrong:
                found[path] = wrong
    assert found == {}
    assert VISITED[email] <= visited


def test_every_page_is_visited() -> None:
    pages = {each.path for each in ROUTES}
    assert pages - NO_PAGES == set().union(*VISITED.values())


def walk(reader: Person, starts: tuple[str, ...], leave: set[str]) -> Iterator[str]:
    """Opens the pages that links lead to: of those that differ only in what they are about, one for each status."""
    waiting, known = list(starts), set()
    while waiting:
        path = waiting.pop(0)
        reader.opens(path)
        yield path
        for href, status in reader.page.evaluate(LINKS):
            kind = re.sub(r"\b(?:[a-z2-7]{16}){1,2}\b", "ID", re.sub(r"(?!status)\b(\w+)=[^&]*", r"\1=", href)), status
            if kind not in known and route(href) not in {*leave, ""} and "lang=" not in href:
                known.add(kind)
                waiting.append(href)


LINKS: Final = """() => [...document.querySelectorAll("a[href^='/']")].map((a) =>
  [a.pathname + a.search, a.closest("tr")?.querySelector(".tag")?.innerText ?? ""])"""


def routes(router: APIRouter) -> Iterator[APIRoute]:
    """The routes of a room and of the rooms inside it, in the order in which they are asked."""
    for each in router.routes:
        if isinstance(each, APIRoute):
            yield each
        else:
            yield from routes(vars(each)["original_router"])


ROUTES: Final = [
    each
    for room in (check, public, account, people, messages, apply, review, finance, letters)
    for each in routes(room.router)
    if "GET" in (each.methods or ())
]


def route(path: str) -> str:
    """The page that a path leads to, as the application names it; empty for none."""
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path.partition("?")[0]}
    return next((each.path for each in ROUTES if each.matches(scope)[0] is Match.FULL), "")
