"""A disbursement that dies: `python -m tests.finance.dying URL DAY POINT` is killed at the given point after its row is stored.

A point is a statement carried out or a commit about to be made. Prints how many points there were if it lives.
"""

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
    passed = -1

    def step(*_: Any) -> None:
        nonlocal passed
        passed += passed >= 0
        if passed == int(point):
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(*_: Any) -> None:
        nonlocal passed
        if passed < 0:
            passed = 0
        else:
            step()

    event.listen(engine, "after_cursor_execute", step)
    event.listen(engine, "commit", commit)
    as_of = date.fromisoformat(day)
    disburse(engine, as_of=as_of, now=noon(as_of), trigger="tick", chunk=5)
    sys.stdout.write(f"{passed}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
