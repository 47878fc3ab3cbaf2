"""Result files in every form they come in, and whatever is no result file told with its line."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.faults import BadInput
from rules.money import LARGEST, Fen, grouped, yuan
from subsidy.finance.result_reading import Line, amount_of, day_of, read
from subsidy.locale import LANGUAGES
from tests.support.files import xlsx
from tests.support.results import HEADING, csv_file, paid, returned, workbook

TODAY = date(2026, 7, 10)
ROWS = [paid("LG1", "800000.00"), returned("LG2", "1,234.5")]
LINES = [
    Line(2, "LG1", Fen(80_000_000), True, date(2026, 7, 1), "R1", None),
    Line(3, "LG2", Fen(123_450), False, date(2026, 7, 3), "R2", "账号户名不符"),
]


def codes(data: bytes) -> list[str]:
    with pytest.raises(BadInput) as bad:
        read(data, TODAY)
    for fault in bad.value.faults:
        assert all(fault.message(lang) for lang in LANGUAGES)
    return [fault.code.partition(".")[2] for fault in bad.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_csv_is_read_in_every_usual_form(encoding: str, separator: str) -> None:
    assert read(csv_file(ROWS, encoding, separator), TODAY) == LINES


def test_thousands_separators_are_quoted_where_commas_part_the_columns() -> None:
    assert read(csv_file([ROWS[0], ("LG2", '"1,234.5"', *ROWS[1][2:])]), TODAY) == LINES


def test_a_workbook_is_read_from_text_numbers_and_dates() -> None:
    rows = [
        ("LG1", 800000, "成功", date(2026, 7, 1), "R1", None),
        ("LG2", 1234.5, "退汇", datetime.fromisoformat("2026-07-03T09:30"), "R2", "账号户名不符"),
    ]
    assert read(workbook(rows), TODAY) == LINES
    assert read(workbook(ROWS), TODAY) == LINES


def test_titles_above_and_a_total_below_are_no_payments() -> None:
    data = "国库支付回单,,,\r\n打印日期,2026-07-10,,\r\n".encode() + csv_file(
        [*[ROWS[0]], ("合计", "800000.00", "", "", "", "")]
    )
    assert [line.line for line in read(data, TODAY)] == [4]
    assert codes(csv_file([ROWS[0], ("合计", "800000.01", "", "", "", "")])) == ["total_differs"]


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    data = csv_file([("LG1", "1.00", "成功", "2026-07-01", "R1", '"两行\r\n说明"'), paid("LG2", "x")])
    with pytest.raises(BadInput) as bad:
        read(data, TODAY)
    assert bad.value.faults[0].params["line"] == "4"


def test_what_looks_like_a_formula_is_text() -> None:
    rows = [("=1+1", "1.00", "成功", "2026-07-01", "@SUM(A1)", "=HYPERLINK(1)")]
    (line,) = read(csv_file(rows), TODAY)
    assert (line.key, line.bank_ref, line.why) == ("=1+1", "@SUM(A1)", "=HYPERLINK(1)")


@given(st.integers(1, LARGEST))
def test_amounts_are_exact(fen: int) -> None:
    assert amount_of(yuan(fen)) == amount_of(grouped(fen)) == amount_of(f"¥{grouped(fen)}元") == fen


@given(st.integers(1, 10**13 - 1))
def test_numbers_of_a_workbook_are_exact_or_refused(fen: int) -> None:
    assert amount_of(float(yuan(fen))) == fen


@pytest.mark.parametrize(
    "cell",
    [0.001, 1.005, 1e13, float("nan"), float("inf"), -1.0, True, "", "1e3", "1.005", "-1", "+1", "1,00", "1 000",
     "1.", ".5", "０x1", "1，000.00元整", "１２.３４.５"],
    ids=str,
)  # fmt: skip
def test_what_is_no_exact_amount_is_none(cell: object) -> None:
    assert amount_of(cell) is None


@pytest.mark.parametrize(
    "cell",
    ["2026-07-01", "2026/7/1", "2026.7.1", "2026年7月1日", "20260701", 20260701.0, date(2026, 7, 1),
     datetime.fromisoformat("2026-07-01T23:59"), "2026-07-01 10:00:00", "２０２６-０７-０１"],
    ids=str,
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(cell: object) -> None:
    assert day_of(cell) == date(2026, 7, 1)


LINE = list(paid("LG1", "1.00"))


def changed(place: int, value: str) -> bytes:
    return csv_file([[*LINE[:place], value, *LINE[place + 1 :]]])


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (201 * 1024**2))
    return target.getvalue()


MALFORMED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "only a mark": (b"\xef\xbb\xbf", "empty"),
    "only separators": (b",,,\r\n;;;\r\n", "empty"),
    "old excel": (b"\xd0\xcf\x11\xe0" + b"0" * 100, "old_office"),
    "utf-16": ("支付指令号,金额".encode("utf-16"), "encoding"),
    "utf-16 without mark": (csv_file(ROWS, "utf-16-le"), "encoding"),
    "bytes": (b"\x80\xff\xfe,\x81", "encoding"),
    "nul": (b"key,amount,status,date\r\nLG1\0,1,paid,2026-07-01", "encoding"),
    "no separator": ("支付指令号".encode(), "no_heading"),
    "prose": ("尊敬的客户，您好".encode(), "no_heading"),
    "json": (b'{"key": "LG1", "amount": 1}', "no_heading"),
    "html": (b"<table><tr><td>key, amount</td></tr></table>", "no_heading"),
    "pdf": (b"%PDF-1.7,\n", "no_heading"),
    "no key column": ("金额,结果,日期\r\n1,成功,2026-07-01".encode(), "no_heading"),
    "no amount column": ("支付指令号,结果,日期\r\nLG1,成功,2026-07-01".encode(), "no_heading"),
    "no outcome column": ("支付指令号,金额,日期\r\nLG1,1,2026-07-01".encode(), "no_heading"),
    "no date column": ("支付指令号,金额,结果\r\nLG1,1,成功".encode(), "no_heading"),
    "heading too far down": (b"a,b\r\n" * 31 + csv_file(ROWS), "no_heading"),
    "column twice": ("支付指令号,金额,支付金额,结果,日期\r\n".encode(), "column_twice"),
    "heading alone": (csv_file([]), "no_lines"),
    "total alone": (csv_file([("合计", "0.00", "", "", "", "")]), "no_lines"),
    "total too low": (csv_file([LINE, ("合计", "0.99", "", "", "", "")]), "total_differs"),
    "total of words": (csv_file([LINE, ("总计：", "壹元整", "", "", "", "")]), "total_differs"),
    "open quotation": (csv_file([LINE]) + b'"LG2,1.00', "csv_broken"),
    "text behind a quotation": (csv_file([LINE]) + '"LG2"x,1.00,成功,2026-07-01'.encode(), "csv_broken"),
    "key missing": (changed(0, ""), "key_missing"),
    "key of spaces": (changed(0, "  "), "key_missing"),
    "key too long": (changed(0, "K" * 65), "key_wrong"),
    "key with a bell": (changed(0, "LG\x07"), "key_wrong"),
    "amount missing": (changed(1, ""), "amount_wrong"),
    "amount in words": (changed(1, "壹元整"), "amount_wrong"),
    "amount below zero": (changed(1, "-1.00"), "amount_wrong"),
    "amount too exact": (changed(1, "1.001"), "amount_wrong"),
    "amount of nothing": (changed(1, "0.00"), "amount_zero"),
    "amount beyond all": (changed(1, "99999999999999.00"), "amount_wrong"),
    "amount as formula": (changed(1, "=1+1"), "amount_wrong"),
    "amount with exponent": (changed(1, "1e5"), "amount_wrong"),
    "outcome missing": (changed(2, ""), "outcome_missing"),
    "outcome unknown": (changed(2, "处理中"), "outcome_unknown"),
    "outcome as formula": (changed(2, "=成功"), "outcome_unknown"),
    "date missing": (changed(3, ""), "date_wrong"),
    "no day of the calendar": (changed(3, "2026-02-30"), "date_wrong"),
    "date the other way": (changed(3, "01/07/2026"), "date_wrong"),
    "day to come": (changed(3, "2026-07-11"), "date_future"),
    "reason too long": (changed(5, "长" * 501), "words_long"),
    "cell too long": (changed(5, "长" * 4001), "cell_too_long"),
    "short line": (csv_file([["LG1"]]), "amount_wrong outcome_missing date_wrong"),
    "no workbook": (b"PK\x03\x04" + b"0" * 100, "broken"),
    "another archive": (xlsx()[:200], "broken"),
    "bomb": (bomb(), "too_much_inside"),
    "workbook without a table": (workbook([("a", "b")], ("c", "d")), "no_heading"),
    "key cut off": (workbook([(12345678901234567890, "1.00", "成功", "2026-07-01")]), "number_cell"),
    "reference cut off": (workbook([("LG1", 1, "成功", "2026-07-01", 1234567890123456789)]), "number_cell"),
    "number of a workbook too exact": (workbook([("LG1", 1.005, "成功", "2026-07-01")]), "amount_wrong"),
    "yes for an amount": (workbook([("LG1", True, "成功", "2026-07-01")]), "amount_wrong"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_whatever_is_malformed_is_told(name: str) -> None:
    data, expected = MALFORMED[name]
    assert " ".join(codes(data)) == expected


def test_two_sheets_with_results_are_not_guessed_between() -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(workbook(ROWS)))
    second = book.create_sheet("二")
    for row in (HEADING, *ROWS):
        second.append(row)
    target = io.BytesIO()
    book.save(target)
    assert codes(target.getvalue()) == ["two_tables"]


def test_every_bad_line_is_told() -> None:
    with pytest.raises(BadInput) as bad:
        read(csv_file([paid("LG1", "x"), paid("LG2", "1.00"), paid("LG3", "1.00", "?")]), TODAY)
    assert [(fault.code, fault.params["line"]) for fault in bad.value.faults] == [
        ("result.amount_wrong", "2"),
        ("result.date_wrong", "4"),
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(BadInput):
        read(data, TODAY)
