"""Where an instalment stands on a day, and why it is not paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    DUE = "due"
    GENERATED = "generated"
    FORFEITED = "forfeited"


@dataclass(frozen=True)
class Standing:
    """The status of one instalment; `reason` is the code of why it is not paid (not_yet_due, awaiting_figure,
    year_falls_short), None where nothing is left to wait for, and `params` fills the reason's wording."""

    status: Status
    reason: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)


def standing(
    *,
    due_on: date,
    as_of: date,
    generated: bool,
    forfeited: bool,
    released: bool,
    tested: bool,
    figure: Decimal | None,
    figure_meets: bool | None,
) -> Standing:
    """The standing of one instalment on the day `as_of`.

    `generated`: its disbursement exists; `forfeited`, `released`: an administrator decided so; `tested`: it waits for
    the figure of an operating year; `figure`: that year's recorded figure, None while there is none; `figure_meets`:
    whether the figure meets the scheme's condition. A year that falls short holds the instalment from the day it is
    recorded, a missing figure from the due date on. Raises ValueError where only one of `figure` and `figure_meets` is
    given.
    """
    if (figure is None) != (figure_meets is None):
        raise ValueError("a figure and whether it meets the condition are known together or not at all")
    if generated:
        return Standing(Status.GENERATED)
    if forfeited:
        return Standing(Status.FORFEITED)
    waits = tested and not released
    if waits and figure is not None and not figure_meets:
        return Standing(Status.HELD, "year_falls_short", {"figure": f"{figure:f}"})
    if as_of < due_on:
        return Standing(Status.PLANNED, "not_yet_due", {"due_on": due_on.isoformat()})
    if waits and figure is None:
        return Standing(Status.HELD, "awaiting_figure")
    return Standing(Status.DUE)
