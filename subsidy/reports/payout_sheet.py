"""A payout run for spreadsheets: XLSX for the treasury and the bank, CSV for their systems. Lines are read once and not kept."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZipFile

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from subsidy.locale import text
from subsidy.reports.cells import guarded, literal
from subsidy.reports.payout_columns import COLUMNS, Counted, Kind, Line, RunFacts, total_row
from subsidy.reports.payout_facts import labelled, provenance, signed

_A4: Final = 9
_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_FORMATS: Final[Mapping[Kind, Mapping[str, Any]]] = {
    "text": {"num_format": "@", "indent": 1},
    "amount": {"num_format": "#,##0.00"},
    "quantity": {"num_format": "General"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "int": {"num_format": "0", "align": "center"},
}
_HEAD: Final = {"bold": True, "bg_color": "#DDE6EF", "bottom": 1, "text_wrap": True, "align": "center"}
_TOTAL: Final = {"bold": True, "bg_color": "#EFF3F7", "top": 1}
_ROW: Final = 18
_NO_DAY: Final = date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar."""


def write_xlsx(facts: RunFacts, lines: Iterable[Line], target: Path, lang: str) -> None:
    """The run as a workbook: its lines with a total, and a second sheet that says what they are.

    Text cells hold text whatever it looks like, so that no account number loses its zeros or its last digits. Amounts are
    numbers of at most 15 digits, which a spreadsheet keeps. The same run gives the same bytes. Raises ValueError where the
    lines are not what the run says; the file is then of no use.
    """
    with TemporaryDirectory(dir=target.parent) as folder:
        options = {"constant_memory": True, "tmpdir": folder}
        with Workbook(str(target), options) as book:
            created = facts.approved_at.astimezone(UTC).replace(tzinfo=None)
            book.set_properties({"title": text(lang, "sheet.title", number=facts.number), "created": created})
            _lines(book, facts, lines, lang)
            _about(book, facts, lang)
    _same_everywhere(target)


def write_csv(facts: RunFacts, lines: Iterable[Line], target: Path, lang: str, encoding: str) -> None:
    """The run as CSV with CRLF, the total in its last row; a text that would be taken for a formula has an apostrophe before it.

    Raises ValueError as `write_xlsx` does.
    """
    values = [column.value for column in COLUMNS]
    texts = [at for at, column in enumerate(COLUMNS) if column.kind == "text"]
    counted = Counted(facts)
    with target.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(text(lang, f"sheet.column_{column.key}") for column in COLUMNS)
        for line in lines:
            counted.take(line)
            cells = [value(line, facts, lang) for value in values]
            for at in texts:
                if cell := cells[at]:
                    cells[at] = guarded(cell)
            writer.writerow(cells)
        writer.writerow(total_row(facts, lang))
    counted.settle()


def _lines(book: Workbook, facts: RunFacts, lines: Iterable[Line], lang: str) -> None:
    sheet = book.add_worksheet(text(lang, "sheet.sheet_lines"))
    head = book.add_format({**_FONT, **_HEAD})
    sheet.set_default_row(_ROW)
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, text(lang, f"sheet.column_{column.key}"), head)
    writers = _writers(book, sheet)
    counted, down = Counted(facts), 0
    for down, line in enumerate(lines, start=1):
        counted.take(line)
        for at, (value, put, form) in enumerate(writers):
            if cell := value(line, facts, lang):
                put(down, at, cell, form)
    counted.settle()
    totals = _writers(book, sheet, _TOTAL)
    for at, (cell, (_, put, form)) in enumerate(zip(total_row(facts, lang), totals, strict=True)):
        if cell is None:
            sheet.write_blank(down + 1, at, None, form)
        else:
            put(down + 1, at, cell, form)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, down, len(COLUMNS) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    _fit(sheet)


_Put = Callable[[int, int, str, Any], object]


def _writers(
    book: Workbook, sheet: Worksheet, extra: Mapping[str, Any] | None = None
) -> Sequence[tuple[Any, _Put, Any]]:
    """For each column: what it shows of a line, what writes such a cell, and how it looks."""
    formats = {kind: book.add_format({**_FONT, **look, **(extra or {})}) for kind, look in _FORMATS.items()}

    def put_text(down: int, at: int, cell: str, form: Any) -> None:
        sheet.write_string(down, at, literal(cell), form)

    def put_number(down: int, at: int, cell: str, form: Any) -> None:
        sheet.write_number(down, at, Decimal(cell), form)

    def put_day(down: int, at: int, cell: str, form: Any) -> None:
        sheet.write_number(down, at, _day_number(cell), form)

    puts: Mapping[Kind, _Put] = {
        "text": put_text,
        "amount": put_number,
        "quantity": put_number,
        "date": put_day,
        "int": put_number,
    }
    return [(column.value, puts[column.kind], formats[column.kind]) for column in COLUMNS]


def _about(book: Workbook, facts: RunFacts, lang: str) -> None:
    sheet = book.add_worksheet(text(lang, "sheet.sheet_about"))
    look = book.add_format({**_FONT, **_FORMATS["text"], "align": "left"})
    head = book.add_format({**_FONT, "bold": True})
    sheet.set_default_row(_ROW)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 76)
    _fit(sheet)
    people = [(word, f"{name}  {day}") for word, name, day in signed(facts, lang)]
    for down, (name, value) in enumerate([*labelled(facts, lang), *people, *provenance(facts, lang)]):
        sheet.write_string(down, 0, name, head)
        sheet.write_string(down, 1, literal(value), look)


def _fit(sheet: Worksheet) -> None:
    """To print on A4, one page wide."""
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


@lru_cache(maxsize=1024)
def _day_number(day: str) -> int:
    return (date.fromisoformat(day) - _NO_DAY).days


def _same_everywhere(target: Path) -> None:
    """Takes from the archive what it says of the machine it was made on: its system, and who may read its temporary files."""
    with ZipFile(target, "a") as archive:
        for each in archive.infolist():
            each.create_system, each.external_attr = 0, 0
        archive.comment = b""  # has the directory written again
