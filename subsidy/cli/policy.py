"""`policy`: the packs, to list, to read and to verify."""

from collections.abc import Iterable
from typing import Annotated

import typer

from rules.faults import excerpt
from rules.golden import CaseResult, run
from rules.load import PACKS, packs
from subsidy.cli.options import Lang, Usage
from subsidy.locale import text

commands = typer.Typer(no_args_is_help=True)

PolicyId = Annotated[str, typer.Argument(metavar="ID", help="cli.help_policy_id")]


@commands.callback()
def policy(lang: Lang = "") -> None:
    """Packs."""


@commands.command("list", help="cli.help_policy_list")
def list_all(lang: Lang = "") -> None:
    """Every pack with its version and title."""
    for each in packs().values():
        print(f"{each.id}  {each.version}  {each.title.of(lang)}")


@commands.command("show", help="cli.help_policy_show")
def show(policy_id: PolicyId, lang: Lang = "") -> None:
    """One pack as people read it: schemes, clauses and open questions."""
    from schedules.clock import clock_from_environment
    from subsidy import settings
    from subsidy.cli.files import deliver, to_terminal
    from subsidy.cli.policy_text import policy_text
    from subsidy.cli.terminal import rendered

    found = packs().get(policy_id)
    if found is None:
        raise _unknown(policy_id, packs())
    today = clock_from_environment(settings.load().today).today()
    deliver(rendered(policy_text(found, today, lang), to_terminal=to_terminal(None)), None)


@commands.command("check", help="cli.help_policy_check")
def check(
    policy_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="cli.help_policy_id")] = None, lang: Lang = ""
) -> int:
    """Run the golden cases of one pack, or of all. 0: all pass; 1: a case fails; 2: a pack cannot be read."""
    known = sorted(file.parent.name for file in PACKS.glob("*/policy.yaml"))
    if policy_id is not None and policy_id not in known:
        raise _unknown(policy_id, known)
    results = {name: run(PACKS / name) for name in ([policy_id] if policy_id else known)}
    for name, cases in results.items():
        _tell(name, cases, lang)
    return int(any(not case.passed for cases in results.values() for case in cases))


def _tell(name: str, cases: list[CaseResult], lang: str) -> None:
    for case in cases:
        for each in case.differences:
            told = {"what": each.what, "expected": each.expected, "got": each.got}
            print(text(lang, "cli.case_differs", policy=name, id=case.id, title=case.title, **told))
    failed = sum(not case.passed for case in cases)
    key = "cli.cases_failed" if failed else "cli.cases_passed"
    print(text(lang, key, policy=name, count=len(cases), failed=failed))


def _unknown(policy_id: str, known: Iterable[str]) -> Usage:
    return Usage("cli.no_such_policy", value=excerpt(policy_id), known=", ".join(known))
