"""The README names every setting, command, option, target, fact and call there is, and none that is not."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rules.load import packs
from rules.reading import DEFAULT_POLICY
from schedules.due import Status
from subsidy.cli import check, schedule, user
from subsidy.cli.entry import command_line
from subsidy.locale import catalogue
from subsidy.settings import Settings
from tests.architecture.tree import ROOT
from tests.docs.guides import GUIDES, both, codes, words

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def commands() -> dict[str, set[str]]:
    """Every command as it is typed, with its own options."""
    found: dict[str, set[str]] = {}

    def visit(command: Any, path: str) -> None:
        inner = getattr(command, "commands", {})
        for name, one in inner.items():
            visit(one, f"{path} {name}".strip())
        if not inner:
            found[path] = {option for each in command.params for option in each.opts if option.startswith("--")}

    visit(command_line("en"), "")
    return found


def rows(text: str, first: str) -> list[list[str]]:
    """The cells of each row of the table whose head begins with the words `first`."""
    found: list[list[str]] = []
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        inside = bool(cells) and (inside or cells[0] == first)
        if inside:
            found.append(cells)
    return found[2:]


def test_every_setting_is_explained() -> None:
    variables = {
        str(field.validation_alias or f"SUBSIDY_{name.upper()}") for name, field in Settings.model_fields.items()
    }
    assert {"DATABASE_URL", "SUBSIDY_SECRET", "SUBSIDY_TODAY"} <= variables
    for (file, text), head in zip(both("readme"), ("变量", "variable"), strict=True):
        named = {name for row in rows(text, head) for name in re.findall(r"`([A-Z_]+)`", row[0])}
        assert named == variables, file.name


def test_every_command_is_explained_with_its_options() -> None:
    known = commands()
    assert {"check", "policy check", "user add", "audit verify"} <= known.keys()
    for file, text in both("readme"):
        told = {}
        for name in sorted(known, key=len, reverse=True):
            for cells in (line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")):
                if re.match(rf"`{name}( [A-Z\[]|`)", cells[0].strip()):
                    told[name] = {*re.findall(r"--[a-z-]+", "".join(cells)), "--lang"}
        assert told == known, file.name


def test_formats_and_roles_are_those_of_the_commands() -> None:
    for file, text in both("readme"):
        for row in (line for line in text.splitlines() if line.startswith("| `")):
            for name, known in (
                ("check FILE", check.FORMATS),
                ("schedule", schedule.FORMATS),
                ("user add EMAIL", user.ROLES),
            ):
                if row.startswith(f"| `{name}`"):
                    assert set(known) <= words(row), file.name


def test_every_target_is_explained() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
    for file, text in both("readme"):
        told = {match[1] for match in re.finditer(r"^\| `make ([a-z]+)` \|", text, re.MULTILINE)}
        assert told == targets, file.name


def test_every_fact_is_explained_with_its_schemes() -> None:
    policy = packs()[DEFAULT_POLICY]
    uses = {
        fact.key: {scheme.id for scheme in policy.schemes if fact in policy.facts_of(scheme)} for fact in policy.facts
    }
    for (file, text), head in zip(both("readme"), ("事实", "fact"), strict=True):
        told: dict[str, set[str]] = {}
        for keys, _, schemes in rows(text, head):
            named = set(re.findall(r"`([^`]+)`", schemes)) or {scheme.id for scheme in policy.schemes}
            told |= dict.fromkeys(re.findall(r"`([^`]+)`", keys), named)
        assert told == uses, file.name


def test_options_of_choices_are_named() -> None:
    options = {option.id for fact in packs()[DEFAULT_POLICY].facts if fact.kind == "choice" for option in fact.options}
    assert options
    for file, text in both("readme"):
        assert options - codes(text) == set(), file.name


def test_buttons_and_pages_are_called_what_the_screen_calls_them() -> None:
    """What the README sets in bold is on a page, word for word, in the README's language."""
    for (file, text), lang in zip(both("readme"), ("zh", "en"), strict=True):
        screens = {entry[lang] for entry in catalogue().values()}
        named = set(re.findall(r"\*\*([^*]+)\*\*", text))
        assert len(named) > 20, file.name
        assert named - screens == set(), file.name


def test_statuses_are_all_named_in_the_runbook() -> None:
    for file, text in both("operations"):
        assert {status.value for status in Status} - codes(text) == set(), file.name


def test_the_log_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_log_knows_every_pack_with_its_version_and_clauses() -> None:
    log = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for policy in packs().values():
        for word in (policy.id, policy.version, *(scheme.id for scheme in policy.schemes)):
            assert word in log
        assert f"{policy.in_force_from}" in log


@pytest.mark.parametrize("name", GUIDES)
def test_both_languages_have_the_same_sections(name: str) -> None:
    chinese, english = (_shape(file) for file in GUIDES[name])
    assert chinese == english


def _shape(file: Path) -> list[str]:
    """The levels of a document's headings, with the kinds of its code blocks, in order."""
    shape = []
    inside = False
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
            shape += [line] if inside else []
        elif not inside and line.startswith("#"):
            shape.append(line.split(" ")[0])
    return shape
