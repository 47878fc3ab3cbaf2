"""`payout export`: the file of a payout run, written in the name of somebody who may have it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from subsidy.cli import options
from subsidy.cli.options import Lang, Usage
from subsidy.locale import text

FORMATS: Final = ("xlsx", "csv", "gb18030.csv", "pdf")

commands = typer.Typer(no_args_is_help=True)


@commands.callback()
def payout(lang: Lang = "") -> None:
    """Payout runs."""


@commands.command("export", help="cli.help_payout_export")
def export(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="cli.help_payout_number")],
    who: Annotated[str, typer.Option("--as", metavar="EMAIL", help="cli.help_as")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="cli.help_payout_output")],
    kind: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="cli.help_format")] = "xlsx",
    size: Annotated[str | None, typer.Option("--part-size", metavar="LINES", help="cli.help_part_size")] = None,
    lang: Lang = "",
) -> None:
    """The file appears whole or not at all; how far it is stands on standard error."""
    from rich.console import Console
    from rich.progress import Progress
    from sqlmodel import col, select

    from subsidy.accounts.fields import read_email
    from subsidy.accounts.sessions import actor_of
    from subsidy.cli.office import opened
    from subsidy.database import reading
    from subsidy.errors import NotFound
    from subsidy.finance import payout_file, payouts
    from subsidy.records import PayoutRun, User
    from subsidy.reports.payout_files import PART_SIZES

    options.one_of("--format", kind, FORMATS)
    lines, target = options.whole("--part-size", size, *PART_SIZES), Path(output)
    if not target.parent.is_dir():
        raise Usage("cli.no_such_folder", file=output, why="")
    with opened() as office, reading(office.engine) as session:
        known = col(User.email) == read_email(who, []), col(User.disabled_at).is_(None)
        user = session.exec(select(User).where(*known)).one_or_none()
        if user is None:
            raise Usage("person_unknown", value=who)
        run = session.exec(select(PayoutRun).where(col(PayoutRun.number) == number)).one_or_none()
        if run is None:
            raise NotFound
        if refusal := payouts.may_download(session, actor_of(session, user), office.clock.now(), run):
            raise refusal
        with Progress(console=Console(stderr=True)) as bar, TemporaryDirectory(dir=target.parent) as folder:
            shown = bar.add_task(run.number, total=run.count)
            made = Path(folder) / "file"
            payout_file.make(
                session,
                run,
                kind,
                made,
                office.settings.base_url,
                size=lines,
                lang=lang,
                progress=lambda done, total: bar.update(shown, completed=done, total=total),
            )
            made.replace(target)
        print(text(lang, "cli.payout_exported", number=run.number, count=f"{run.count:,}", file=output))
