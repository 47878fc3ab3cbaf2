"""Money and quantities pass through no float, and nothing but the clock knows what time it is."""

import ast

import pytest

from tests.architecture.tree import ROOMS, dotted, modules

EXACT = ("rules", "schedules", "subsidy/records", "subsidy/workflow", "subsidy/finance", "subsidy/api", "subsidy/demo")
"""Where amounts and quantities are computed, kept or handed on. Coordinates on pages and papers are no amounts."""

CLOCK = "schedules/clock.py"
NOW = {
    *(f"{place}.{name}" for place in ("datetime", "datetime.datetime") for name in ("now", "utcnow", "today")),
    *("date.today", "datetime.date.today"),
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
    *("func.now", "func.current_timestamp", "func.current_date", "func.localtimestamp"),
}


def floats(tree: ast.Module) -> list[int]:
    """Lines that make or name a float, but for the test whether something is one, by which it is refused."""
    asked = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func) in ("isinstance", "issubclass")
        for inner in ast.walk(node)
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if id(node) not in asked
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (
            isinstance(node, ast.Attribute)
            and dotted(node) in ("sqlalchemy.Float", "math.inf", "math.nan", "math.sqrt")
        )
    ]


def clock_reads(tree: ast.Module) -> list[int]:
    """Lines that ask the machine or the database for the time, under whatever name it was imported."""
    known = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not node.level
        for alias in node.names
    } | {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname
    }

    def meant(node: ast.expr) -> str:
        first, _, rest = dotted(node).partition(".")
        whole = known.get(first, first)
        return f"{whole}.{rest}" if rest else whole

    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        if (name := meant(node)) in NOW or name.removeprefix("sqlalchemy.").removeprefix("sql.") in NOW
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("rate = 0.15", True),
        ("total = float(text)", True),
        ("def f(x: float) -> None: ...", True),
        ("if isinstance(raw, float): raise TypeError", False),
        ("rate = '0.15'", False),
    ],
)
def test_floats_are_found(source: str, found: bool) -> None:
    assert bool(floats(ast.parse(source))) is found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from datetime import datetime\ndatetime.now()", True),
        ("import datetime as dt\ndt.date.today()", True),
        ("from datetime import date as day\nday.today()", True),
        ("from time import time\ntime()", True),
        ("from sqlalchemy import func\nfunc.now()", True),
        ("default_factory = datetime.utcnow", True),
        ("clock.now()", False),
        ("from time import perf_counter\nperf_counter()", False),
    ],
)
def test_clock_reads_are_found(source: str, found: bool) -> None:
    assert bool(clock_reads(ast.parse(source))) is found


def test_no_float_near_money() -> None:
    assert {f"{name}:{line}" for name, tree in modules(*EXACT) for line in floats(tree)} == set()


def test_only_the_clock_knows_now() -> None:
    found = {name: lines for name, tree in modules(*ROOMS) if (lines := clock_reads(tree))}
    assert found.pop(CLOCK, None), f"{CLOCK} reads no clock: is the check still looking at the right names?"
    assert found == {}
