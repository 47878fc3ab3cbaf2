"""The columns of a payout schedule as a table for spreadsheets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from rules.money import Fen
from subsidy.finance.schedule import ScheduleRow
from subsidy.locale import text

Cell = str | int | Decimal | date | None


@dataclass(frozen=True)
class Column:
    """One column: its key in the catalogue `report` (`column_…`), its width in characters and what it shows of a row."""

    key: str
    width: int
    value: Callable[[ScheduleRow, str], Cell]


def yuan_number(amount: Fen) -> Decimal:
    """An amount as a number of yuan with two decimals, exactly."""
    return Decimal(amount).scaleb(-2)


COLUMNS: Final[Sequence[Column]] = (
    Column("application_number", 14, lambda row, lang: row.application_number),
    Column("project_name", 30, lambda row, lang: row.project_name),
    Column("payee", 30, lambda row, lang: row.payee),
    Column("credit_code", 22, lambda row, lang: row.credit_code),
    Column("policy", 13, lambda row, lang: row.policy_id),
    Column("scheme", 24, lambda row, lang: row.scheme_label.of(lang)),
    Column("clause", 7, lambda row, lang: row.clause),
    Column("award_amount", 16, lambda row, lang: yuan_number(row.award_amount)),
    Column("instalment", 8, lambda row, lang: row.instalment_number),
    Column("of", 8, lambda row, lang: row.of),
    Column("due_on", 13, lambda row, lang: row.due_on),
    Column(
        "provisional", 10, lambda row, lang: text(lang, f"report.date_{'provisional' if row.provisional else 'fixed'}")
    ),
    Column("amount", 16, lambda row, lang: yuan_number(row.amount)),
    Column("status", 13, lambda row, lang: text(lang, f"status.{row.status}")),
    Column("reason", 30, lambda row, lang: row.reason and text(lang, f"reason.{row.reason}")),
    Column("disbursed_on", 13, lambda row, lang: row.disbursed_on),
)
