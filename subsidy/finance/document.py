"""A payout schedule as other systems read it: the same JSON from the API and the command line."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.money import yuan
from schedules.due import Status
from subsidy.finance.schedule import PayoutSchedule, ScheduleRow, Total
from subsidy.locale import text


def schedule_document(schedule: PayoutSchedule, as_of: date, lang: str) -> dict[str, Any]:
    """Rows and sums; money is yuan with two decimals, days are YYYY-MM-DD, None stands for what there is not."""
    totals, filters = schedule.totals, schedule.filters
    return {
        "as_of": as_of.isoformat(),
        "filters": {
            "year": filters.year,
            "scheme": filters.scheme,
            "status": filters.status and filters.status.value,
            "payee": filters.payee,
        },
        "rows": [_row(row, lang) for row in schedule.rows],
        "totals": {
            **_total(totals.overall),
            "by_status": _by_status(totals.by_status),
            "by_year": {str(year): _by_status(statuses) for year, statuses in totals.by_year.items()},
        },
    }


def _row(row: ScheduleRow, lang: str) -> dict[str, Any]:
    return {
        "application": row.application_number,
        "application_id": row.application_id,
        "project_name": row.project_name,
        "payee": row.payee,
        "credit_code": row.credit_code,
        "policy": row.policy_id,
        "scheme": row.scheme_id,
        "scheme_label": row.scheme_label.of(lang),
        "clause": row.clause,
        "award_amount": yuan(row.award_amount),
        "instalment": row.instalment_number,
        "of": row.of,
        "year": row.year,
        "due_on": row.due_on.isoformat(),
        "provisional": row.provisional,
        "amount": yuan(row.amount),
        "status": row.status.value,
        "reason": row.reason,
        "reason_text": row.reason and text(lang, f"reason.{row.reason}"),
        "disbursed_on": row.disbursed_on and row.disbursed_on.isoformat(),
    }


def _by_status(totals: Mapping[Status, Total]) -> dict[str, Any]:
    return {status.value: _total(total) for status, total in totals.items()}


def _total(total: Total) -> dict[str, Any]:
    return {"count": total.count, "amount": yuan(total.amount)}
