"""`user add` and `user link`: accounts made, and made usable again, by the operator."""

import getpass
import sys
from typing import Annotated, Final

import typer

from subsidy.cli import options
from subsidy.cli.options import Lang, Usage
from subsidy.locale import text

ROLES: Final = ("applicant", "administrator", "finance", "auditor", "registrar")
DUTIES: Final = ("own", "receive", "recommend", "approve", "make", "check")
LONGEST: Final = 4096
"""Characters read of a password; whether one of them is too long is said where passwords are checked."""

commands = typer.Typer(no_args_is_help=True)


@commands.callback()
def user(lang: Lang = "") -> None:
    """Accounts."""


@commands.command("add", help="cli.help_user_add")
def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="cli.help_email")],
    role: Annotated[str, typer.Option("--role", metavar="|".join(ROLES), help="cli.help_role")],
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="NAME", help="cli.help_organisation")
    ] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="EMAIL", help="cli.help_person")] = None,
    duty: Annotated[list[str] | None, typer.Option("--duty", metavar="|".join(DUTIES), help="cli.help_duty")] = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="cli.help_name")] = "",
    lang: Lang = "",
) -> None:
    """Make an account; its password is asked for, or read from the first line of standard input."""
    from subsidy import accounts
    from subsidy.cli.office import opened
    from subsidy.database import writing
    from subsidy.records import Duty, Role

    options.one_of("--role", role, ROLES)
    for each in duty or ():
        options.one_of("--duty", each, DUTIES)
    password = _password(lang)
    with opened() as office, writing(office.engine) as session:
        made = accounts.add_user(
            session,
            office.clock.now(),
            email=email,
            password=password,
            role=Role(role),
            name=name,
            organisation=organisation,
            person=person,
            duties=[Duty(each) for each in duty] if duty else None,
        )
    print(text(lang, "cli.user_added", email=made.email, role=text(lang, f"account.role_{made.role}")))


@commands.command("link", help="cli.help_user_link")
def link(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="cli.help_email")],
    lang: Lang = "",
) -> None:
    """Print an address with which the owner of an account sets a password: for whoever no mail reaches."""
    from subsidy.accounts import links
    from subsidy.accounts.own import link_for
    from subsidy.cli.office import opened
    from subsidy.database import writing

    with opened() as office, writing(office.engine) as session:
        made = link_for(session, office.clock.now(), email)
    site = office.settings.base_url.rstrip("/")
    print(text(lang, "cli.user_link", email=email, url=site + links.path(made.id, office.settings.secret)))


def _password(lang: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline(LONGEST).rstrip("\r\n")
    password = getpass.getpass(text(lang, "cli.password"))
    if getpass.getpass(text(lang, "cli.password_again")) != password:
        raise Usage("cli.passwords_differ")
    return password
