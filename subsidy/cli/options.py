"""Options that several commands share, and how what was typed after them is read."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated, ClassVar

import typer

from rules.facts import read_day
from rules.faults import BadInput, FactError, Fault, excerpt
from subsidy.errors import SubsidyError
from subsidy.locale import LANGUAGES


class Usage(SubsidyError):
    """A command that cannot be carried out as it was typed."""

    status: ClassVar[int] = 400


def asked_language(arguments: Sequence[str]) -> str:
    """The language that the arguments ask for, wherever `--lang` stands among them; Chinese where they do not."""
    chosen = LANGUAGES[0]
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--":
            break
        value = following if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and value in LANGUAGES:
            chosen = value
    return chosen


def _language(context: typer.Context, value: str) -> str:
    if value:
        one_of("--lang", value, LANGUAGES)
    return str(context.obj)


Lang = Annotated[str, typer.Option("--lang", metavar="zh|en", help="cli.help_lang", callback=_language)]
"""The language of messages and results; a command is given the one that was asked for anywhere on the line."""
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="cli.help_output")]
Scheme = Annotated[str | None, typer.Option("--scheme", metavar="ID", help="cli.help_scheme")]


def day(option: str, typed: str | None) -> date | None:
    """The day typed after an option, None where it was not given; BadInput where it is none."""
    if typed is None:
        return None
    try:
        return read_day(typed)
    except FactError as error:
        raise BadInput([Fault(option, error.code, error.params)]) from None


def one_of(option: str, typed: str, known: Collection[str]) -> str:
    """What was typed after an option, if it is one of the known words."""
    if typed not in known:
        raise Usage("cli.choice", option=option, value=excerpt(typed), known=", ".join(known))
    return typed


def whole(option: str, typed: str | None, low: int, high: int) -> int | None:
    """The whole number typed after an option, None where it was not given."""
    if typed is None:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 9 and low <= int(typed) <= high):
        raise Usage("cli.whole", option=option, value=excerpt(typed), low=str(low), high=str(high))
    return int(typed)
