"""The cells of a result file, whatever form it comes in: CSV in the usual encodings and separators, or a workbook."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from rules.faults import BadInput
from subsidy.documents import content
from subsidy.errors import FieldFault
from subsidy.finance.result_limits import MOST_BYTES, MOST_LINES
from subsidy.records import Format

_WORKBOOK: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_SEPARATORS: Final = ",;\t"
_LONGEST_CELL: Final = 4_000

Cells = Sequence[Any]
Table = Iterator[tuple[int, Cells]]
"""Rows with the number of the line that each begins on, counted from 1."""


def tables(data: bytes) -> Iterator[Table]:
    """The tables that the file could be read as: of a CSV one for each separator, of a workbook its sheets.

    Raises BadInput where it is neither, or too much.
    """
    if not data.strip(b"\xef\xbb\xbf\r\n\t ,;"):
        raise refused("result.empty")
    if len(data) > MOST_BYTES:
        raise refused("result.too_large", most=str(MOST_BYTES // 1024**2))
    if data.startswith(_OLD_OFFICE):
        raise refused("result.old_office")
    if data.startswith(_WORKBOOK):
        yield from _sheets(data)
        return
    text = _text(data)
    for separator in _SEPARATORS:
        if separator in text:
            yield _csv(text, separator)


def refused(code: str, **params: str) -> BadInput:
    """What is wrong with the file as a whole."""
    return BadInput([FieldFault("/file", code, params)])


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise refused("result.encoding")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused("result.encoding")


def _csv(text: str, separator: str) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for row in reader:
            _bounded(start, row)
            yield start, row
            start = reader.line_num + 1
    except csv.Error:
        raise refused("result.csv_broken", line=str(start)) from None


def _sheets(data: bytes) -> Iterator[Table]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        if content.examine(Path(file.name), "answer.xlsx") is not Format.XLSX:
            raise refused("result.xlsx_broken")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield _numbered(rows)
    except (CalamineError, OSError, ValueError):
        raise refused("result.xlsx_broken") from None


def _numbered(rows: Sequence[Cells]) -> Table:
    for line, row in enumerate(rows, 1):
        _bounded(line, row)
        yield line, row


def _bounded(line: int, row: Cells) -> None:
    if line > MOST_LINES:
        raise refused("result.too_long", most=f"{MOST_LINES:,}")
    if any(isinstance(cell, str) and len(cell) > _LONGEST_CELL for cell in row):
        raise refused("result.cell_too_long", line=str(line))
