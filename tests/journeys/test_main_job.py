"""The whole job: a self-check becomes an application, an award, and its yearly disbursements, over two years of the calendar."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from io import BytesIO, StringIO
from typing import Final

import openpyxl
import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.journeys.conftest import Opening
from tests.journeys.person import Person, person
from tests.journeys.test_stranger import ANSWERS
from tests.support.office import JUDGED, Office
from tests.support.web import CREDIT_CODE, PASSWORD

pytestmark = pytest.mark.browser

DECLARED: Final = ANSWERS | {"capacity_kwh": "13 MWh", "rated_power_kw": "6 MW", "commissioned_on": "2025.3.10"}
PROJECT: Final = "临港智造园用户侧储能项目"
PAYEE: Final = "上海丙储能科技有限公司"
AWARD: Final = "2,400,000.00"
PART: Final = "800,000.00"


@contextmanager
def _desk(browser: Browser, site: str, email: str, *, scripts: bool) -> Iterator[Person]:
    """Somebody with an account, signed in."""
    with person(browser, site, scripts=scripts) as worker:
        worker.signs_in(email, PASSWORD)
        yield worker


def applies(reader: Person) -> None:
    """Checks, signs up on the way, finds the answers again, and submits."""
    reader.opens("/check/user-side-storage")
    reader.fills(**DECLARED)
    reader.presses("check.submit")
    reader.sees("2,600,000.00 元")
    reader.follows("check.apply")
    reader.follows("account.sign_up")
    reader.fills(
        organisation_name=PAYEE, credit_code=CREDIT_CODE, name="周敏", email="zhou@bing.example", password=PASSWORD
    )
    reader.presses("account.sign_up")
    carried = {"capacity_kwh": "13000", "rated_power_kw": "6000", "commissioned_on": "2025-03-10", "in_zone": "true"}
    assert {name: reader.typed(name) for name in carried} == carried
    reader.fills(project_name=PROJECT)
    reader.presses("apply.save_and_check")
    for words in (PROJECT, "13,000 kWh", "2025年3月10日", "2,600,000.00 元"):
        reader.sees(words)
    reader.presses("apply.submit")
    reader.reads("apply.done_submitted")
    reader.reads("case.status_submitted")


def opens_case(worker: Person) -> None:
    """From the list of those that wait to the case."""
    worker.opens("/review")
    worker.page.get_by_role("link", name=PROJECT).click()


def recommends(worker: Person) -> None:
    """Accepts, judges what a person decides, corrects what the evidence shows otherwise, and recommends what follows."""
    opens_case(worker)
    worker.follows("procedure.accept")
    worker.presses("procedure.accept")
    worker.reads("procedure.done_accept")
    worker.sees("不能核定")
    case = worker.where
    for key in JUDGED:
        worker.opens(f"{case}/facts/{key}")
        worker.fills(**{key: "true"}, reason="专家组评审意见")
        worker.presses("review.save")
        worker.reads("review.done_settled")
    settled = {"commissioned_on": ("2025-03-10", "并网验收意见"), "capacity_kwh": ("12MWh", "并网检测报告第 7 号")}
    for key, (value, reason) in settled.items():
        worker.opens(f"{case}/facts/{key}")
        worker.fills(**{key: value}, reason=reason)
        worker.presses("review.save")
    compared = worker.page.get_by_role("table", name=worker.words("review.compare")).inner_text()
    for words in ("2,600,000.00 元", f"{AWARD} 元", "−200,000.00 元"):
        assert words in compared
    worker.follows("procedure.recommend")
    worker.sees(f"{AWARD} 元")
    worker.reads("procedure.people_needed", people=2)
    worker.fills(outcome="grant", reason="符合条款 A 的全部条件")
    worker.presses("procedure.recommend")
    worker.reads("procedure.done_recommend")
    worker.follows("procedure.publish")
    worker.presses("procedure.publish")
    worker.reads("procedure.done_publish")


def objects(neighbour: Person) -> None:
    """Finds the notice without an account, and objects."""
    neighbour.opens("/notices")
    neighbour.page.get_by_role("link", name=PROJECT).click()
    neighbour.sees(f"{AWARD} 元")
    neighbour.fills(name="王强", contact="13800000000", text="装机容量不实")
    neighbour.presses("public.send")
    neighbour.reads("public.done_objected")


def answers(worker: Person) -> None:
    """Looks into the objection."""
    opens_case(worker)
    worker.follows("procedure.answer")
    worker.sees("装机容量不实")
    worker.fills(reason="经现场核查，容量属实")
    worker.presses("procedure.answer")
    worker.reads("procedure.done_answer")


def approves(worker: Person, given: int) -> None:
    """Approves what was recommended, after as many others."""
    opens_case(worker)
    for _ in range(30):  # the scheduler ends the notice in the background, when the site has been opened
        if worker.page.get_by_role("link", name=worker.words("review.approve"), exact=True).count():
            break
        worker.page.wait_for_timeout(500)
        worker.page.reload()
    worker.follows("review.approve")
    worker.sees(f"{AWARD} 元")
    worker.reads("procedure.signatures_so_far", given=given, people=2)
    worker.fills(reason="同意拟定的意见")
    worker.presses("review.approve")
    worker.reads("review.done_signed")


def sees_the_plan(worker: Person) -> None:
    """The instalments of the award that is now granted."""
    assert instalments(worker) == [
        ("2026年6月30日", "计划中"),
        ("2027年6月30日", "计划中"),
        ("2028年6月30日", "计划中"),
    ]


def records(worker: Person, year: int, cycles: str, evidence: str) -> None:
    """Records the verified figure of an operating year."""
    opens_approved(worker)
    worker.page.get_by_role("link", name=f"{worker.words('review.record_figure')} 第 {year} 个运行年度").click()
    worker.fills(cycles_per_year=cycles, evidence=evidence)
    worker.presses("review.save")
    worker.reads("review.done_recorded")


def decides(worker: Person, number: int, decision: str, reason: str) -> None:
    """Releases or forfeits an instalment whose year falls short."""
    opens_approved(worker)
    worker.page.get_by_role("link", name=f"{worker.words(f'review.{decision}')} 第 {number} 期").click()
    worker.fills(reason=reason)
    worker.presses(f"review.{decision}")
    worker.reads("review.done_decided")


def opens_approved(worker: Person) -> None:
    worker.opens("/review?status=approved")
    worker.page.get_by_role("link", name=PROJECT).click()


def instalments(reader: Person) -> list[tuple[str, str]]:
    """Of each instalment on a case page, the day it is due and where it stands."""
    rows = reader.page.locator("table", has_text=reader.words("case.year")).locator("tbody tr")
    found = []
    for row in rows.all():
        day, _, status, *_ = (cell.inner_text() for cell in row.locator("td").all())
        found.append((day.removesuffix("暂定").strip(), status.splitlines()[0]))
    return found


def test_from_a_check_to_the_last_instalment(browser: Browser, office: Office, opening: Opening) -> None:
    # On one of the two databases, nobody's browser runs scripts.
    scripts = office.engine.dialect.name == "postgresql"
    desk = partial(_desk, browser, scripts=scripts)
    with opening("2026-03-01") as site:
        with person(browser, site, scripts=scripts) as applicant:
            applies(applicant)
        with desk(site, "chen@example.cn") as administrator:
            recommends(administrator)
            with person(browser, site, scripts=scripts) as neighbour:
                objects(neighbour)
            answers(administrator)
    with opening("2026-03-09") as site:
        for given, email in enumerate(("qian@example.cn", "tang@example.cn")):
            with desk(site, email) as chief:
                approves(chief, given)
                if given:
                    sees_the_plan(chief)
    with (
        opening("2028-07-03") as site,
        desk(site, "chen@example.cn") as administrator,
        desk(site, "sun@example.cn") as finance,
        desk(site, "zhou@bing.example") as applicant,
    ):
        # When the site was opened the scheduler found all three due, and no operating year verified.
        assert statuses(finance) == ["暂缓", "暂缓", "暂缓"]
        records(administrator, 1, "471", "计量数据第 1 号")
        assert [status for _, status in instalments(administrator)] == ["待拨付", "暂缓", "暂缓"]
        runs_now(finance, generated=1, amount=PART)
        runs_now(finance, generated=0, amount="0.00")
        follows(applicant)
        assert [status for _, status in instalments(applicant)] == ["已生成拨付", "暂缓", "暂缓"]

        records(administrator, 2, "449", "计量数据第 2 号")
        administrator.sees("上一运行年度的数据未达到条件，待决定")
        decides(administrator, 2, "release", "电网计划检修所致")
        records(administrator, 3, "120", "计量数据第 3 号")
        decides(administrator, 3, "forfeit", "长期停运")
        assert [status for _, status in instalments(administrator)] == ["已生成拨付", "待拨付", "不予拨付"]
        runs_now(finance, generated=1, amount=PART)
        assert statuses(finance) == ["已生成拨付", "已生成拨付", "不予拨付"]
        figures_agree(finance)
        follows(applicant)
        applicant.sees("电网计划检修所致")
        applicant.sees("长期停运")
        assert [status for _, status in instalments(applicant)] == ["已生成拨付", "已生成拨付", "不予拨付"]


def follows(applicant: Person) -> None:
    """From his list to his application."""
    applicant.opens("/apply")
    applicant.page.get_by_role("link", name=PROJECT).click()


def runs_now(finance: Person, *, generated: int, amount: str) -> None:
    """Looks at what would be generated, generates it, and reads the run's own account of it."""
    finance.opens("/finance/run")
    finance.sees(f"{amount} 元")
    finance.presses("finance.run_now")
    finance.reads("finance.done_run")
    latest = finance.page.locator("main tbody tr").first.locator("td").all_inner_texts()
    assert latest[0] == finance.words("finance.trigger_manual")
    assert latest[2:4] == [str(generated), f"{amount} 元"]


