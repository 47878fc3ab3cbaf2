"""The import line main → subsidy → schedules → rules is held by contracts; here they are seen to bite."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS, ROOT


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Empty rooms under the project's own contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    (tmp_path / "main.py").touch()
    return tmp_path


def test_empty_rooms_keep_the_contracts(house: Path) -> None:
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("rules/bent.py", "import schedules"),
        ("rules/bent.py", "import subsidy"),
        ("schedules/bent.py", "import subsidy"),
        ("subsidy/bent.py", "import main"),
        ("rules/bent.py", "import sqlalchemy"),
        ("rules/bent.py", "from time import time"),
        ("rules/bent.py", "import fastapi"),
        ("schedules/bent.py", "import sqlmodel"),
    ],
)
def test_a_bent_line_is_refused(house: Path, path: str, line: str) -> None:
    (house / path).write_text(f"{line}\n", "utf-8")
    result = lint_imports(house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
