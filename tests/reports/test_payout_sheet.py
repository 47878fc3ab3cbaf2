"""The payment sheet of a run: exact, read back by others, unharmed by an office suite, the same bytes each time."""

import csv
import io
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from rules.capitals import capitals
from rules.money import Fen, parse_yuan
from subsidy.reports.payout_columns import COLUMNS, Line
from subsidy.reports.payout_files import write, write_parts
from tests.reports.payouts import LINE, facts, lines

AT = {column.key: at for at, column in enumerate(COLUMNS)}
RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "　=1", "＝1+1", "＋1", "－1", "＠A"]
CODES = ("key", "application", "credit_code", "account_number", "cnaps")
NUMBERS = ["0031050161360000012345", "6222021001116245702", "00000000", "1234567890123456789012345678901234"]


def made(tmp_path: Path, rows: Sequence[Line], kind: str = "xlsx", lang: str = "zh") -> bytes:
    target = tmp_path / "file"
    write(kind, facts(*rows), rows, target, lang)
    return target.read_bytes()


def csv_rows(data: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


def exact(cell: object) -> Fen:
    return Fen(int(Decimal(repr(cell)) * 100))


def test_another_library_reads_every_line_unchanged(tmp_path: Path) -> None:
    rows = [{**line, "account_number": number} for number, line in zip(NUMBERS, lines(4), strict=True)]
    book = CalamineWorkbook.from_filelike(io.BytesIO(made(tmp_path, rows)))
    assert book.sheet_names == ["支付明细", "批次信息"]
    head, *read, total = book.get_sheet_by_name("支付明细").to_python()
    assert head[0] == "序号"
    assert len(read) == len(rows)
    for given, cells in zip(rows, read, strict=True):
        assert [cells[AT[key]] for key in CODES] == [given[key] for key in CODES]
        for key in ("award", "amount", "paid_before", "remaining", "unit_yuan"):
            assert exact(cells[AT[key]]) == parse_yuan(given[key] or "")
        assert cells[AT["due_on"]] == date(2026, 6, 30)
        assert cells[AT["capitals"]] == f"人民币{capitals(parse_yuan(given['amount'] or ''))}"
        assert cells[AT["instalment"]] == "1/3"
        assert cells[AT["capacity_kwh"]] == 24000.5
    whole = sum(parse_yuan(row["amount"] or "") for row in rows)
    assert (total[AT["key"]], total[AT["application"]]) == ("合计", "4 笔")
    assert exact(total[AT["amount"]]) == whole
    assert total[AT["capitals"]] == f"人民币{capitals(whole)}"


def test_codes_are_text_and_text_is_never_a_formula(tmp_path: Path) -> None:
    rows = [{**LINE, "project": risky, "bank": f"{risky}http://x", "payee": "<r><t>甲</t></r>"} for risky in RISKY]
    data = made(tmp_path, rows)
    sheet = load_workbook(io.BytesIO(data))["支付明细"]
    for down, risky in enumerate(RISKY, start=2):
        for key in (*CODES, "project", "bank", "payee"):
            cell = sheet.cell(down, AT[key] + 1)
            assert (cell.data_type, cell.number_format, cell.hyperlink) == ("s", "@", None), key
        assert sheet.cell(down, AT["project"] + 1).value == risky
        assert str(sheet.cell(down, AT["payee"] + 1).value).strip() == "<r><t>甲</t></r>"
        assert sheet.cell(down, AT["account_number"] + 1).value == LINE["account_number"]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_the_second_sheet_says_what_the_run_is(tmp_path: Path) -> None:
    rows = list(lines(3))
    book = load_workbook(io.BytesIO(made(tmp_path, rows)))
    told = {str(name): value for name, value in book["批次信息"].iter_rows(values_only=True)}
    run = facts(*rows)
    assert told["批次号"] == run.number
    assert told["批次内容摘要"] == run.digest
    assert told["规则内容摘要 lingang-2024 2024.1"] == run.versions[0].digest
    assert told["核算程序"] == "1"
    assert told["批准时间（北京时间）"] == "2026-07-02 10:30:00"
    assert [str(told[word]).split()[0] for word in ("经办", "复核", "批准")] == ["孙洁", "方平", "方平"]
    assert told["合计（大写）"] == f"人民币{capitals(run.amount)}"
    assert book.properties.created == run.approved_at.replace(hour=2, tzinfo=None)


@pytest.mark.parametrize("kind", ["csv", "gb18030.csv", "pdf", "xlsx"])
def test_the_same_run_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    rows = list(lines(7))
    reordered = [dict(sorted(row.items(), reverse=True)) for row in rows]
    assert made(tmp_path, rows, kind) == made(tmp_path, reordered, kind)


def test_a_workbook_tells_nothing_of_the_machine_or_the_day_it_was_made(tmp_path: Path) -> None:
    archive = zipfile.ZipFile(io.BytesIO(made(tmp_path, [LINE])))
    told = {(each.create_system, each.external_attr, each.date_time[0]) for each in archive.infolist()}
    assert told == {(0, 0, 1980)}


@pytest.mark.parametrize("kind", ["csv", "gb18030.csv", "pdf", "xlsx"])
def test_lines_that_are_not_the_run_make_no_file(kind: str, tmp_path: Path) -> None:
    rows = list(lines(3))
    for wrong in (rows[:2], [*rows, rows[0]], [{**rows[0], "amount": "1600033.02"}, *rows[1:]]):
        with pytest.raises(ValueError, match=r"P-2026-0001"):
            write(kind, facts(*rows), wrong, tmp_path / "file")


@pytest.mark.parametrize(("kind", "encoding"), [("csv", "utf-8-sig"), ("gb18030.csv", "gb18030")])
def test_csv_reads_back(kind: str, encoding: str, tmp_path: Path) -> None:
    rows = [LINE, *lines(2), {**LINE, "project": '甲,"乙"\n=1', "bank": "=1+1"}]
    data = made(tmp_path, rows, kind)
    assert data.startswith(b"\xef\xbb\xbf") == (kind == "csv")
    head, *read, total = csv_rows(data, encoding)
    assert head[AT["account_number"]] == "账号"
    for given, cells in zip(rows, read, strict=True):
        for key in (*CODES, "amount", "payee", "due_on"):
            assert cells[AT[key]] == given[key]
    assert read[-1][AT["project"]] == '甲,"乙"\n=1'
    assert read[-1][AT["bank"]] == "'=1+1"
    assert parse_yuan(total[AT["amount"]]) == sum(parse_yuan(row["amount"] or "") for row in rows)


@pytest.mark.parametrize("amount", ["0.01", "1409.50", "6007.14", "107000.53", "9999999999999.99"])
def test_every_fen_is_written(amount: str, tmp_path: Path) -> None:
    [_, cells, total] = (
        CalamineWorkbook.from_filelike(io.BytesIO(made(tmp_path, [{**LINE, "amount": amount}])))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert exact(cells[AT["amount"]]) == exact(total[AT["amount"]]) == parse_yuan(amount)
    assert str(cells[AT["capitals"]]).startswith("人民币")
    assert not str(cells[AT["capitals"]]).startswith("人民币 ")


@pytest.mark.parametrize(("kind", "size"), [("csv", 100), ("xlsx", 120)])
def test_the_parts_are_the_run(kind: str, size: int, tmp_path: Path) -> None:
    rows = list(lines(350))
    run, target = facts(*rows), tmp_path / "parts.zip"
    write_parts(kind, run, iter(rows), target, size)
    first = target.read_bytes()
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        assert names == [f"P-2026-0001-{number}.{kind}" for number in range(1, -(-350 // size) + 1)]
        parts = [archive.read(name) for name in names]
    read = [
        csv_rows(part)[1:]
        if kind == "csv"
        else CalamineWorkbook.from_filelike(io.BytesIO(part)).get_sheet_by_index(0).to_python()[1:]
        for part in parts
    ]
    assert [cells[AT["key"]] for part in read for cells in part[:-1]] == [row["key"] for row in rows]
    assert max(len(part) - 1 for part in read) == size
    totals = [part[-1][AT["amount"]] for part in read]
    assert sum(parse_yuan(str(each)) if kind == "csv" else exact(each) for each in totals) == run.amount
    write_parts(kind, run, iter(rows), target, size)
    assert target.read_bytes() == first
    with pytest.raises(ValueError, match="parts"):
        write_parts(kind, replace(run, amount=Fen(run.amount + 1)), iter(rows), target, size)


@pytest.mark.libreoffice
def test_libreoffice_keeps_every_account_number(tmp_path: Path) -> None:
    rows = [{**line, "account_number": number} for number, line in zip(NUMBERS * 5, lines(20), strict=True)]
    (tmp_path / "sheet.xlsx").write_bytes(made(tmp_path, rows))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "saved"),
        "sheet.xlsx",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    _, *read, total = CalamineWorkbook.from_path(tmp_path / "saved" / "sheet.xlsx").get_sheet_by_index(0).to_python()
    for given, cells in zip(rows, read, strict=True):
        assert [cells[AT[key]] for key in CODES] == [given[key] for key in CODES]
        assert exact(cells[AT["amount"]]) == parse_yuan(given["amount"] or "")
        assert cells[AT["due_on"]] == date(2026, 6, 30)
    assert exact(total[AT["amount"]]) == facts(*rows).amount


def test_english_has_the_same_figures(tmp_path: Path) -> None:
    rows = list(lines(3))
    zh, en = (csv_rows(made(tmp_path, rows, "csv", lang)) for lang in ("zh", "en"))
    assert en[0][AT["account_number"]] == "Account number"
    for chinese, english in zip(zh[1:], en[1:], strict=True):
        assert [chinese[AT[key]] for key in (*CODES[2:], "amount")] == [
            english[AT[key]] for key in (*CODES[2:], "amount")
        ]
