"""`disburse`: what the scheduler does every day, by hand."""

from typing import Annotated

import typer

from rules import wording
from rules.money import grouped
from subsidy.cli import options
from subsidy.cli.options import Lang
from subsidy.locale import text


def disburse(
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="cli.help_disburse_as_of")] = None,
    lang: Lang = "",
) -> None:
    """Generate the disbursements of what is due; a date after today only shows what would be generated."""
    from subsidy.cli.office import opened
    from subsidy.finance import disburse as runs
    from subsidy.records import Trigger

    asked = options.day("--as-of", as_of)
    with opened() as office:
        today = office.clock.today()
        day = asked or today
        if day > today:
            report = runs.preview(office.engine, day)
        else:
            report = runs.disburse(office.engine, as_of=day, now=office.clock.now(), trigger=Trigger.MANUAL)
    told = {"day": wording.day(day, lang), "count": report.generated}
    key = "cli.generated" if report.run_id else "cli.would_generate"
    print(text(lang, key, **told, amount=text(lang, "base.money", amount=grouped(report.amount))))
    for reason, count in sorted(report.left.items()):
        print(text(lang, "cli.left", count=count, reason=text(lang, f"reason.{reason}")))
