"""The commands that people are told to type exist, and every command says what it does."""

import re
import shutil
import subprocess

import pytest

from subsidy.cli import run
from tests.architecture.tree import ROOT, texts

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())  # type: ignore[index]
HELP = dict(re.findall(r"^([a-z]+):.*?## (.+)$", MAKEFILE, re.MULTILINE))


def test_every_target_has_a_line_of_help() -> None:
    assert set(HELP) == TARGETS
    assert set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)) == TARGETS


def test_the_promised_targets_are_there() -> None:
    assert {"setup", "run", "test", "bench", "help"} <= TARGETS


@pytest.mark.skipif(not shutil.which("make"), reason="make is needed")
def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {match[1] for match in re.finditer(r"make ([a-z]+) ", shown)} == TARGETS


def documents() -> list[tuple[str, str]]:
    return [(name, text) for name, text in texts() if name.endswith(".md")]


def test_documents_name_only_targets_that_exist() -> None:
    named = {
        (name, target) for name, text in documents() for target in re.findall(r"\bmake ([a-z]+)\b(?=[^`\n]*`)", text)
    }
    assert {(name, target) for name, target in named if target not in TARGETS} == set()


def test_documents_name_only_commands_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    named = {
        (name, words)
        for name, text in documents()
        for words in re.findall(r"python main\.py((?: [a-z]+\b(?![./]))+)", text)
    }
    refused = {(name, words) for name, words in named if run([*words.split()[:2], "--help"])}
    assert refused == set(), capsys.readouterr().err
