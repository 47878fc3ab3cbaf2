"""What a payout schedule says about itself: as of when, chosen by what, how many rows, how much."""

from datetime import date

from rules.load import packs
from subsidy.finance.schedule import PayoutSchedule, Total
from subsidy.locale import text
from subsidy.reports.schedule_columns import Cell, yuan_number


def labelled_totals(schedule: PayoutSchedule, lang: str) -> list[tuple[str, Total]]:
    """The total of each status that occurs, by its label, and last that of all rows."""
    found = [(text(lang, f"status.{status}"), total) for status, total in schedule.totals.by_status.items()]
    return [*(entry for entry in found if entry[1].count), (text(lang, "report.total"), schedule.totals.overall)]


def labelled_filters(schedule: PayoutSchedule, lang: str) -> list[tuple[str, str]]:
    """What the rows were chosen by, name and value; one line that says so where they are all there are."""
    by = schedule.filters
    schemes = {scheme.id: scheme.label.of(lang) for policy in packs().values() for scheme in policy.schemes}
    chosen = {
        "year": by.year and str(by.year),
        "scheme": by.scheme and schemes.get(by.scheme, by.scheme),
        "status": by.status and text(lang, f"status.{by.status}"),
        "payee": by.payee,
    }
    shown = [(text(lang, f"report.filter_{name}"), value) for name, value in chosen.items() if value]
    return shown or [(text(lang, "report.filter"), text(lang, "report.no_filter"))]


def facts_of(schedule: PayoutSchedule, lang: str, as_of: date) -> list[tuple[str, Cell]]:
    """Name and value of all that a reader must know to use the rows."""
    facts: list[tuple[str, Cell]] = [
        (text(lang, "report.schedule_title"), None),
        (text(lang, "report.as_of"), as_of),
        *labelled_filters(schedule, lang),
    ]
    for label, total in labelled_totals(schedule, lang):
        facts.append((text(lang, "report.rows_of", label=label), total.count))
        facts.append((text(lang, "report.amount_of", label=label), yuan_number(total.amount)))
    return [*facts, (text(lang, "report.column_provisional"), text(lang, "report.provisional_note"))]
