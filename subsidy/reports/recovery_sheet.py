"""Money owed back for spreadsheets: XLSX for people, CSV for other systems."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from xlsxwriter import Workbook

from rules.money import Fen
from subsidy.finance.recovery_list import Row
from subsidy.locale import text
from subsidy.reports.cells import guarded, literal

Cell = str | date | Decimal
COLUMNS: Final = (
    ("number", 16), ("application", 16), ("project", 32), ("payee", 30), ("credit_code", 22), ("demanded_on", 13),
    ("due_on", 13), ("amount", 16), ("settled", 16), ("open", 16), ("age", 18),
)  # fmt: skip
_FORMATS: Final = {
    str: {"num_format": "@"},
    date: {"num_format": "yyyy-mm-dd", "align": "center"},
    Decimal: {"num_format": "#,##0.00"},
}
_FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}


def cells(row: Row, lang: str) -> tuple[Cell, ...]:
    """The cells of one demand, in the order of the columns."""
    one = row.recovery
    return (
        one.number,
        row.application_number,
        row.project_name,
        row.payee,
        row.credit_code,
        one.demanded_on,
        one.due_on,
        _yuan(one.amount_fen),
        _yuan(one.settled_fen),
        _yuan(one.open_fen),
        text(lang, f"recoveries.age_{row.age}"),
    )


def recoveries_csv(rows: Sequence[Row], lang: str) -> bytes:
    """CSV in UTF-8 with a byte order mark and CRLF; what a spreadsheet would take for a formula has an apostrophe before it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(_heads(lang))
    for row in rows:
        writer.writerow(guarded(cell) if isinstance(cell, str) else cell for cell in cells(row, lang))
    return target.getvalue().encode("utf-8-sig")


def recoveries_xlsx(rows: Sequence[Row], lang: str, as_of: date) -> bytes:
    """A workbook of one sheet; codes are text, amounts numbers. The same rows give the same bytes."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": text(lang, "recoveries.title"), "created": datetime.combine(as_of, time(), UTC)})
        sheet = book.add_worksheet(text(lang, "recoveries.title"))
        head = book.add_format({**_FONT, "bold": True, "bg_color": "#DDE6EF", "bottom": 1})
        formats = {kind: book.add_format({**_FONT, **extra}) for kind, extra in _FORMATS.items()}
        for at, (name, (_, width)) in enumerate(zip(_heads(lang), COLUMNS, strict=True)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, name, head)
        for down, row in enumerate(rows, start=1):
            for at, cell in enumerate(cells(row, lang)):
                if isinstance(cell, str):
                    sheet.write_string(down, at, literal(cell), formats[str])
                elif isinstance(cell, date):
                    sheet.write_datetime(down, at, cell, formats[date])
                else:
                    sheet.write_number(down, at, cell, formats[Decimal])
        sheet.freeze_panes(1, 1)
    return target.getvalue()


def _heads(lang: str) -> list[str]:
    return [text(lang, f"recoveries.column_{name}") for name, _ in COLUMNS]


def _yuan(fen: int) -> Decimal:
    return Decimal(Fen(fen)).scaleb(-2)
