"""The payout schedule for spreadsheets: exact, readable by others, and never executed."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from rules.money import LARGEST, Fen
from schedules.due import Status
from subsidy.finance.schedule import Filters
from subsidy.reports.schedule_sheet import schedule_csv, schedule_xlsx
from tests.reports.schedules import AS_OF, HELD, LATER, ROW, schedule

HEAD = [
    "申报编号", "项目名称", "单位名称", "统一社会信用代码", "政策", "支持条款", "条款", "核定总额（元）",
    "期次", "总期数", "应付日期", "日期性质", "本期金额（元）", "状态", "原因", "拨付生成日期",
]  # fmt: skip
RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "　=1", "＝1+1", "＋1", "－1", "＠A"]


def sheet_xml(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_workbook_reads_back_with_types() -> None:
    data = schedule_xlsx(schedule(ROW, LATER, HELD), "zh", as_of=AS_OF)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["拨付计划", "说明"]
    head, first, second, _, total = book.get_sheet_by_name("拨付计划").to_python()
    assert head == HEAD
    assert first == [
        "LG-2026-0001", ROW.project_name, ROW.payee, "913100001234567890", "lingang-2024", "用户侧储能项目奖励", "A",
        5_000_000, 1, 3, date(2026, 6, 30), "确定", 1666666.66, "已生成拨付", "", date(2026, 6, 30),
    ]  # fmt: skip
    assert second[11:] == ["暂定", 1666666.67, "计划中", "尚未到期", ""]
    assert (total[0], total[12]) == ("合计", 4999999.99)


def test_account_like_numbers_are_text_and_text_is_never_a_formula() -> None:
    rows = [replace(ROW, project_name=risky, payee=f"{risky}http://x") for risky in RISKY]
    data = schedule_xlsx(schedule(*rows), "zh", as_of=AS_OF)
    sheet = load_workbook(io.BytesIO(data))["拨付计划"]
    for down, risky in enumerate(RISKY, start=2):
        assert [sheet.cell(down, at).data_type for at in (1, 2, 3, 4)] == ["s", "s", "s", "s"]
        assert str(sheet.cell(down, 2).value).replace("_x000D_", "\r") == risky
        assert sheet.cell(down, 4).value == "913100001234567890"
        assert sheet.cell(down, 4).number_format == "@"
        assert sheet.cell(down, 3).hyperlink is None
    assert "<f>" not in sheet_xml(data)


@pytest.mark.parametrize("fen", [1, 99, 166_666_667, 10**15 - 1, int(LARGEST)])
def test_every_fen_is_written(fen: int) -> None:
    data = schedule_xlsx(schedule(replace(ROW, amount=Fen(fen))), "zh", as_of=AS_OF)
    written = re.findall(r'<c r="M[23]"[^>]*><v>([^<]+)</v>', sheet_xml(data))
    assert [Decimal(each) * 100 for each in written] == [fen, fen]
    [_, row, total] = csv_rows(schedule_csv(schedule(replace(ROW, amount=Fen(fen))), "zh"))
    assert Decimal(row[12]) * 100 == Decimal(total[12]) * 100 == fen


def test_the_workbook_is_ready_to_use() -> None:
    book = load_workbook(io.BytesIO(schedule_xlsx(schedule(ROW, LATER), "zh", as_of=AS_OF)))
    sheet = book["拨付计划"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:P3", "the total stays outside the filter"
    assert sheet["A1"].font.bold
    assert sheet["M2"].number_format == "#,##0.00"
    assert sheet["K2"].number_format == "yyyy-mm-dd"
    assert sheet.column_dimensions["B"].width > 25


def test_the_second_sheet_says_what_the_rows_are() -> None:
    filters = Filters(year=2026, status=Status.HELD)
    book = load_workbook(io.BytesIO(schedule_xlsx(schedule(HELD, HELD, filters=filters), "zh", as_of=AS_OF)))
    facts = {str(name): value for name, value in book["说明"].iter_rows(values_only=True)}
    assert facts["统计日期"].date() == AS_OF  # type: ignore[union-attr]
    assert facts["年度"] == "2026"
    assert facts["状态"] == "暂缓"
    assert facts["合计（笔数）"] == 2
    assert facts["合计（元）"] == 3333333.32


def test_the_same_schedule_gives_the_same_bytes() -> None:
    assert schedule_xlsx(schedule(ROW), "zh", as_of=AS_OF) == schedule_xlsx(schedule(ROW), "zh", as_of=AS_OF)


def test_an_empty_schedule_has_a_head_and_a_total() -> None:
    data = schedule_xlsx(schedule(), "zh", as_of=AS_OF)
    head, total = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("拨付计划").to_python()
    assert head == HEAD
    assert (total[0], total[12]) == ("合计", 0)


def test_csv_opens_in_chinese_and_reads_back() -> None:
    data = schedule_csv(schedule(ROW, HELD), "zh")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 4
    head, first, second, total = csv_rows(data)
    assert head == HEAD
    assert first[:4] == ["LG-2026-0001", ROW.project_name, ROW.payee, "913100001234567890"]
    assert first[7:13] == ["5000000.00", "1", "3", "2026-06-30", "确定", "1666666.66"]
    assert second[14] == "上一运行年度的数据未达到条件，待决定"
    assert (total[0], total[12]) == ("合计", "3333333.32")


@pytest.mark.parametrize("risky", RISKY)
def test_csv_disarms_formulas(risky: str) -> None:
    [_, row, _] = csv_rows(schedule_csv(schedule(replace(ROW, project_name=risky, payee='a,"b"\nc')), "zh"))
    assert row[1] == f"'{risky}"
    assert row[2] == 'a,"b"\nc'


def test_english_has_the_same_figures() -> None:
    zh, en = (csv_rows(schedule_csv(schedule(ROW, LATER, HELD), lang)) for lang in ("zh", "en"))
    assert en[0][0] == "Application"
    for chinese, english in zip(zh[1:], en[1:], strict=True):
        assert [chinese[at] for at in (7, 8, 9, 10, 12, 15)] == [english[at] for at in (7, 8, 9, 10, 12, 15)]
