"""The payout schedule on paper."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from rules.load import packs
from rules.money import Fen, grouped
from schedules.due import Status
from subsidy.finance.schedule import Filters
from subsidy.reports.schedule import schedule_pdf
from tests.reports import papers
from tests.reports.schedules import AS_OF, HELD, LATER, ROW, schedule

URL = "https://subsidy.example/finance?year=2026&status=held"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rows_totals_and_clauses_are_on_it(lang: str) -> None:
    made = schedule_pdf(schedule(ROW, LATER, HELD), lang, as_of=AS_OF, url=URL)
    text = papers.flowing(made)
    for row in (ROW, LATER, HELD):
        for shown in (row.project_name, row.payee, row.credit_code, row.application_number, grouped(row.amount)):
            assert shown.replace(" ", "") in text
        assert f"{row.instalment_number}/{row.of}" in text
        assert row.due_on.isoformat() in text
        assert packs()[row.policy_id].clause(row.clause).quote in text
    assert text.count(grouped(Fen(166_666_666 * 2 + 166_666_667))) == 2, "in the summary and below the rows"
    labels = (
        ("已生成拨付", "计划中", "暂缓", "上一运行年度的数据未达到条件")
        if lang == "zh"
        else ("Generated", "Planned", "Held")
    )
    for label in labels:
        assert label in text
    assert ("不作为支付凭证" if lang == "zh" else "nopaymentvoucher") in text
    assert text.count("暂定" if lang == "zh" else "provisional") == 2, "at the row and in the note below"


def test_it_says_what_the_rows_were_chosen_by() -> None:
    filters = Filters(year=2026, scheme="user-side-storage", status=Status.HELD, payee="临港")
    text = papers.flowing(schedule_pdf(schedule(HELD, filters=filters), "zh", as_of=AS_OF, url=None))
    for shown in ("统计日期2026年11月22日", "年度2026", "支持条款用户侧储能项目奖励", "状态暂缓", "单位临港"):
        assert shown in text


def test_an_empty_schedule_says_so() -> None:
    text = papers.flowing(schedule_pdf(schedule(), "zh", as_of=AS_OF, url=None))
    assert "没有符合筛选条件的分期。" in text
    assert "筛选条件全部" in text
    assert "条款原文" not in text


def test_many_rows_repeat_the_head_on_every_page() -> None:
    rows = [
        replace(ROW, application_number=f"LG-2026-{number:04}", due_on=ROW.due_on + timedelta(days=number))
        for number in range(300)
    ]
    made = schedule_pdf(schedule(*rows), "zh", as_of=AS_OF, url=None)
    all_pages = papers.pages(made)
    with_rows = [page for page in all_pages if "LG-2026-" in page]
    assert len(with_rows) > 20
    assert all("申报编号" in page for page in with_rows)
    assert all(f"第 {number} 页 共 {len(all_pages)} 页" in page for number, page in enumerate(all_pages, start=1))
    assert sum(page.count("LG-2026-") for page in all_pages) == len(rows)


def test_text_is_printed_as_it_is() -> None:
    row = replace(ROW, project_name="<b>&amp;</b> =1+1 {0} %s", payee="一" * 80, credit_code="W" * 60)
    text = papers.flowing(schedule_pdf(schedule(row), "zh", as_of=AS_OF, url=None))
    assert "<b>&amp;</b>=1+1{0}%s" in text
    assert text.count("一") >= 80
    assert text.count("W") >= 60


def test_a_policy_that_is_no_longer_shipped_is_named() -> None:
    text = papers.flowing(schedule_pdf(schedule(replace(ROW, policy_id="older-2020")), "zh", as_of=AS_OF, url=None))
    assert "older-2020" in text


def test_the_type_is_inside() -> None:
    used = papers.fonts(schedule_pdf(schedule(ROW, HELD), "zh", as_of=AS_OF, url=URL))
    assert all(used.values()), used


@pytest.mark.poppler
def test_its_code_leads_to_the_same_list(tmp_path: Path) -> None:
    made = schedule_pdf(schedule(ROW), "zh", as_of=AS_OF, url=URL)
    assert papers.qr_codes(made, tmp_path) == [URL]
