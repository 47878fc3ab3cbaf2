"""Result files as the treasury or a bank hands them out."""

import io
from collections.abc import Iterable, Sequence
from typing import Final

from openpyxl import Workbook

from subsidy.finance import results
from subsidy.records import ResultFile
from tests.support.office import FINANCE, Office

HEADING: Final = ("支付指令号", "金额", "结果", "日期", "流水号", "原因")


def csv_file(rows: Iterable[Sequence[str]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    """A CSV with the usual heading."""
    return "".join(separator.join(row) + "\r\n" for row in (HEADING, *rows)).encode(encoding)


def workbook(rows: Iterable[Sequence[object]], heading: Sequence[str] = HEADING) -> bytes:
    """A workbook with one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (heading, *rows):
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def paid(key: str, amount: str, day: str = "2026-07-01", ref: str = "R1") -> tuple[str, ...]:
    return key, amount, "成功", day, ref, ""


def returned(key: str, amount: str, day: str = "2026-07-03", ref: str = "R2") -> tuple[str, ...]:
    return key, amount, "退汇", day, ref, "账号户名不符"


def unknown(office: Office) -> ResultFile:
    """A file with one line, on line 2, of a payment that nobody knows; it was taken."""
    return results.take(
        office.engine, FINANCE, office.now, "回单.csv", csv_file([paid("LG0", "1.00", "2026-02-27")])
    ).file
