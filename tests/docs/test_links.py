"""Every link and picture of every document leads to something, inside the repository or in the document itself."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

from tests.architecture.tree import ROOT, files

DOCUMENTS = [name for name in files() if name.endswith(".md")]
LARGEST_PICTURE = 250_000
"""Bytes: documents are read over slow lines too."""

_LINK = re.compile(r"\]\(([^()\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def links(name: str) -> list[str]:
    """The targets of a document's links, outside of code blocks."""
    return _LINK.findall(_FENCE.sub("", (ROOT / name).read_text("utf-8")))


def anchors(file: Path) -> set[str]:
    """The anchors of a document's headings, as they are made by those who show it."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", file.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_there_are_documents_with_links() -> None:
    assert {"README.md", "README.en.md", "docs/packs.md"} <= set(DOCUMENTS)
    assert "docs/images/check.png" in links("README.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    dead = []
    for link in links(name):
        if "://" in link:
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("name", [name for name in files() if name.startswith("docs/") and name.endswith(".png")])
def test_pictures_are_small_and_shown(name: str) -> None:
    picture = ROOT / name
    assert picture.stat().st_size < LARGEST_PICTURE
    with Image.open(picture) as opened:
        assert opened.width >= 1000, "too small to read"
    shown = {Path((ROOT / document).parent, link).resolve() for document in DOCUMENTS for link in links(document)}
    assert picture.resolve() in shown
