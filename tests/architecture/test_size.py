"""A room that outgrows its walls is two rooms."""

import ast

from tests.architecture.tree import ROOMS, ROOT, files, modules

MODULE_LINES = 400
FUNCTION_LINES = 60


def test_no_module_is_long() -> None:
    lengths = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in files() if name.endswith(".py")}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > MODULE_LINES} == {}


def test_no_function_is_long() -> None:
    """Migrations are left out: a table is as long as it is."""
    long = {
        f"{name}:{node.lineno} {node.name}": lines
        for name, tree in modules(*ROOMS)
        if not name.startswith("subsidy/migrations/")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}
