"""`policy`: packs listed, read and verified."""

import shutil
from pathlib import Path

import pytest

from rules.load import PACKS, packs
from rules.reading import DEFAULT_POLICY
from tests.cli.conftest import Command


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the packs that the command verifies instead."""
    shutil.copytree(PACKS, tmp_path / "packs")
    monkeypatch.setattr("subsidy.cli.policy.PACKS", tmp_path / "packs")
    return tmp_path / "packs" / DEFAULT_POLICY


def test_the_list_names_every_pack(command: Command) -> None:
    out = command("policy", "list").out
    assert [line.split()[:2] for line in out.splitlines()] == [[each.id, each.version] for each in packs().values()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_pack_is_read_with_its_schemes_clauses_and_questions(command: Command, lang: str) -> None:
    policy = packs()[DEFAULT_POLICY]
    told = "".join(command("policy", "show", DEFAULT_POLICY, "--lang", lang).out.split())
    expected = [policy.title.of(lang), policy.digest]
    expected += [scheme.id for scheme in policy.schemes] + [clause.quote for clause in policy.clauses]
    expected += [words for question in policy.questions for words in (question.id, question.reading.of(lang))]
    assert [each for each in expected if "".join(each.split()) not in told] == []


def test_the_golden_cases_pass(command: Command) -> None:
    result = command("policy", "check")
    assert (result.code, result.err) == (0, "")
    assert command("policy", "check", DEFAULT_POLICY) == result


def test_a_case_that_fails_is_told(command: Command, copied: Path) -> None:
    file = copied / "policy.yaml"
    text = file.read_text("utf-8")
    assert 'value: "450"' in text
    file.write_text(text.replace('value: "450"', 'value: "451"'), "utf-8")
    result = command("policy", "check")
    assert result.code == 1
    assert result.err == ""
    assert "findings/cycles 应为 met，实为 not_met" in result.out


def test_a_pack_that_cannot_be_read_is_told_with_file_and_place(command: Command, copied: Path) -> None:
    file = copied / "policy.yaml"
    file.write_text(file.read_text("utf-8").replace("clause: D2, question: Q7", "clause: D9, question: Q7"), "utf-8")
    result = command("policy", "check", DEFAULT_POLICY)
    assert (result.code, result.out) == (2, "")
    assert f"{DEFAULT_POLICY}/policy.yaml: /schemes/4/conditions/1/clause" in result.err
