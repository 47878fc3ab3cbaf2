"""Timing and printing, the same for every table."""

import sys
import time
from collections.abc import Callable


def best(work: Callable[[], object], calls: int, rounds: int = 5) -> int:
    """Nanoseconds for one call: the best of `rounds` rounds of `calls` calls, which other work on the machine disturbs least."""
    work()
    fastest = None
    for _ in range(rounds):
        begun = time.perf_counter_ns()
        for _ in range(calls):
            work()
        taken = time.perf_counter_ns() - begun
        fastest = taken if fastest is None else min(fastest, taken)
    assert fastest is not None
    return fastest // calls


def title(text: str) -> None:
    """The heading of a table."""
    sys.stdout.write(f"\n{text}\n{'-' * len(text)}\n")


def row(what: str, figure: str, against: str = "") -> None:
    """One line: what was measured, the figure with its unit, and the ratio to the peer."""
    sys.stdout.write(f"  {what:<58} {figure:>16}  {against}\n")
    sys.stdout.flush()


def ratio(measured: int | float, peer: int | float) -> str:
    """How many times the peer's figure."""
    return f"{measured / peer:.1f} × the peer"
