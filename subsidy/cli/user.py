"""`user add`: accounts made by the operator."""

import getpass
import sys
from typing import Annotated, Final

import typer

from subsidy.cli import options
from subsidy.cli.options import Lang, Usage
from subsidy.locale import text

ROLES: Final = ("applicant", "administrator", "finance")
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
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="cli.help_name")] = "",
    lang: Lang = "",
) -> None:
    """Make an account; its password is asked for, or read from the first line of standard input."""
    from subsidy import accounts
    from subsidy.cli.office import opened
    from subsidy.database import writing
    from subsidy.records import Role

    options.one_of("--role", role, ROLES)
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
        )
    print(text(lang, "cli.user_added", email=made.email, role=text(lang, f"cli.role_{made.role}")))


def _password(lang: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline(LONGEST).rstrip("\r\n")
    password = getpass.getpass(text(lang, "cli.password"))
    if getpass.getpass(text(lang, "cli.password_again")) != password:
        raise Usage("cli.passwords_differ")
    return password