def statuses(finance: Person) -> list[str]:
    """Of each instalment in the schedule, where it stands."""
    finance.opens("/finance")
    rows = finance.page.locator("table", has_text=PROJECT).locator("tbody tr")
    word = re.compile("计划中|暂缓|待拨付|已生成拨付|不予拨付")
    return [found.group() for row in rows.all() if (found := word.search(row.inner_text()))]


def figures_agree(finance: Person) -> None:
    """The schedule on the page, in the files and in the award say the same amounts, with a filter and without."""
    finance.opens("/finance")
    everything = fen(AWARD)
    assert fen(total_on_page(finance)) == everything
    for kind, read in READERS.items():
        amounts = read(finance.downloads(href(finance, kind)))
        assert sorted(amounts) == [fen(PART)] * 3, kind

    finance.fills(status="generated", payee=PAYEE)
    finance.presses("review.filter")
    assert fen(total_on_page(finance)) == 2 * fen(PART)
    for kind, read in READERS.items():
        amounts = read(finance.downloads(href(finance, kind)))
        assert sorted(amounts) == [fen(PART)] * 2, kind


def total_on_page(finance: Person) -> str:
    return finance.page.locator("tfoot td").last.inner_text().split()[0]


def href(finance: Person, kind: str) -> str:
    """Where the page says that a file of its rows is."""
    found = finance.page.get_by_role("link", name=kind, exact=True).get_attribute("href")
    assert found
    return found


def fen(shown: str) -> int:
    """An amount as it is shown, in fen."""
    return int(shown.replace(",", "").replace(".", ""))


def csv_amounts(content: bytes) -> list[int]:
    """The amounts of the instalments in a CSV file."""
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))
    return [fen(row[AMOUNT]) for row in rows if row[CODE] == CREDIT_CODE]


def xlsx_amounts(content: bytes) -> list[int]:
    """The amounts of the instalments in a workbook."""
    book = openpyxl.load_workbook(BytesIO(content), data_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    head = next(row for row in rows if AMOUNT in row)
    code, amount = head.index(CODE), head.index(AMOUNT)
    return [round(Decimal(str(row[amount])) * 100) for row in rows if row[code] == CREDIT_CODE]


def pdf_amounts(content: bytes) -> list[int]:
    """The amounts of the instalments on paper: what follows the day each is due."""
    said = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return [fen(amount) for amount in re.findall(r"\d{4}-\d\d-\d\d\s(?:暂定\s)?([\d,]+\.\d\d)", said)]


AMOUNT: Final = "本期金额（元）"
CODE: Final = "统一社会信用代码"
READERS: Final = {"CSV": csv_amounts, "XLSX": xlsx_amounts, "PDF": pdf_amounts}
