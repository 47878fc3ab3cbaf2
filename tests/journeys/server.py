"""The site as it is really started: `main.py serve` in a process of its own, over a database of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 60
"""Seconds that a command may take to end."""


@contextmanager
def serving(var: Path, today: str, database_url: str = "") -> Iterator[str]:
    """Serves on a free port, with the clock standing at `today`; gives the address.

    Without `database_url` over the default database in `var`. At the end the server is asked to stop, as by Ctrl+C, and must
    end well, with nothing in its log: whatever failed on a page failed there too.
    """
    log = var / "serve.log"
    with log.open("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "main.py", "serve", "--port", "0"],
            cwd=ROOT,
            env=environment(var, today, database_url),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            assert process.stdout
            found = re.search(r"http://\S+\d", process.stdout.readline())
            assert found, log.read_text("utf-8")
            yield found.group()
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
    assert (process.returncode, log.read_text("utf-8")) == (0, "")


def command(var: Path, today: str, *words: str, database_url: str = "") -> subprocess.CompletedProcess[bytes]:
    """Carries out a command of `main.py` beside the server."""
    return subprocess.run(
        [sys.executable, "main.py", *words],
        cwd=ROOT,
        env=environment(var, today, database_url),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )


def environment(var: Path, today: str, database_url: str = "") -> dict[str, str]:
    """The environment of a command: the tests' own, less what would lead it to another database or clock."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUBSIDY_", "DATABASE_URL"))}
    given = {"SUBSIDY_VAR": str(var), "SUBSIDY_TODAY": today, "DATABASE_URL": database_url}
    return kept | {name: value for name, value in given.items() if value}
