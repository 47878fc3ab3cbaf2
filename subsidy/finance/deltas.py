"""What follows for an award that becomes another amount: by how much each unpaid part becomes more or less, what is added,
and what is owed back. Pure: it knows figures and no records.

What was paid stays paid. The parts that are still to be paid become what the new award gives them; what then is too much or
too little in all is settled with them, one after the other, and only the rest is paid in addition or demanded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rules.money import Fen

_NOTHING: Final = Fen(0)


class Line(NamedTuple):
    """One instalment of the award as it now stands. `amount` is what is to be paid for it, or was."""

    number: int
    amount: Fen
    part: Fen | None
    """What the new award gives it; None for a top-up, which has no part of its own."""
    paid: bool = False
    ordered: bool = False
    """Its disbursement was generated: an order never becomes more."""
    forfeited: bool = False
    """Given up by a decision; it keeps its part, for the case that the decision falls."""
    disallowed: bool = False
    """It counts nothing."""


class Owed(NamedTuple):
    """A demand of which something is still outstanding."""

    number: str
    outstanding: Fen


@dataclass(frozen=True)
class Deltas:
    """What an amendment does, in fen. Nothing is withdrawn and demanded at once."""

    due: Fen
    """What is due in all from now on."""
    changes: Mapping[int, int] = field(default_factory=dict)
    """By how much unpaid instalments become more or less, by number; none of them is nothing."""
    withdrawn: Mapping[str, Fen] = field(default_factory=dict)
    """What of each demand no longer holds."""
    top_up: Fen = _NOTHING
    """A further instalment."""
    demand: Fen = _NOTHING
    """What was paid too much and is not netted against what is still to be paid."""

    @property
    def nothing(self) -> bool:
        """Whether nothing at all follows."""
        return not (self.changes or self.withdrawn or self.top_up or self.demand)


def deltas(lines: Sequence[Line], demanded: Fen, owed: Iterable[Owed]) -> Deltas:
    """What has to be done so that what is paid, to be paid and owed back comes to what the new award gives.

    `demanded` is what was demanded so far less what was withdrawn, whether it came back or not; `owed` are those demands of
    which something is outstanding, the first one first.
    """
    due = sum(line.part for line in lines if line.part is not None and not line.forfeited and not line.disallowed)
    wanted = {line.number: _wanted(line) for line in lines if not line.paid}
    open_ = [line for line in lines if not line.paid and not line.forfeited]
    had = sum(line.amount for line in lines if line.paid) - demanded
    surplus = due - had - sum(wanted[line.number] for line in open_)
    withdrawn: dict[str, Fen] = {}
    for one in owed:
        taken = min(max(surplus, 0), one.outstanding)
        if taken:
            withdrawn[one.number] = Fen(taken)
            surplus -= taken
    for line in open_:
        if surplus > 0 and line.part is None:
            wanted[line.number] = min(surplus, line.amount)
            surplus -= wanted[line.number]
        elif surplus < 0:
            netted = min(-surplus, wanted[line.number])
            wanted[line.number] -= netted
            surplus += netted
    changes = {line.number: wanted[line.number] - line.amount for line in lines if not line.paid}
    return Deltas(
        Fen(due),
        {number: change for number, change in changes.items() if change},
        withdrawn,
        Fen(max(surplus, 0)),
        Fen(max(-surplus, 0)),
    )


def _wanted(line: Line) -> int:
    """What an unpaid instalment would be if nothing had to be settled with it."""
    if line.part is None or line.disallowed:
        return 0
    return min(line.part, line.amount) if line.ordered else line.part
