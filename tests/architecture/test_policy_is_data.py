"""Thresholds, rates, caps and dates stand in the pack alone: no code, template or catalogue repeats one."""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOMS, ROOT, modules, texts

PLAIN = {*map(Decimal, range(251)), Decimal(1_000), Decimal(10_000)}
"""These have other uses too (status codes, widths, units and 万): the check would cry wolf."""


def leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from leaves(value)
    else:
        yield str(tree)


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None


def schemes() -> list[dict[str, Any]]:
    packs = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(ROOT.glob("rules/packs/*/policy.yaml"))]
    return [scheme for pack in packs for scheme in pack["schemes"]]


@cache
def numbers() -> frozenset[Decimal]:
    found = [number(leaf) for each in schemes() for part in ("conditions", "benefit") for leaf in leaves(each[part])]
    return frozenset(value for value in found if value is not None and value not in PLAIN)


@cache
def days() -> frozenset[tuple[int, int]]:
    found = [each["terms"].get("round") for each in schemes()]
    return frozenset((day["month"], day["day"]) for day in found if day)


def in_code(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | str) and not isinstance(node.value, bool):
            value = number(str(node.value))
            found += [f"{node.lineno}: {node.value}"] if value in numbers() else []
        elif isinstance(node, ast.Call | ast.Tuple):
            parts = node.args if isinstance(node, ast.Call) else node.elts
            known = [part.value if isinstance(part, ast.Constant) else None for part in parts]
            found += [f"{node.lineno}: {day}" for day in days() if day in pairwise(known)]
    return found


def in_prose(text: str) -> list[str]:
    return [
        token for token in re.findall(r"(?<![\w.#-])\d[\d,]*(?:\.\d+)?(?![\w%-])", text) if number(token) in numbers()
    ]


def test_the_packs_have_numbers_to_look_for() -> None:
    assert {Decimal(450), Decimal(5_000_000)} <= numbers()
    assert days()


@pytest.mark.parametrize(
    "source", ["limit = 450", "cap = Fen(5_000_000)", "rate = Decimal('0.1')", "date(year, 6, 30)", "ROUND = (6, 30)"]
)
def test_a_repeated_number_is_found(source: str) -> None:
    assert in_code(ast.parse(source))


@pytest.mark.parametrize("source", ["<p>每年不少于 450 次</p>", "at most 5,000,000 yuan"])
def test_a_repeated_number_in_prose_is_found(source: str) -> None:
    assert in_prose(source)


def test_no_code_repeats_a_number_of_a_pack() -> None:
    """The sample data is left out: its projects are made to lie around the thresholds."""
    found = {name: hits for name, tree in modules(*ROOMS) if (hits := in_code(tree))}
    assert {name: hits for name, hits in found.items() if not name.startswith("subsidy/demo/")} == {}


def test_no_template_or_catalogue_repeats_a_number_of_a_pack() -> None:
    """The sample data is left out here as well."""
    rooms = tuple(f"{room}/" for room in ROOMS)
    kinds = (".html", ".js", ".yaml", ".po", ".svg")
    found = {
        name: hits
        for name, text in texts()
        if name.startswith(rooms)
        and name.endswith(kinds)
        and not name.startswith(("rules/packs/", "schedules/calendars/", "subsidy/demo/"))
        if (hits := in_prose(text))
    }
    assert found == {}
