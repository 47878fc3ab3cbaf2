"""The prose of the rules is complete in both languages, and none of it is left over."""

import ast
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import rules
from rules import wording
from rules.conditions import KINDS
from rules.faults import Fault

SOURCES = sorted(Path(rules.__file__).parent.glob("*.py"))


def blanks(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def codes() -> Iterator[str]:
    """The codes of faults that the rules name anywhere: the first text handed to what makes a fault."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                place = {"FactError": 0, "_bad": 0, "Fault": 1}.get(name)
                if place is not None and len(node.args) > place:
                    yield from _texts(node.args[place])
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "code":
                yield from _texts(node.value)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_fault_has_words_and_all_words_are_of_a_fault() -> None:
    found = {key.removeprefix("faults.") for key in wording.catalogue() if key.startswith("faults.")}
    assert found == set(codes())


def test_every_kind_of_condition_says_what_it_asks() -> None:
    kinds = {kind.model_fields["kind"].annotation.__args__[0] for kind in KINDS}  # type: ignore[union-attr]
    assert {key.removeprefix("asked.") for key in wording.catalogue() if key.startswith("asked.")} == kinds


@pytest.mark.parametrize(("key", "texts"), wording.catalogue().items())
def test_both_languages_say_the_same(key: str, texts: dict[str, str]) -> None:
    assert set(texts) == {"zh", "en"}
    assert blanks(texts["zh"]) == blanks(texts["en"])
    if key.startswith("faults."):
        assert texts["zh"].endswith("。")
        assert texts["en"].endswith((".", "?"))
        assert texts["zh"].count("。") >= 2, "says what is wrong, but not what to do"


@pytest.mark.parametrize(("key", "texts"), wording.catalogue().items())
def test_chinese_prose_has_full_width_punctuation(key: str, texts: dict[str, str]) -> None:
    """Half-width marks stand only inside numbers, ids and examples."""
    chinese = texts["zh"]
    for at, mark in enumerate(chinese):
        if mark in ",;:!?()":
            around = chinese[max(at - 1, 0)] + chinese[at + 1 : at + 2]
            assert around.isascii() or chinese[at - 1 : at + 2] == "键: ", f"{key}: {chinese[max(at - 5, 0) : at + 5]}"


def test_any_other_language_is_answered_in_the_first() -> None:
    fault = Fault("/x", "signed", {"value": "-1"})
    assert fault.message("zh") == fault.message("fr") == "“-1”带有正负号。请填写不带符号、允许范围内的数字。"
    assert fault.message("en") == "“-1” has a sign. Give a number without one, within the allowed range."


def test_days_and_words() -> None:
    assert wording.day(date(2026, 3, 1), "zh") == "2026年3月1日"
    assert wording.day(date(2026, 12, 31), "en") == "2026-12-31"
    assert [wording.word(key, lang) for key in ("yes", "no") for lang in ("zh", "en")] == ["是", "yes", "否", "no"]
