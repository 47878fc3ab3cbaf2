"""Result files as the treasury or a bank hands them out."""

import io
from collections.abc import Iterable, Sequence
from typing import Final

from openpyxl import Workbook

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
