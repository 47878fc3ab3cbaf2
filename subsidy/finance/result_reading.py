"""Reading what the treasury or the bank answers: which payments were made and which came back, line by line, exactly."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from rules.faults import BadInput, Fault, excerpt
from rules.money import Fen, grouped, parse_yuan
from subsidy.errors import FieldFault
from subsidy.finance.result_tables import Cells, Table, refused, tables

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "key": (
        "支付指令号", "支付指令编号", "指令号", "付款编号", "支付编号", "付款指令号", "paymentkey", "payment_key", "key",
    ),
    "amount": ("金额", "支付金额", "付款金额", "交易金额", "本期应付", "amount", "paymentamount"),
    "outcome": ("结果", "支付结果", "状态", "支付状态", "交易状态", "处理结果", "outcome", "status", "result"),
    "date": ("日期", "支付日期", "交易日期", "处理日期", "完成日期", "date", "valuedate", "settledon"),
    "ref": ("流水号", "银行流水号", "交易流水号", "凭证号", "bankreference", "bankref", "bank_ref", "reference"),
    "why": ("原因", "退汇原因", "失败原因", "附言", "reason", "why"),
}  # fmt: skip
"""What the headings of each column may be called, without spaces, width, case and what stands in brackets."""
_NEEDED: Final = ("key", "amount", "outcome", "date")

PAID: Final = frozenset(
    ("成功", "支付成功", "付款成功", "交易成功", "已支付", "已付", "已付款", "paid", "success", "successful", "settled")
)
RETURNED: Final = frozenset(
    (
        "失败",
        "支付失败",
        "付款失败",
        "交易失败",
        "退汇",
        "已退汇",
        "退票",
        "已退回",
        "退回",
        "returned",
        "failed",
        "rejected",
    )
)
_TOTAL: Final = frozenset(("合计", "总计", "total", "sum"))
_LONGEST_TOTAL: Final = 16
_HEADING_WITHIN: Final = 30
"""Lines of title that may stand above the heading."""
_LONGEST_KEY: Final = 64
_LONGEST_WORDS: Final = 500
_EXACT: Final = 10**15
"""A workbook keeps 15 digits of a number; a code that was longer has lost its end."""

_DAY: Final = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_TIME: Final = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,2})?|\d+(\.\d{1,2})?", re.ASCII)


class Line(NamedTuple):
    """What one line says. `line` is its number in the file, counted from 1 with all that stands above it."""

    line: int
    key: str
    amount: Fen
    paid: bool
    settled_on: date
    bank_ref: str | None
    why: str | None


def read(data: bytes, today: date) -> list[Line]:
    """Every line of a result file; none of them unless all can be read.

    Raises BadInput with every fault, each with the number of its line and what to do.
    """
    lines: list[Line] = []
    faults: list[Fault] = []
    for line, row, places in _rows(data):
        cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        if not any(cell is not None and str(cell).strip() for cell in row):
            continue
        if _is_total(row):
            _compare(line, cells["amount"], lines, faults)
            continue
        before = len(faults)
        told = _Cells(line, cells, faults, today)
        made = Line(line, told.key(), told.amount(), told.paid(), told.day(), told.words("ref"), told.words("why"))
        if len(faults) == before:
            lines.append(made)
    if faults:
        raise BadInput(faults)
    if not lines:
        raise refused("result.no_lines")
    return lines


def _rows(data: bytes) -> Iterator[tuple[int, Cells, Mapping[str, int]]]:
    """The rows below the heading, with the places of the columns. Raises BadInput where no table, or more than one, has one."""
    found: list[tuple[Table, Mapping[str, int]]] = []
    best: set[str] = set()
    faulty: BadInput | None = None
    for table in tables(data):
        try:
            headed = _headed(table, best)
        except BadInput as bad:  # read with a wrong separator, a file may look broken
            faulty = faulty or bad
            continue
        if headed:
            found.append(headed)
    if len(found) > 1:
        raise refused("result.two_tables")
    if not found:
        if faulty is not None and not best:
            raise faulty
        lacking = [COLUMNS[name][0] for name in _NEEDED if name not in best]
        raise refused("result.no_heading", columns="、".join(lacking))
    table, places = found[0]
    for line, row in table:
        yield line, row, places


def _headed(table: Table, best: set[str]) -> tuple[Table, Mapping[str, int]] | None:
    """The table from below its heading on; None where it has none. Adds to `best` the columns that were found, if more."""
    for _, row in islice(table, _HEADING_WITHIN):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = _column(_plain(cell))
            if name and name in places:
                raise refused("result.column_twice", column=excerpt(str(cell)))
            if name:
                places[name] = place
        if len(places) > len(best):
            best.clear()
            best.update(places)
        if all(name in places for name in _NEEDED):
            return chain((), table), places
    return None


class _Cells:
    """The cells of one line, read one by one; what is wrong with them is added to the faults."""

    def __init__(self, line: int, cells: Mapping[str, Any], faults: list[Fault], today: date) -> None:
        self._line, self._cells, self._faults, self._today = line, cells, faults, today

    def key(self) -> str:
        key = self._code("key")
        if not key:
            self._fault("key_missing", "key")
        elif len(key) > _LONGEST_KEY or not key.isprintable():
            self._fault("key_wrong", "key")
        return key

    def amount(self) -> Fen:
        amount = amount_of(self._cells["amount"])
        if amount is None:
            self._fault("amount_wrong", "amount")
        elif not amount:
            self._fault("amount_zero", "amount")
        return amount or Fen(0)

    def paid(self) -> bool:
        said = _plain(self._cells["outcome"])
        if said not in PAID | RETURNED:
            self._fault("outcome_unknown" if said else "outcome_missing", "outcome")
        return said in PAID

    def day(self) -> date:
        day = day_of(self._cells["date"])
        if day is None:
            self._fault("date_wrong", "date")
        elif day > self._today:
            self._fault("date_future", "date")
        return day or self._today

    def words(self, name: str) -> str | None:
        if name not in self._cells:
            return None
        said = self._code(name)
        if len(said) > _LONGEST_WORDS:
            self._fault("words_long", name)
        return "".join(c if c.isprintable() else " " for c in said).strip() or None

    def _code(self, name: str) -> str:
        """The text of a cell; that of a number only where all of its digits are there."""
        cell = self._cells[name]
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            exact = Decimal(str(cell))
            if exact != exact.to_integral_value() or abs(exact) >= _EXACT:
                self._fault("number_cell", name)
                return "?"
            return str(int(exact))
        return str(cell).strip()

    def _fault(self, code: str, name: str) -> None:
        params = {"line": str(self._line), "column": COLUMNS[name][0], "value": excerpt(str(self._cells[name]))}
        self._faults.append(FieldFault("/file", f"result.{code}", params))


def amount_of(cell: Any) -> Fen | None:
    """Whole fen, from text or from a workbook's number; None where it is not exactly that, or below zero."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float | int):
        exact = Decimal(str(cell))
        if not exact.is_finite() or exact != round(exact, 2) or abs(exact) * 100 >= _EXACT:
            return None
        said = f"{exact:.2f}"
    else:
        said = unicodedata.normalize("NFKC", str(cell)).strip()
        said = said.removeprefix("¥").removesuffix("元").strip()
        if not _AMOUNT.fullmatch(said):
            return None
    try:
        return parse_yuan(said.replace(",", ""))
    except ValueError:
        return None


