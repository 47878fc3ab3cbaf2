import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine

from subsidy.cli import run


class Result(NamedTuple):
    """What a command left: its exit code, and what it wrote."""

    code: int
    data: bytes
    err: str

    @property
    def out(self) -> str:
        return self.data.decode("utf-8")


Command = Callable[..., Result]


@pytest.fixture
def command(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Carries out a command line on 1 March 2026, with an empty folder for its data."""
    monkeypatch.setenv("SUBSIDY_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("SUBSIDY_TODAY", "2026-03-01")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def typed(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
        code = run(list(arguments))
        out, err = capfdbinary.readouterr()
        return Result(code, out, err.decode("utf-8"))

    return typed


@pytest.fixture
def office_command(command: Command, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same over the test's own database."""
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    return command
