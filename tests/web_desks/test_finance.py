"""The desk of finance: the payout schedule, its files, the runs, and generating by hand."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import select

from subsidy.database import reading, writing
from subsidy.records import Disbursement, Run, Trigger
from tests.support.desks import ENGLISH, EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, FINANCE, STORAGE, Office, noon
from tests.support.web import words


@pytest.fixture
def finance(office: Office, desks: Desks) -> TestClient:
    """Two awards, one with a figure for its first year; the first round is over."""
    award = office.approved()
    office.approved({**STORAGE, "capacity_kwh": Decimal(25000), "rated_power_kw": Decimal(10000)})
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 480)
    return desks.of(FINANCE)


def disbursed(office: Office) -> list[int]:
    with reading(office.engine) as session:
        return [row.amount_fen for row in session.exec(select(Disbursement))]


def test_totals_stand_by_year_and_status(finance: TestClient) -> None:
    page = words(finance.get("/finance").text)
    assert "2026 — 1,666,666.66 1 笔 800,000.00 1 笔 — — 2,466,666.66 2 笔" in page
    assert "2027 2,466,666.67 2 笔 — — — — 2,466,666.67 2 笔" in page
    assert "合计 4,933,333.34 4 笔 1,666,666.66 1 笔 800,000.00 1 笔 — — 7,400,000.00 6 笔" in page


def test_rows_are_chosen(finance: TestClient) -> None:
    page = words(finance.get("/finance", params={"year": "2026", "status": "held"}).text)
    assert "分期明细：第 1—1 笔，共 1 笔" in page
    assert "上一运行年度的数据尚未核定" in page
    assert "没有符合筛选条件的分期。" in finance.get("/finance", params={"scheme": "first-unit"}).text
    assert "共 6 笔" in words(finance.get("/finance", params={"payee": "甲储能"}).text)
    assert "没有符合筛选条件的分期。" in finance.get("/finance", params={"payee": "%"}).text


def test_every_wrong_filter_is_told(finance: TestClient) -> None:
    page = finance.get("/finance", params={"year": "二〇二六", "scheme": "x", "status": "paid"})
    assert page.status_code == 422
    said = words(page.text)
    assert "年度“二〇二六”无法识别" in said
    assert "没有“x”这一支持条款" in said
    assert "“paid”不是可选项" in said
    assert finance.get("/finance/schedule.csv", params={"year": "0x7e"}).status_code == 422


@pytest.mark.parametrize("payee", [EVIL, "\0", "' OR 1=1"])
def test_any_payee_can_be_sought(payee: str, finance: TestClient) -> None:
    page = finance.get("/finance", params={"payee": payee})
    assert page.status_code == 200
    assert EVIL not in page.text


def test_the_files_hold_the_rows_of_the_page(finance: TestClient) -> None:
    page = finance.get("/finance", params={"year": "2026"}).text
    assert 'href="/finance/schedule.csv?year=2026"' in page
    answer = finance.get("/finance/schedule.csv?year=2026")
    assert answer.headers["content-disposition"] == 'attachment; filename="payout-schedule-2026-07-01.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["本期金额（元）"] for row in rows] == ["800000.00", "1666666.66", "2466666.66"]
    book = load_workbook(io.BytesIO(finance.get("/finance/schedule.xlsx?year=2026").content))
    assert book.worksheets[0].max_row == 1 + 2 + 1
    paper = finance.get("/finance/schedule.pdf?year=2026")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")


def test_a_file_of_another_kind_is_not_found(finance: TestClient) -> None:
    assert finance.get("/finance/schedule.exe").status_code == 404


def test_only_administrators_are_led_to_the_case(finance: TestClient, desks: Desks) -> None:
    assert "/review/" not in finance.get("/finance").text
    assert "/review/" in desks.of(ADMINISTRATOR).get("/finance").text


def test_a_run_is_seen_beforehand_made_once_and_kept(finance: TestClient, office: Office) -> None:
    page = words(finance.get("/finance/run").text)
    assert "截至2026年7月1日将生成的拨付 800,000.00 元 1 笔" in page
    assert "上一运行年度的数据尚未核定 1 笔" in page
    assert disbursed(office) == []
    for _ in range(2):
        assert finance.post("/finance/run", data={"as_of": "2026-07-01"}).headers["location"] == "/finance/runs"
    assert disbursed(office) == [800_000_00]
    page = words(finance.get("/finance/runs").text)
    assert "已执行，结果见最近一条记录。" in page
    assert "手动 2026-07-01 1 800,000.00 元 上一运行年度的数据尚未核定 1 笔 已完成" in page
    assert "手动 2026-07-01 0 0.00 元" in page


def test_a_day_to_come_is_only_previewed(finance: TestClient, office: Office) -> None:
    page = finance.get("/finance/run", params={"as_of": "2027年7月1日"})
    assert "<button disabled" in page.text
    assert "只能预览" in page.text
    refused = finance.post("/finance/run", data={"as_of": "2027-07-01"})
    assert refused.status_code == 409
    assert "只能预览" in faults(refused.text)[0]
    assert disbursed(office) == []


def test_a_day_that_is_none(finance: TestClient, office: Office) -> None:
    for page in (
        finance.get("/finance/run", params={"as_of": "2026-02-30"}),
        finance.post("/finance/run", data={"as_of": "2026-02-30"}),
    ):
        assert page.status_code == 422
        assert faults(page.text) == ["日历上没有“2026-02-30”这一天。请检查月份和日期。"]
        assert field(page.text, "as_of") == "2026-02-30"
    assert disbursed(office) == []


def test_an_administrator_sees_but_does_not_generate(finance: TestClient, desks: Desks, office: Office) -> None:
    client = desks.of(ADMINISTRATOR)
    page = client.get("/finance/run").text
    assert "只有财务人员可以手动生成拨付。" in page
    assert "<button disabled" in page
    assert client.post("/finance/run", data={"as_of": "2026-07-01"}).status_code == 403
    assert disbursed(office) == []


def test_runs_that_failed_or_never_ended_say_so(finance: TestClient, office: Office) -> None:
    assert "尚未生成过。" in finance.get("/finance/runs").text
    with writing(office.engine) as session:
        day, now = office.day, noon(office.day)
        session.add(Run(trigger=Trigger.TICK, as_of=day, started_at=now))
        session.add(Run(trigger=Trigger.START, as_of=day, started_at=now, error=f"OperationalError: {EVIL}"))
    page = finance.get("/finance/runs").text
    assert "未完成" in page
    assert "出错" in page
    assert EVIL not in page


def test_a_long_list_has_pages(finance: TestClient, office: Office) -> None:
    with writing(office.engine) as session:
        for _ in range(120):
            session.add(Run(trigger=Trigger.TICK, as_of=office.day, started_at=noon(office.day)))
    page = finance.get("/finance/runs")
    assert page.text.count("<tr>") == 1 + 50
    assert "第 1—50 条，共 120 条" in words(page.text)
    assert 'href="/finance/runs?page=2" rel="next"' in page.text
    assert finance.get("/finance/runs?page=3").text.count("<tr>") == 1 + 20
    for beyond in ("4", "0", "-1", "x", "9" * 30):
        assert finance.get("/finance/runs", params={"page": beyond}).status_code == 200


def test_in_english(office: Office, finance: TestClient, desks: Desks) -> None:
    client = desks.of(FINANCE, **ENGLISH)
    page = words(client.get("/finance").text)
    assert "By year and status, in yuan" in page
    assert "Held" in page
    header = client.get("/finance/schedule.csv").content.decode("utf-8-sig").splitlines()[0]
    assert header.startswith("Application,Project,Payee")
