"""A disbursement that dies: `python -m tests.finance.dying URL DAY POINT` is killed at the given statement or commit."""

import os
import signal
import sys
from datetime import date
from typing import Any

from sqlalchemy import event

from subsidy.database import create
from subsidy.finance.disburse import disburse
from tests.support.office import noon


def main(url: str, day: str, point: str) -> None:
    engine = create(url)
    left = int(point)

    def step(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "after_cursor_execute", step)
    event.listen(engine, "commit", step)
    as_of = date.fromisoformat(day)
    disburse(engine, as_of=as_of, now=noon(as_of), trigger="tick", chunk=5)
    sys.stdout.write(f"{int(point) - left}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
