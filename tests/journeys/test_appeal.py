"""The long way: sent back, refused, appealed against, reviewed anew by others, granted. Five people, each at a browser of his own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Opening, address_of
from tests.journeys.person import Person, person
from tests.journeys.server import command
from tests.journeys.test_main_job import AWARD, PROJECT, applies, approves, follows, opens_case
from tests.support.files import pdf
from tests.support.office import JUDGED, Office
from tests.support.web import PASSWORD

pytestmark = pytest.mark.browser

DEFECTS: Final = "一、未附并网检测报告；二、额定功率与检测报告不一致"
GROUNDS: Final = "附区内配套企业名单和采购合同，请复核"
FOUND: Final = "补充的采购合同属实，原认定不当"


@contextmanager
def _desks(browser: Browser, site: str, *emails: str) -> Iterator[list[Person]]:
    """Some with an account, each signed in at a browser of his own."""
    with ExitStack() as stack:
        people = [stack.enter_context(person(browser, site)) for _ in emails]
        for worker, email in zip(people, emails, strict=True):
            worker.signs_in(email, PASSWORD)
        yield people


def sends_back(worker: Person) -> None:
    """Tells all that is missing at once."""
    opens_case(worker)
    worker.follows("procedure.return")
    worker.fills(reason=DEFECTS)
    worker.presses("procedure.return")
    worker.reads("procedure.done_return")


def corrects(applicant: Person) -> None:
    """Reads what is missing, hands it in, and submits again."""
    follows(applicant)
    applicant.sees(DEFECTS)
    case = applicant.where
    applicant.opens(f"{case}/documents")
    applicant.fills(kind="grid-test-report")
    applicant.page.set_input_files(
        '[name="file"]', files={"name": "并网检测报告.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    applicant.presses("documents.send")
    applicant.reads("documents.done_added")
    applicant.sees("并网检测报告.pdf")
    applicant.opens(f"{case}/edit")
    applicant.fills(rated_power_kw="5900")
    applicant.presses("apply.save_and_check")
    applicant.presses("apply.submit")
    applicant.reads("apply.done_submitted")


def reviews(worker: Person, **judged: str) -> None:
    """Accepts where that is still to do, and enters what was found on each point that a person decides."""
    opens_case(worker)
    if worker.page.get_by_role("link", name=worker.words("procedure.accept"), exact=True).count():
        worker.follows("procedure.accept")
        worker.presses("procedure.accept")
    case = worker.where
    for key, value in judged.items():
        worker.opens(f"{case}/facts/{key}")
        worker.fills(**{key: value}, reason="专家组评审意见")
        worker.presses("review.save")
        worker.reads("review.done_settled")
    for key, value in {"commissioned_on": "2025-03-10", "capacity_kwh": "12MWh"}.items():
        worker.opens(f"{case}/facts/{key}")
        worker.fills(**{key: value}, reason="并网验收意见")
        worker.presses("review.save")


def recommends(worker: Person, outcome: str, reason: str) -> None:
    """Says what should become of the case."""
    opens_case(worker)
    worker.follows("procedure.recommend")
    worker.fills(outcome=outcome, reason=reason)
    worker.presses("procedure.recommend")
    worker.reads("procedure.done_recommend")


def refuses(worker: Person) -> None:
    """Decides as a colleague has recommended."""
    opens_case(worker)
    worker.follows("review.refuse")
    worker.fills(reason="区内产业带动未获认定")
    worker.presses("review.refuse")
    worker.reads("review.done_refused")


def appeals(applicant: Person) -> str:
    """Reads the refusal, keeps its public address, and asks for another look."""
    follows(applicant)
    applicant.reads("case.status_refused")
    applicant.sees("前（含当日）可以申请复核")
    letter = applicant.page.get_by_role("link", name=applicant.words("letter.title_refusal"), exact=True)
    with applicant.page.expect_navigation():
        letter.click()
    applicant.reads("letter.valid_more")
    public = applicant.page.get_by_role("link", name=applicant.words("letter.public")).get_attribute("href")
    assert public
    follows(applicant)
    applicant.follows("apply.appeal")
    applicant.fills(reason=GROUNDS)
    applicant.presses("apply.appeal")
    applicant.reads("apply.done_appealed")
    applicant.reads("case.status_appealed")
    return public


def finds_himself_barred(worker: Person) -> None:
    """Took part in the refusal, so he is told why he may not decide on the appeal."""
    worker.opens("/review?status=appealed")
    worker.page.get_by_role("link", name=PROJECT).click()
    assert worker.page.get_by_role("button", name=worker.words("procedure.reopen")).is_disabled()
    worker.sees("您参与了原决定")


def reopens(worker: Person) -> None:
    """Took no part in the refusal, and has the case reviewed anew."""
    worker.opens("/review?status=appealed")
    worker.page.get_by_role("link", name=PROJECT).click()
    worker.sees(GROUNDS)
    worker.follows("procedure.reopen")
    worker.fills(reason=FOUND)
    worker.presses("procedure.reopen")
    worker.reads("procedure.done_reopen")


def test_from_a_refusal_to_an_award(browser: Browser, office: Office, opening: Opening, tmp_path: Path) -> None:
    chen, qian, tang = "chen@example.cn", "qian@example.cn", "tang@example.cn"
    with (
        opening("2026-03-01") as site,
        person(browser, site) as applicant,
        _desks(browser, site, chen, qian, tang) as (first, second, third),
    ):
        applies(applicant)
        sends_back(first)
        corrects(applicant)
        reviews(first, **dict.fromkeys(JUDGED, "true") | {"drives_industry": "false"})
        recommends(first, "refuse", "区内产业带动不足")
        refuses(second)
        refusal = appeals(applicant)
        finds_himself_barred(first)
        finds_himself_barred(second)
        reopens(third)
        with person(browser, site) as stranger:
            stranger.opens(refusal)
            stranger.reads("letter.superseded_more")
        reviews(third, drives_industry="true")
        recommends(third, "grant", "符合条款 A 的全部条件")
        third.follows("procedure.publish")
        third.presses("procedure.publish")
    with opening("2026-03-09") as site, _desks(browser, site, chen, qian, "zhou@bing.example") as people:
        for given, chief in enumerate(people[:2]):
            approves(chief, given)
        follows(people[2])
        people[2].sees(f"{AWARD} 元")
        people[2].sees(FOUND)
        answer = command(tmp_path, "2026-03-09", "audit", "verify", database_url=address_of(office.engine))
        assert answer.returncode == 0
