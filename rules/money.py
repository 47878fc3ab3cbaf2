"""Money in whole fen. One yuan is 100 fen; nothing here is ever a binary fraction."""

import re
from collections.abc import Sequence
from typing import NewType

Fen = NewType("Fen", int)

LARGEST = Fen(10**15)
"""The largest amount that is read: 10¹³ yuan."""

_YUAN = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,2})?", re.ASCII)


def parse_yuan(text: str) -> Fen:
    """Fen from plain digits of yuan with at most two decimals, from 0 up to 10¹³; ValueError for anything else."""
    if not _YUAN.fullmatch(text):
        raise ValueError(f"not an amount of yuan: {text[:40]!r}")
    whole, _, part = text.partition(".")
    fen = int(whole) * 100 + int(part.ljust(2, "0"))
    if fen > LARGEST:
        raise ValueError(f"more than 10¹³ yuan: {text[:40]!r}")
    return Fen(fen)


def yuan(fen: int) -> str:
    """The amount as yuan with exactly two decimals and no separators: ``1666666.66``."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{part:02d}"


def grouped(fen: int) -> str:
    """The amount as people read it, with a comma every three digits: ``1,666,666.66``."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"


def split(total: Fen, weights: Sequence[int]) -> tuple[Fen, ...]:
    """Parts of `total` in proportion to `weights`, which always sum to it (cumulative truncation, Q1).

    Part k is what is due up to k, truncated, less what was due up to k−1; so a residual fen falls on the later parts.
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("a split needs weights from zero with a sum above zero")
    whole = sum(weights)
    parts, upto, paid = [], 0, 0
    for weight in weights:
        upto += weight
        due = total * upto // whole
        parts.append(Fen(due - paid))
        paid = due
    return tuple(parts)
