"""`schedule`: the payout schedule as text, JSON, CSV, workbook or paper."""

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

import typer

from rules.load import packs
from schedules.due import Status
from subsidy.cli import options
from subsidy.cli.files import deliver, to_terminal
from subsidy.cli.options import Lang, Output, Scheme

if TYPE_CHECKING:
    from subsidy.finance.schedule import PayoutSchedule

FORMATS: Final = ("text", "json", "csv", "xlsx", "pdf")


def schedule(
    year: Annotated[str | None, typer.Option("--year", metavar="YEAR", help="cli.help_year")] = None,
    scheme: Scheme = None,
    status: Annotated[str | None, typer.Option("--status", metavar="STATUS", help="cli.help_status")] = None,
    kind: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="cli.help_format")] = "text",
    output: Output = None,
    lang: Lang = "",
) -> None:
    """The instalments as they stand today: by whom, for what, when due, how much and in which status."""
    from subsidy.cli.office import opened
    from subsidy.database import reading
    from subsidy.finance.schedule import payout_schedule

    options.one_of("--format", kind, FORMATS)
    filters: dict[str, Any] = {"year": options.whole("--year", year, 1, 9999)}
    if scheme is not None:
        schemes = [each.id for policy in packs().values() for each in policy.schemes]
        filters["scheme"] = options.one_of("--scheme", scheme, schemes)
    if status is not None:
        filters["status"] = Status(options.one_of("--status", status, tuple(Status)))
    with opened() as office:
        as_of = office.clock.today()
        with reading(office.engine) as session:
            found = payout_schedule(session, as_of=as_of, **filters)
    url = f"{office.settings.base_url.rstrip('/')}/finance"
    query = urlencode({name: str(value) for name, value in filters.items() if value is not None})
    link = f"{url}?{query}" if query else url
    deliver(_made(kind, found, as_of, lang, link=link, to_terminal=to_terminal(output)), output)


def _made(kind: str, found: "PayoutSchedule", as_of: date, lang: str, *, link: str, to_terminal: bool) -> str | bytes:
    """The schedule in one of the formats; each is made by a room of its own."""
    if kind == "json":
        from subsidy.finance.document import schedule_document

        return json.dumps(schedule_document(found, as_of, lang), ensure_ascii=False, indent=2) + "\n"
    if kind == "csv":
        from subsidy.reports.schedule_sheet import schedule_csv

        return schedule_csv(found, lang).decode()
    if kind == "xlsx":
        from subsidy.reports.schedule_sheet import schedule_xlsx

        return schedule_xlsx(found, lang, as_of=as_of)
    if kind == "pdf":
        from subsidy.reports.schedule import schedule_pdf

        return schedule_pdf(found, lang, as_of=as_of, url=link)
    from subsidy.cli.schedule_text import schedule_text
    from subsidy.cli.terminal import rendered

    return rendered(schedule_text(found, as_of, lang), to_terminal=to_terminal)
