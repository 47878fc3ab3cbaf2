"""`budget`: what each envelope holds, as text, JSON, CSV or workbook. It changes nothing."""

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rules.load import packs
from subsidy.cli import options
from subsidy.cli.files import deliver, to_terminal
from subsidy.cli.options import Lang, Output

if TYPE_CHECKING:
    from subsidy.reports.table import Table

_SHOWN: Final = (0, 1, 2, 3, 5, 6, 7, 8, 14)
"""The columns that a terminal has room for: what was allotted and available, what of it is on its way, and the share paid."""
FORMATS: Final = ("text", "json", "csv", "xlsx")


def budget(
    year: Annotated[str | None, typer.Option("--year", metavar="YEAR", help="cli.help_budget_year")] = None,
    kind: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="cli.help_format")] = "text",
    output: Output = None,
    lang: Lang = "",
) -> None:
    """The budget of a year or of all: allotted, and where that money is."""
    from subsidy.cli.office import opened
    from subsidy.database import reading
    from subsidy.finance.budget import standing
    from subsidy.finance.budget_document import budget_document
    from subsidy.reports.budget_tables import budget_table
    from subsidy.reports.table import table_csv, table_xlsx

    options.one_of("--format", kind, FORMATS)
    chosen = options.whole("--year", year, 1, 9999)
    with opened() as office:
        as_of = office.clock.today()
        with reading(office.engine) as session:
            found = standing(session)
    if kind == "json":
        deliver(json.dumps(budget_document(found, chosen), ensure_ascii=False, indent=2) + "\n", output)
        return
    schemes = {scheme.id: scheme.label.of(lang) for policy in packs().values() for scheme in policy.schemes}
    lines = [line for line in found.lines if chosen in (None, line.envelope.year)]
    table = budget_table(lines, schemes, lang)
    if kind == "csv":
        deliver(table_csv(table).decode(), output)
    elif kind == "xlsx":
        deliver(table_xlsx(table, as_of), output)
    else:
        deliver(_text(table, to_terminal=to_terminal(output)), output)


def _text(table: "Table", *, to_terminal: bool) -> str:
    from subsidy.cli.terminal import line, rendered
    from subsidy.cli.terminal import table as drawn

    def shown(cell: object) -> str:
        return "" if cell is None else f"{cell:,}" if not isinstance(cell, str) else cell

    rows = [[shown(row[at]) for at in _SHOWN] for row in (*table.rows, table.total)]
    heads = [table.headings[at] for at in _SHOWN]
    parts = [line(table.title, "bold"), drawn(heads, rows, right=range(2, len(_SHOWN)))]
    return rendered(parts, to_terminal=to_terminal)
