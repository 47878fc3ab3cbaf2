"""The project's files, as the checks of this folder read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("rules", "schedules", "subsidy")


@cache
def files() -> tuple[str, ...]:
    """Every file that is in the repository or about to be, by its path from the top. Skips the test outside of git."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip(f"not a git work tree: {listed.stderr.strip()}")
    return tuple(sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()))


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """The Python files below the given folders (all where none is given), with their syntax trees."""
    for name in files():
        if name.endswith(".py") and (not rooms or name.startswith(tuple(f"{room}/" for room in rooms))):
            yield name, ast.parse((ROOT / name).read_text("utf-8"))


def texts() -> Iterator[tuple[str, str]]:
    """Every file that is text, with what it says."""
    for name in files():
        try:
            yield name, (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue


def dotted(node: ast.expr) -> str:
    """`datetime.now` for the expression datetime.now; empty for what is not a chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""
