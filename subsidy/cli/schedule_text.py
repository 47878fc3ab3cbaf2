"""The payout schedule for a terminal."""

from collections.abc import Iterator
from datetime import date

from rich.console import RenderableType

from rules import wording
from rules.money import grouped
from schedules.due import Status
from subsidy.cli.terminal import heading, line, table
from subsidy.finance.schedule import PayoutSchedule, ScheduleRow, Total
from subsidy.locale import text


def schedule_text(schedule: PayoutSchedule, as_of: date, lang: str) -> Iterator[RenderableType]:
    """Its rows, and the sums by status."""
    yield line(text(lang, "report.schedule_title"), "bold")
    yield line(text(lang, "report.as_of_day", day=wording.day(as_of, lang)))
    if not schedule.rows:
        yield line(text(lang, "report.no_rows"))
        return
    columns = ("application_number", "payee", "scheme", "instalment", "due_on", "amount", "status")
    head = [text(lang, f"report.column_{column}") for column in columns]
    yield table(head, [_row(row, lang) for row in schedule.rows], right={5})
    yield heading(text(lang, "report.total"))
    sums = [
        (text(lang, f"status.{status}"), total) for status, total in schedule.totals.by_status.items() if total.count
    ]
    sums.append((text(lang, "report.total"), schedule.totals.overall))
    head = [text(lang, f"report.{key}") for key in ("column_status", "count", "column_amount")]
    yield table(head, [_sum(label, total) for label, total in sums], right={1, 2})


def _row(row: ScheduleRow, lang: str) -> list[str]:
    status = text(lang, f"status.{row.status}")
    if row.status is Status.HELD:
        status = text(lang, "cli.held", status=status, reason=text(lang, f"reason.{row.reason}"))
    due_on = row.due_on.isoformat()
    return [
        row.application_number,
        row.payee,
        row.scheme_label.of(lang),
        f"{row.instalment_number}/{row.of}",
        f"{due_on} ({text(lang, 'base.provisional')})" if row.provisional else due_on,
        grouped(row.amount),
        status,
    ]


def _sum(label: str, total: Total) -> list[str]:
    return [label, str(total.count), grouped(total.amount)]