def day_of(cell: Any) -> date | None:
    """The day that a cell tells; None where it tells none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        exact = Decimal(str(cell))
        cell = f"{exact:.0f}" if exact.is_finite() and exact == exact.to_integral_value() else ""
    return _day(unicodedata.normalize("NFKC", str(cell)).strip())


@lru_cache(maxsize=4096)
def _day(said: str) -> date | None:
    hit = _DAY.fullmatch(_TIME.sub("", said))
    if hit is None:
        return None
    parts = [int(part) for part in hit.groups() if part is not None]
    try:
        return date(*parts)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _said(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text)
    return "".join(wide.split()).casefold()


def _plain(cell: Any) -> str:
    """A word without width, case and spaces."""
    return _said(cell) if isinstance(cell, str) else str(cell)


def _column(heading: str) -> str | None:
    bare = re.sub(r"\(.*?\)|[:*]", "", heading)
    return next((name for name, known in COLUMNS.items() if bare in known), None)


def _is_total(row: Cells) -> bool:
    first = next((cell for cell in row if isinstance(cell, str) and cell.strip()), "")
    return len(first) <= _LONGEST_TOTAL and _plain(first).rstrip(":") in _TOTAL


def _compare(line: int, cell: Any, lines: list[Line], faults: list[Fault]) -> None:
    """A line of totals is no payment, and has to say what the payments above it sum to."""
    told, found = amount_of(cell), Fen(sum(each.amount for each in lines))
    if told != found and not faults:
        params = {"line": str(line), "told": excerpt(str(cell)), "found": grouped(found)}
        faults.append(FieldFault("/file", "result.total_differs", params))
