"""A payout schedule for spreadsheets: XLSX for people, CSV for other systems."""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from subsidy.finance.schedule import PayoutSchedule
from subsidy.locale import text
from subsidy.reports.cells import guarded, literal
from subsidy.reports.schedule_columns import COLUMNS, Cell, yuan_number
from subsidy.reports.schedule_facts import facts_of

_A4: Final = 9
_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_FORMATS: Final[Mapping[type, Mapping[str, Any]]] = {
    str: {"num_format": "@", "indent": 1},
    int: {"num_format": "0", "align": "center"},
    Decimal: {"num_format": "#,##0.00"},
    date: {"num_format": "yyyy-mm-dd", "align": "center"},
}
_HEAD: Final = {"bold": True, "bg_color": "#DDE6EF", "bottom": 1, "text_wrap": True, "align": "center"}
_ROW: Final = 18
_TOTAL: Final = {"bold": True, "bg_color": "#EFF3F7", "top": 1}


def schedule_xlsx(schedule: PayoutSchedule, lang: str, *, as_of: date) -> bytes:
    """The schedule as a workbook: rows with a total, and a second sheet that says what they are.

    Text cells hold text whatever it looks like: nothing becomes a formula, a link or a number. Amounts are numbers, written
    with all their digits; a spreadsheet keeps 15 of them, so every amount below 10¹³ yuan is exact to the fen. The same
    schedule gives the same bytes.
    """
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties(
            {"title": text(lang, "report.schedule_title"), "created": datetime.combine(as_of, time(), UTC)}
        )
        _rows(book, schedule, lang)
        _facts(book, schedule, lang, as_of)
    return target.getvalue()


def schedule_csv(schedule: PayoutSchedule, lang: str) -> bytes:
    """The schedule as CSV in UTF-8 with a byte order mark and CRLF, the total in its last row.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(text(lang, f"report.column_{column.key}") for column in COLUMNS)
    writer.writerows([_guarded(column.value(row, lang)) for column in COLUMNS] for row in schedule.rows)
    writer.writerow(_guarded(cell) for cell in _total_row(schedule, lang))
    return target.getvalue().encode("utf-8-sig")


def _guarded(cell: Cell) -> Cell:
    return guarded(cell) if isinstance(cell, str) else cell


def _total_row(schedule: PayoutSchedule, lang: str) -> list[Cell]:
    given: dict[str, Cell] = {
        "application_number": text(lang, "report.total"),
        "amount": yuan_number(schedule.totals.overall.amount),
    }
    return [given.get(column.key) for column in COLUMNS]


def _rows(book: Workbook, schedule: PayoutSchedule, lang: str) -> None:
    sheet = book.add_worksheet(text(lang, "report.sheet_rows"))
    head = book.add_format({**_FONT, **_HEAD})
    formats = {kind: book.add_format({**_FONT, **extra}) for kind, extra in _FORMATS.items()}
    totals = {kind: book.add_format({**_FONT, **extra, **_TOTAL}) for kind, extra in _FORMATS.items()}
    last = len(schedule.rows)
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, text(lang, f"report.column_{column.key}"), head)
    for down, row in enumerate(schedule.rows, start=1):
        for at, column in enumerate(COLUMNS):
            _write(sheet, down, at, column.value(row, lang), formats)
    for at, cell in enumerate(_total_row(schedule, lang)):
        _write(sheet, last + 1, at, cell if cell is not None else "", totals)
    sheet.set_default_row(_ROW)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    _fit(sheet)


def _facts(book: Workbook, schedule: PayoutSchedule, lang: str, as_of: date) -> None:
    sheet = book.add_worksheet(text(lang, "report.sheet_facts"))
    formats = {kind: book.add_format({**_FONT, **extra, "align": "left"}) for kind, extra in _FORMATS.items()}
    head = book.add_format({**_FONT, "bold": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 60)
    sheet.set_default_row(_ROW)
    _fit(sheet)
    for down, (name, value) in enumerate(facts_of(schedule, lang, as_of)):
        sheet.write_string(down, 0, name, head)
        _write(sheet, down, 1, value, formats)


def _fit(sheet: Worksheet) -> None:
    """To print on A4, one page wide."""
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _write(sheet: Worksheet, down: int, at: int, cell: Cell, formats: Mapping[type, Any]) -> None:
    if cell is None:
        return
    style = formats[type(cell)]
    if isinstance(cell, str):
        sheet.write_string(down, at, literal(cell), style)
    elif isinstance(cell, date):
        sheet.write_datetime(down, at, cell, style)
    else:
        sheet.write_number(down, at, cell, style)
