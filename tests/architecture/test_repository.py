"""What the repository holds: known names at the top, nothing of the machine it was made on, locks that lock."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT, files, texts

TOP = re.compile(
    r"rules|schedules|subsidy|main\.py|tests|docs|\.ci|\.gitignore|pyproject\.toml|requirements(-\w+)?\.lock\.txt|Makefile"
    r"|README(\.\w+)?\.md|CHANGELOG\.md|LICENSE"
)
PLACES = re.compile(
    # Taken apart, so that this file does not hold what it looks for.
    "|".join(
        (
            r"(?<![\w.])/(work|root|home|Users)" + "/",
            "pypi" + r"\.org",
            "pythonhosted" + r"\.org",
            "npmjs" + r"\.(org|com)",
        )
    )
)
RUNTIME, DEV, SETUP = "requirements.lock.txt", "requirements-dev.lock.txt", "requirements-setup.lock.txt"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(name: str) -> dict[str, Requirement]:
    lines = (ROOT / name).read_text("utf-8").replace("\\\n", "").splitlines()
    found = [Requirement(line.split(" --hash", 1)[0]) for line in lines if line.strip()]
    return {canonicalize_name(each.name): each for each in found}


def wanted(*groups: str) -> list[Requirement]:
    return [Requirement(each) for group in groups for each in PROJECT["dependency-groups"][group]]


def test_the_top_level_holds_known_names() -> None:
    assert {top for name in files() if not TOP.fullmatch(top := name.split("/", 1)[0])} == set()


def test_no_place_of_one_machine_is_named() -> None:
    found = {f"{name}: {match.group()}" for name, text in texts() if (match := PLACES.search(text))}
    assert found == set()


@pytest.mark.parametrize("name", [RUNTIME, DEV, SETUP])
def test_every_locked_version_is_exact_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [
        entry for entry in entries if not re.match(r"[\w.-]+(\[.*\])?==\S+.*--hash=sha256:", entry, re.DOTALL)
    ] == []


def test_the_locks_hold_what_the_project_asks_for() -> None:
    asked = {
        RUNTIME: [*map(Requirement, PROJECT["project"]["dependencies"]), *wanted("build")],
        DEV: [*map(Requirement, PROJECT["project"]["dependencies"]), *wanted("build", "dev")],
        SETUP: wanted("setup"),
    }
    for name, requirements in asked.items():
        pins = locked(name)
        for each in requirements:
            pin = pins.get(canonicalize_name(each.name))
            assert pin is not None, f"{each.name} is not in {name}: run `make lock`"
            version = str(pin.specifier).removeprefix("==")
            assert each.specifier.contains(version, prereleases=True), f"{pin} in {name} is not {each}: run `make lock`"


def test_tests_run_on_the_versions_that_serve() -> None:
    runtime, dev = locked(RUNTIME), locked(DEV)
    assert {name: pin for name, pin in runtime.items() if dev.get(name) != pin} == {}


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML is built without libyaml")
def test_both_yaml_readers_read_the_same() -> None:
    """PyYAML's own reader refuses some of what libyaml takes; a machine has the one or the other."""
    differ = [
        name
        for name, text in texts()
        if name.endswith((".yaml", ".yml")) and yaml.load(text, yaml.CSafeLoader) != yaml.safe_load(text)
    ]
    assert differ == []
