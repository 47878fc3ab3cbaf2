"""A seeding that dies: `python -m tests.demo.dying ENTRY` is the command `demo`, killed once that entry of the record is stored."""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from subsidy.cli import run


def main(entry: str) -> None:
    stored = 0

    def step(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal stored
        stored += statement.startswith("INSERT INTO event ")
        if stored == int(entry):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", step)
    run(["demo"])


if __name__ == "__main__":
    main(*sys.argv[1:])
