"""The program as a shell starts it: its door, other locales, and what runs until it is stopped."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.application import JUDGED, data

ROOT = Path(__file__).parents[2]
POOR = {"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A locale that knows no Chinese."""


def environment(folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SUBSIDY_") and key != "DATABASE_URL"}
    return {**kept, "SUBSIDY_VAR": str(folder / "var"), **(more or {})}


def started(
    folder: Path, *arguments: str, stdin: bytes = b"", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(folder, more), input=stdin, capture_output=True, timeout=120, check=False
    )


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command that runs until it is stopped, once it has said its first line."""
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


def test_a_check_answers_by_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(data(**JUDGED))
    result = started(tmp_path, "check", "a.json")
    assert (result.returncode, result.stderr) == (0, b"")
    assert "2,400,000.00 元".encode() in result.stdout


def test_input_and_output_are_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    folder = tmp_path / "申报"
    folder.mkdir()
    (folder / "项目.json").write_bytes(data())
    result = started(folder, "check", "项目.json", "--output", "结果.txt", more=POOR)
    assert (result.returncode, result.stdout, result.stderr) == (3, b"", b"")
    assert "核查日期" in (folder / "结果.txt").read_text("utf-8")
    piped = started(folder, "check", "-", stdin="facts: {capacity_kwh: 一万}".encode(), more=POOR)
    assert piped.returncode == 2
    assert "“一万”不是普通数字" in piped.stderr.decode("utf-8")
    missing = started(folder, "check", "没有.json", more=POOR)
    assert missing.stderr.decode("utf-8").startswith("没有.json：没有这个文件")


def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} {ROOT / 'main.py'} policy show lingang-2024 | head -1"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, b"")


def test_to_import_the_door_opens_nothing(tmp_path: Path) -> None:
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import main; print(sorted(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"sqlalchemy", "fastapi"} & set(result.stdout.split("'"))
    assert list(tmp_path.iterdir()) == []


def test_a_check_needs_neither_web_server_nor_database(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from subsidy.cli import run; run(['check', 'a.json']);"
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    (tmp_path / "a.json").write_bytes(data())
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"sqlalchemy", "sqlmodel", "alembic", "fastapi", "uvicorn", "reportlab", "apscheduler"} & set(
        result.stderr.split("'")
    )


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serving_ends_well_when_it_is_stopped(tmp_path: Path, stop: signal.Signals) -> None:
    port = free_port()
    with running(tmp_path, "serve", "--port", str(port)) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        for path in ("/healthz", "/readyz", "/", "/api/v1/policies"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
                assert answer.status == 200
        second = started(tmp_path, "serve", "--port", str(port))
        assert (second.returncode, second.stdout) == (2, b"")
        assert f"端口 {port} 已被占用" in second.stderr.decode("utf-8")
        assert f"PORT={port + 1}" in second.stderr.decode("utf-8")
        process.send_signal(stop)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "已停止。\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_scheduler_ends_well_when_it_is_stopped(tmp_path: Path, stop: signal.Signals) -> None:
    with running(tmp_path, "scheduler", "--lang", "en") as process:
        assert process.stdout is not None
        assert "The scheduler is running" in process.stdout.readline()
        process.send_signal(stop)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "Stopped.\n", "")
