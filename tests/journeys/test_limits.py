"""What must not happen: deciding on one's own organisation, seeing another's, overwriting a colleague, applying twice."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from subsidy.database import create
from subsidy.workflow.actor import Actor
from tests.journeys.conftest import TODAY, address_of, staffed
from tests.journeys.flaws import flaws
from tests.journeys.person import Person, person
from tests.journeys.server import serving
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, RELATED, SECOND, STRANGER, Office
from tests.support.web import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One database is enough here: that both refuse alike is proved where the refusals are made."""
    path = tmp_path_factory.mktemp("limits") / "office.db"
    shutil.copyfile(sqlite_template, path)
    engine = create(f"sqlite:///{path}")
    yield staffed(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def address(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site, open over the office's records."""
    with serving(tmp_path_factory.mktemp("site"), TODAY, address_of(office.engine)) as address:
        yield address


def test_an_administrator_is_told_why_he_cannot_decide_on_his_own_organisation(
    browser: Browser, office: Office, address: str
) -> None:
    case = office.before_decision(office.ready(office.accepted()))
    with desk(browser, address, RELATED) as related:
        related.opens(f"/review/{case}")
        told = "您属于申报单位“上海甲储能科技有限公司”，须回避，不得办理本单位的申报。请由其他管理人员办理。"
        related.sees(told)
        assert flaws(related.page, "zh") == []
        for key in ("review.approve", "review.refuse", "procedure.take_back"):
            assert related.page.get_by_role("button", name=related.words(key)).is_disabled()
        related.opens(f"/review/{case}/approve")
        related.sees(told)
        # A button that is switched off in the browser alone would not hold anybody back.
        related.page.evaluate("document.querySelector('main button').disabled = false")
        related.fills(reason="一切符合")
        related.presses("review.approve")
        related.sees(told)
    with desk(browser, address, SECOND) as other:
        other.opens(f"/review/{case}/approve")
        other.fills(reason="一切符合")
        other.presses("review.approve")
        other.reads("review.done_signed")


def test_an_application_of_another_organisation_is_not_there(browser: Browser, office: Office, address: str) -> None:
    case = office.submit(office.draft())
    with desk(browser, address, STRANGER) as stranger:
        assert stranger.page.get_by_text("临港园区用户侧储能项目").count() == 0
        unknown = page_at(stranger, "/apply/aaaaaaaaaaaaaaaa")
        assert unknown[0] == 404
        for path in ("", "/edit", "/check", "/withdraw"):
            assert page_at(stranger, f"/apply/{case}{path}") == unknown
        for path in ("/review", f"/review/{case}", f"/review/{case}/approve", "/finance"):
            assert page_at(stranger, path)[0] == 403
    with desk(browser, address, FINANCE) as finance:
        assert page_at(finance, f"/review/{case}")[0] == 403
        assert page_at(finance, f"/apply/{case}")[0] == 403


def test_of_two_administrators_the_second_sees_what_the_first_has_done(
    browser: Browser, office: Office, address: str
) -> None:
    case = office.accept(office.submit(office.draft(actor=STRANGER), actor=STRANGER))
    page = f"/review/{case}/facts/capacity_kwh"
    with desk(browser, address, ADMINISTRATOR) as first, desk(browser, address, RELATED) as second:
        for worker in (first, second):
            worker.opens(page)
        first.fills(capacity_kwh="11 MWh", reason="并网检测报告第 1 号")
        first.presses("review.save")
        first.reads("review.done_settled")

        second.fills(capacity_kwh="10 MWh", reason="并网检测报告第 2 号")
        with second.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            second.presses("review.save")
        assert answered.value.status == 409
        second.reads("errors.stale")
        assert flaws(second.page, "zh") == []
        second.sees("11,000 kWh")
        second.sees("并网检测报告第 1 号")
        assert (second.typed("capacity_kwh"), second.typed("reason")) == ("10 MWh", "并网检测报告第 2 号")
        first.opens(f"/review/{case}")
        first.sees("11,000 kWh")
        assert first.page.get_by_text("并网检测报告第 2 号").count() == 0

        second.presses("review.save")
        second.reads("review.done_settled")
        second.sees("10,000 kWh")


def test_going_back_and_pressing_again_makes_one_application(browser: Browser, office: Office, address: str) -> None:
    with desk(browser, address, APPLICANT) as applicant:
        applicant.opens("/apply/new?scheme=user-side-storage&capacity_kwh=12000")
        applicant.fills(project_name="一次申报", rated_power_kw="6MW")
        # Not a double click: its second half may hit a link of the page that follows. Two equal posts are tried at the desks.
        applicant.presses("apply.save")
        applicant.reads("apply.edit")
        assert projects(applicant) == ["一次申报"]

        while applicant.where != "/apply/new":
            applicant.page.go_back()
        assert applicant.typed("project_name") == "一次申报"
        applicant.fills(project_name="一次申报（修改）")
        applicant.presses("apply.save")
        applicant.reads("apply.done_saved")
        assert projects(applicant) == ["一次申报（修改）"]


def test_submitting_twice_submits_once_and_says_so(browser: Browser, office: Office, address: str) -> None:
    case = office.draft()
    with desk(browser, address, APPLICANT) as applicant:
        applicant.opens(f"/apply/{case}/check")
        applicant.presses("apply.submit")
        applicant.reads("apply.done_submitted")
        applicant.page.go_back()
        if applicant.page.get_by_role("button", name=applicant.words("apply.submit")).is_enabled():
            applicant.presses("apply.submit")
        applicant.sees("已提交")
    assert [event.command for event in office.events(case)] == ["start", "submit"]


@contextmanager
def desk(browser: Browser, address: str, actor: Actor) -> Iterator[Person]:
    """Somebody of the office at his own browser, signed in."""
    with person(browser, address) as worker:
        worker.signs_in(f"{actor.id}@example.cn", PASSWORD)
        yield worker


def page_at(reader: Person, path: str) -> tuple[int, str]:
    """The status of a page, and what it says."""
    return reader.opens(path).status, reader.page.locator("main").inner_text()


def projects(applicant: Person) -> list[str]:
    """The names in the list of his organisation's applications, of those that this test is about."""
    applicant.opens("/apply")
    return applicant.page.locator("main tbody th a", has_text="一次申报").all_inner_texts()
