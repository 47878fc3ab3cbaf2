"""Carrying out what was typed: every fault becomes a line on standard error and an exit code, never a traceback."""

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import typer

from rules.faults import BadInput
from rules.load import PackError
from subsidy.cli import audit, budget, check, demo, disburse, payout, policy, reconcile, schedule, serve, user
from subsidy.cli.files import utf8_arguments, utf8_streams
from subsidy.cli.options import Lang, asked_language
from subsidy.errors import SubsidyError
from subsidy.locale import text

BAD_INPUT: Final = 2
BROKEN: Final = 70
"""The program itself is at fault (EX_SOFTWARE); 1 would be taken for an answer."""
INTERRUPTED: Final = 130

_GROUPS: Final = {"policy": policy.commands, "user": user.commands, "audit": audit.commands, "payout": payout.commands}
_COMMANDS: Final[Mapping[str, Callable[..., int | None]]] = {
    "check": check.check,
    "serve": serve.serve,
    "scheduler": serve.scheduler,
    "disburse": disburse.disburse,
    "schedule": schedule.schedule,
    "budget": budget.budget,
    "reconcile": reconcile.reconcile,
    "demo": demo.demo,
}


def run(arguments: list[str]) -> int:
    """Carry out a command line; the exit code that it ends with."""
    utf8_streams()
    arguments = utf8_arguments(arguments)
    lang = asked_language(arguments)
    try:
        return command_line(lang).main(args=arguments, standalone_mode=False, obj=lang) or 0
    except PackError as error:
        return _told(str(error).splitlines())
    except BadInput as error:
        return _told(_faults(error, lang))
    except SubsidyError as error:
        return _told(error.message(lang).splitlines())
    except typer.TyperException as error:
        return _told([_usage(error, lang)])
    except typer.Abort:
        return _told([text(lang, "cli.aborted")], INTERRUPTED)
    except BrokenPipeError:
        # Whoever was reading has seen enough; Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _unexpected(error, lang)


def _told(lines: Iterable[str], code: int = BAD_INPUT) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return code


def _faults(error: BadInput, lang: str) -> Iterator[str]:
    """A line for each fault, and one that says how many are left out."""
    for fault in error.faults:
        message = fault.message(lang)
        yield text(lang, "cli.fault", place=fault.pointer, message=message) if fault.pointer else message
    if error.more:
        yield text(lang, "cli.more_faults", count=error.more)


def _usage(error: typer.TyperException, lang: str) -> str:
    """What is wrong with the command line itself, which the parser only says in English."""
    said = error.format_message()
    for pattern, key in _USAGE:
        if found := re.search(pattern, said):
            return text(lang, key, word=found[1])
    return text(lang, "cli.usage", said=" ".join(said.split()))


_USAGE: Final = (
    (r"No such command ['\"](.*?)['\"]", "cli.no_such_command"),
    (r"No such option: (\S+)", "cli.no_such_option"),
    (r"Missing argument ['\"](.*?)['\"]", "cli.missing"),
    (r"Missing option ['\"](.*?)['\"]", "cli.missing"),
    (r"unexpected extra argument\S* \((.*)\)", "cli.extra"),
    (r"Option ['\"](.*?)['\"] requires an argument", "cli.needs_value"),
)


def _unexpected(error: Exception, lang: str) -> int:
    traceback.print_exception(error)
    return _told([text(lang, "cli.broken")], BROKEN)


def command_line(lang: str) -> Any:
    """All commands, with what they say about themselves in `lang`: until then it stands in them as keys."""
    commands = typer.Typer(help="cli.help", callback=_root, add_completion=False, no_args_is_help=True)
    for name, function in _COMMANDS.items():
        commands.command(name, help=f"cli.help_{name}")(function)
    for name, group in _GROUPS.items():
        commands.add_typer(group, name=name, help=f"cli.help_{name}")
    command = typer.main.get_command(commands)
    _word(command, lang)
    return command


def _root(lang: Lang = "") -> None:
    """Takes `--lang` before the command as well as after it."""


def _word(command: Any, lang: str) -> None:
    command.help = text(lang, command.help)
    for parameter in command.params:
        parameter.help = text(lang, parameter.help)
    for inner in getattr(command, "commands", {}).values():
        _word(inner, lang)
