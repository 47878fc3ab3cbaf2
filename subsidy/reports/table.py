"""Any table with a total, for spreadsheets: XLSX for people, CSV for other systems."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple

from xlsxwriter import Workbook

from rules.money import Fen
from subsidy.reports.cells import guarded, literal

Cell = str | int | Decimal | None

_A4: Final = 9
_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_FORMATS: Final[Mapping[type, Mapping[str, Any]]] = {
    str: {"num_format": "@", "indent": 1},
    int: {"num_format": "0", "align": "center"},
    Decimal: {"num_format": "#,##0.00"},
}
_HEAD: Final = {"bold": True, "bg_color": "#DDE6EF", "bottom": 1, "text_wrap": True, "align": "center"}
_TOTAL: Final = {"bold": True, "bg_color": "#EFF3F7", "top": 1}
_WIDTHS: Final = {str: 24, int: 10, Decimal: 20}


class Table(NamedTuple):
    """What a report shows: its title, headings, rows and the row of its sums. Amounts are `money` of fen."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell]


def money(fen: Fen) -> Decimal:
    """An amount as a number of yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def table_xlsx(table: Table, as_of: date) -> bytes:
    """The table as a workbook. Text cells hold text whatever it looks like; the same table gives the same bytes."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": table.title, "created": datetime.combine(as_of, time(), UTC)})
        sheet = book.add_worksheet(table.title[:31])
        plain = {kind: book.add_format({**_FONT, **extra}) for kind, extra in _FORMATS.items()}
        sums = {kind: book.add_format({**_FONT, **extra, **_TOTAL}) for kind, extra in _FORMATS.items()}
        head = book.add_format({**_FONT, **_HEAD})
        for at, heading in enumerate(table.headings):
            sheet.set_column(at, at, _WIDTHS[type(table.total[at]) if table.total[at] is not None else str])
            sheet.write_string(0, at, heading, head)
        for down, row in enumerate([*table.rows, table.total], start=1):
            formats = sums if down > len(table.rows) else plain
            for at, cell in enumerate(row):
                _write(sheet, down, at, cell, formats)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table.rows), len(table.headings) - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
    return target.getvalue()


def table_csv(table: Table) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark and CRLF, the total in its last row."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(table.headings)
    for row in [*table.rows, table.total]:
        writer.writerow(guarded(cell) if isinstance(cell, str) else cell for cell in row)
    return target.getvalue().encode("utf-8-sig")


def _write(sheet: Any, down: int, at: int, cell: Cell, formats: Mapping[type, Any]) -> None:
    if cell is None:
        sheet.write_blank(down, at, None, formats[str])
    elif isinstance(cell, str):
        sheet.write_string(down, at, literal(cell), formats[str])
    else:
        sheet.write_number(down, at, cell, formats[type(cell)])
