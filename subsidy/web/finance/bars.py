"""Bars over years or months, drawn by the server: whole numbers throughout, a table beside them tells the same."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from rules.money import Fen
from subsidy.web.check.axis import scale, ticks

WIDTH: Final = 640
HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 34, 34


class Bar(NamedTuple):
    """One bar, or one part of it, in the drawing's own units; `series` is the place of what it stands for."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    series: int
    said: str


class Tick(NamedTuple):
    at: Decimal
    label: str


class Bars(NamedTuple):
    """What the template draws."""

    title: str
    unit: str
    legend: Sequence[str]
    bars: Sequence[Bar]
    groups: Sequence[Tick]
    levels: Sequence[Tick]


class Group(NamedTuple):
    """What stands over one year or month: its label, and an amount in fen for each series."""

    label: str
    amounts: Sequence[Fen]


def stacked(title: str, legend: Sequence[str], groups: Sequence[Group], lang: str) -> Bars:
    """One bar a group, its parts on top of each other."""
    return _drawn(title, legend, groups, lang, stack=True)


def beside(title: str, legend: Sequence[str], groups: Sequence[Group], lang: str) -> Bars:
    """The bars of a group side by side."""
    return _drawn(title, legend, groups, lang, stack=False)


def _drawn(title: str, legend: Sequence[str], groups: Sequence[Group], lang: str, *, stack: bool) -> Bars:
    whole = sum if stack else max
    most = max([whole([max(amount, 0) for amount in group.amounts]) for group in groups], default=0) or 100
    step, bars, places = (WIDTH - LEFT - RIGHT) * 10 // max(len(groups), 1), [], []
    foot, high = HEIGHT - BOTTOM, HEIGHT - TOP - BOTTOM
    for at, group in enumerate(groups):
        start = LEFT * 10 + at * step + step * 15 // 100
        places.append(Tick(_tenth(LEFT * 10 + at * step + step // 2), group.label))
        wide = step * 7 // 10 // (1 if stack else len(legend))
        below = 0
        for series, amount in enumerate(group.amounts):
            tall = max(amount, 0) * high * 10 // most
            if tall:
                x = start + (0 if stack else series * wide)
                said = f"{group.label} {legend[series]}"
                bars.append(Bar(_tenth(x), _tenth(foot * 10 - below - tall), _tenth(wide), _tenth(tall), series, said))
            below += tall if stack else 0
    up = scale(None, most, lang)
    levels = [Tick(_tenth(foot * 10 - level * high * 10 // most), up.label(level)) for level in ticks(most)]
    return Bars(title, up.unit, legend, bars, places, levels)


def _tenth(tenths: int) -> Decimal:
    return Decimal(tenths).scaleb(-1)
