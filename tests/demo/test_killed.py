"""Seeding killed in the middle, and started again: the sample data is whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlmodel import func, select

from subsidy.database import create, reading
from subsidy.demo.story import projects
from subsidy.records import Application, Record, User


def seeding(folder: Path, entry: int) -> int:
    """The exit code of a seeding that is to be killed at that entry of the record."""
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment = {**kept, "SUBSIDY_VAR": str(folder), "SUBSIDY_TODAY": "2026-12-01"}
    command = [sys.executable, "-m", "tests.demo.dying", str(entry)]
    return subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False).returncode


def count(folder: Path, table: type[Record]) -> int:
    engine = create(f"sqlite:///{folder / 'subsidy.db'}")
    with reading(engine) as session:
        found = session.exec(select(func.count()).select_from(table)).one()
    engine.dispose()
    return found


def test_killed_and_started_again_all_of_it_is_there(tmp_path: Path) -> None:
    assert seeding(tmp_path, 100) == -signal.SIGKILL
    assert count(tmp_path, User) == 0
    assert seeding(tmp_path, 10**6) == 0
    assert count(tmp_path, Application) == len(projects())
