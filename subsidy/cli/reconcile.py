"""`reconcile`: take the treasury's or a bank's result file."""

from pathlib import PurePath
from typing import Annotated

import typer

from rules.money import grouped
from subsidy.cli.files import STREAM, read
from subsidy.cli.options import Lang, Usage
from subsidy.locale import text


def reconcile(
    file: Annotated[str, typer.Argument(metavar="FILE", help="cli.help_result_file")],
    who: Annotated[str, typer.Option("--as", metavar="EMAIL", help="cli.help_as")],
    lang: Lang = "",
) -> int:
    """Match a result file, CSV or XLSX; 1 where lines are left that somebody has to deal with."""
    from sqlmodel import col, select

    from subsidy.accounts.fields import read_email
    from subsidy.accounts.sessions import actor_of
    from subsidy.cli.office import opened
    from subsidy.database import reading
    from subsidy.finance import result_lists, results
    from subsidy.finance.result_limits import MOST_BYTES
    from subsidy.records import User

    data = read(file, MOST_BYTES)
    with opened() as office:
        with reading(office.engine) as session:
            email = read_email(who, [])
            known = col(User.email) == email, col(User.disabled_at).is_(None)
            user = session.exec(select(User).where(*known)).one_or_none()
            if user is None:
                raise Usage("person_unknown", value=who)
            actor = actor_of(session, user)
        name = "stdin" if file == STREAM else PurePath(file).name
        taken = results.take(office.engine, actor, office.clock.now(), name, data)
        with reading(office.engine) as session:
            totals = result_lists.totals(session, taken.file.id)
    if taken.again:
        print(text(lang, "result.done_again"))
    for outcome, total in totals.items():
        amount = text(lang, "base.money", amount=grouped(total.amount))
        told = {"outcome": text(lang, f"result.outcome_{outcome}"), "count": f"{total.count:,}", "amount": amount}
        print(text(lang, "result.told", **told))
    return int(any(outcome in totals for outcome in result_lists.OPEN))
