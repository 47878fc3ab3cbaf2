"""The documents that people read, by language, and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.architecture.tree import ROOT

GUIDES: Final = {
    "readme": (ROOT / "README.md", ROOT / "README.en.md"),
    "packs": (ROOT / "docs" / "packs.md", ROOT / "docs" / "packs.en.md"),
    "operations": (ROOT / "docs" / "operations.md", ROOT / "docs" / "operations.en.md"),
}
"""Each document in Chinese and in English."""

EXAMPLE_PACK: Final = ROOT / "docs" / "examples" / "rooftop-2025"
EXAMPLE_APPLICATION: Final = ROOT / "docs" / "examples" / "application.yaml"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


def both(name: str) -> Iterator[tuple[Path, str]]:
    """A document in each language: its file and its text."""
    for file in GUIDES[name]:
        yield file, file.read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a language."""
    return [body for word, body in _BLOCK.findall(text) if word == language]


def codes(text: str) -> set[str]:
    """What stands between single back ticks, outside of code blocks."""
    return set(_CODE.findall(_BLOCK.sub("", text)))


def words(text: str) -> set[str]:
    """The single words between back ticks, or in a piece of code between them."""
    return {word for code in codes(text) for word in re.findall(r"[A-Za-z_][A-Za-z0-9_-]*", code)}


def first_cells(text: str) -> set[str]:
    """What stands in back ticks in the first cells of tables."""
    lines = (line for line in text.splitlines() if line.startswith("| "))
    return {code for line in lines for code in _CODE.findall(line.split("|")[1])}
