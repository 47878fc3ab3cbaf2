"""The payout schedule on paper."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from rules import wording
from rules.load import packs
from rules.money import grouped
from schedules.due import Status
from subsidy.finance.schedule import PayoutSchedule, ScheduleRow
from subsidy.locale import text
from subsidy.reports.clauses import cited_clause
from subsidy.reports.layout import BARE, LANDSCAPE, Furniture, grid, headed, pairs, press, qr_code, text_width
from subsidy.reports.prose import Prose
from subsidy.reports.schedule_facts import labelled_filters, labelled_totals
from subsidy.reports.style import (
    ACCENT,
    AMOUNT,
    BODY,
    CELL,
    CELL_NOTE,
    CELL_STRONG,
    GOOD,
    HEADING,
    INK,
    MUTED,
    NOTE,
    OPEN,
    TITLE,
    TOTAL,
    tinged,
)

_WIDTH: Final = text_width(LANDSCAPE)
_QR: Final = 26 * mm
_COLORS: Final[dict[str, Color]] = {
    Status.PLANNED: INK,
    Status.HELD: OPEN,
    Status.DUE: ACCENT,
    Status.GENERATED: GOOD,
    Status.FORFEITED: MUTED,
}
_WIDTHS: Final = (30, 98, 196, 110, 60, 66, 96, 84)


def schedule_pdf(schedule: PayoutSchedule, lang: str, *, as_of: date, url: str | None) -> bytes:
    """The payout schedule as a PDF in landscape A4; `url` leads to the same list and stands on it as a QR code."""
    policies = sorted({row.policy_id for row in schedule.rows})
    furniture = Furniture(
        lang=lang,
        title=text(lang, "report.schedule_title"),
        aside=text(lang, "report.as_of_day", day=wording.day(as_of, lang)),
        note=text(lang, "report.no_voucher"),
        origin=" · ".join(policies),
        issued_on=as_of,
    )
    story = [_opening(schedule, lang, as_of, url), Prose(text(lang, "report.rows"), HEADING)]
    story += _rows(schedule, lang)
    story += _clauses(schedule, lang)
    return press(story, furniture, LANDSCAPE)


def _opening(schedule: PayoutSchedule, lang: str, as_of: date, url: str | None) -> Flowable:
    *parts, (label, overall) = labelled_totals(schedule, lang)
    rows = [
        [Prose(name, CELL), Prose(str(total.count), AMOUNT), Prose(grouped(total.amount), AMOUNT)]
        for name, total in parts
    ]
    rows.append([Prose(label, CELL_STRONG), Prose(str(overall.count), TOTAL), Prose(grouped(overall.amount), TOTAL)])
    head = [text(lang, "report.column_status"), text(lang, "report.count"), text(lang, "report.column_amount")]
    left = [
        Prose(text(lang, "report.schedule_title"), TITLE),
        pairs([(text(lang, "report.as_of"), wording.day(as_of, lang)), *labelled_filters(schedule, lang)], (70, 220)),
    ]
    table = grid(head, rows, [110, 60, 120], right={1, 2}, last_is_total=True)
    code = [qr_code(url, _QR), Prose(text(lang, "report.qr"), NOTE, link=url)] if url else []
    widths = [_WIDTH - 290 - 20 - _QR, 310, _QR]
    return Table([[left, table, code]], colWidths=widths, style=BARE, hAlign="LEFT")


def _rows(schedule: PayoutSchedule, lang: str) -> Iterator[Flowable]:
    if not schedule.rows:
        yield Prose(text(lang, "report.no_rows"), BODY)
        return
    rows: list[list[Any]] = [_row(number, row, lang) for number, row in enumerate(schedule.rows, start=1)]
    label, total = labelled_totals(schedule, lang)[-1]
    rows.append(["", Prose(label, CELL_STRONG), "", "", "", "", Prose(grouped(total.amount), TOTAL), ""])
    keys = ("number", "application_and_code", "project_and_payee", "basis", "instalment", "due_on", "amount", "status")
    head = [text(lang, f"report.column_{key}") for key in keys]
    yield grid(head, rows, _WIDTHS, right={0, 6}, last_is_total=True)
    if any(row.provisional for row in schedule.rows):
        yield Prose(text(lang, "report.provisional_note"), NOTE)


def _row(number: int, row: ScheduleRow, lang: str) -> list[Any]:
    due = [Prose(row.due_on.isoformat(), CELL)]
    if row.provisional:
        due.append(Prose(text(lang, "base.provisional"), CELL_NOTE))
    status = [Prose(text(lang, f"status.{row.status}"), tinged(CELL_STRONG, _COLORS[row.status]))]
    if row.reason:
        status.append(Prose(text(lang, f"reason.{row.reason}"), CELL_NOTE))
    if row.disbursed_on:
        status.append(Prose(row.disbursed_on.isoformat(), CELL_NOTE))
    return [
        Prose(str(number), AMOUNT),
        [Prose(row.application_number, CELL), Prose(row.credit_code, CELL_NOTE)],
        [Prose(row.project_name, CELL), Prose(row.payee, CELL_NOTE)],
        [Prose(row.scheme_label.of(lang), CELL), Prose(text(lang, "report.clause", clause=row.clause), CELL_NOTE)],
        Prose(f"{row.instalment_number} / {row.of}", CELL),
        due,
        Prose(grouped(row.amount), AMOUNT),
        status,
    ]


def _clauses(schedule: PayoutSchedule, lang: str) -> list[Flowable]:
    parts = headed(text(lang, "report.clauses"))
    for policy_id in sorted({row.policy_id for row in schedule.rows} & packs().keys()):
        policy = packs()[policy_id]
        ids = {row.clause for row in schedule.rows if row.policy_id == policy_id}
        parts.append(Prose(policy.title.of(lang), BODY))
        parts += [cited_clause(clause, lang) for clause in policy.clauses if clause.id in ids]
    return parts if schedule.rows else []
