"""The catalogues are complete: nothing said without words, no words that nobody says, both languages alike."""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest

from subsidy.locale import LANGUAGES, catalogue, text

ROOT = Path(__file__).parents[2] / "subsidy"
SOURCES = [path.read_text("utf-8") for kind in ("*.py", "*.html") for path in sorted(ROOT.rglob(kind))]
ROOMS = sorted({key.partition(".")[0] for key in catalogue()})
KEY = re.compile(rf"""["']((?:{"|".join(ROOMS)})\.[a-z0-9_]*)(["']\s*~|["']|\{{)""")
"""A key as it stands in quotes; what follows tells a whole one from the beginning of one that is put together."""
NO_KEYS = {"base.html"}


def said() -> tuple[set[str], set[str]]:
    """The whole keys that the sources name, and the beginnings of those they put together."""
    found = {(key, end) for source in SOURCES for key, end in KEY.findall(source)}
    whole = {key for key, end in found if end in ('"', "'")} - NO_KEYS
    return whole, {key for key, end in found if end not in ('"', "'")}


def refusals() -> set[str]:
    """Keys of the errors whose codes the sources name, whole or by their end."""
    literals = {literal for source in SOURCES for literal in re.findall(r'"([a-z_]+)"', source)}
    endings = {ending for source in SOURCES for ending in re.findall(r'\}(_[a-z_]+)"', source)}
    beginnings = {beginning for source in SOURCES for beginning in re.findall(r'f"([a-z]+_)\{', source)}
    names = {key.partition(".")[2] for key in catalogue() if key.startswith("errors.")}
    return {
        f"errors.{name}"
        for name in names
        if name in literals or name.endswith(tuple(endings)) or name.startswith(tuple(beginnings))
    }


def fields(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def test_whatever_is_said_has_words() -> None:
    whole, beginnings = said()
    assert sorted(whole - catalogue().keys()) == []
    assert [begin for begin in beginnings if not any(key.startswith(begin) for key in catalogue())] == []


def test_no_words_are_left_over() -> None:
    whole, beginnings = said()
    used = whole | refusals()
    assert [key for key in catalogue() if key not in used and not key.startswith(tuple(beginnings))] == []


def test_both_languages_say_the_same() -> None:
    def alike(entry: Mapping[str, object]) -> bool:
        zh, en = entry.get("zh"), entry.get("en")
        if entry.keys() != set(LANGUAGES) or not (
            isinstance(zh, str) and zh.strip() and isinstance(en, str) and en.strip()
        ):
            return False
        return fields(zh) == fields(en)

    assert [key for key, entry in catalogue().items() if not alike(entry)] == []


def test_chinese_has_chinese_punctuation() -> None:
    half_width = re.compile(r"[\u4e00-\u9fff][,;:?!]|[\u4e00-\u9fff]\(|\)[\u4e00-\u9fff]")
    prose = {key: re.sub("“[^”]*”", "", entry["zh"]) for key, entry in catalogue().items()}
    assert [key for key, words in prose.items() if half_width.search(words)] == []


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("zh", "base.no_such_key")
