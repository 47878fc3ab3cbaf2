"""A step that dies in the middle: carried out in a process of its own, which is killed at a given point.

A point is a statement carried out or a commit about to be made, counted from 1 after the first commit.
"""

import os
import signal
import traceback
import warnings
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Engine, event

from subsidy.database import create

NEVER: Final = 10**6
"""A point that no step reaches."""


def killed_at(point: int, address: str, step: Callable[[Engine], object], *, from_start: bool = False) -> int:
    """Carries `step` out over the database at `address` in a fork of this process, killed at `point`.

    Returns how many points it passed where it lived to the end, −SIGKILL where it was killed. With `from_start` points are
    counted from the beginning, not from the first commit. The caller has closed its own connections.
    """
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # The child runs on the one thread that forked; it starts no others and ends without tidying up.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        os.close(reader)
        _live(point, address, step, writer, 0 if from_start else -1)
    os.close(writer)
    with os.fdopen(reader) as told:
        said = told.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status > 0:
        raise AssertionError(f"the step failed:\n{said}")
    return status or int(said)


def _live(point: int, address: str, step: Callable[[Engine], object], writer: int, passed: int) -> None:
    def pass_by(*_: Any) -> None:
        nonlocal passed
        passed += passed >= 0
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(*_: Any) -> None:
        nonlocal passed
        if passed < 0:
            passed = 0
        else:
            pass_by()

    try:
        engine = create(address)
        event.listen(engine, "after_cursor_execute", pass_by)
        event.listen(engine, "commit", commit)
        step(engine)
        os.write(writer, str(passed).encode())
    except BaseException:  # whatever it is, the parent tells it
        os.write(writer, traceback.format_exc().encode()[-4000:])
        os._exit(70)
    os._exit(0)
