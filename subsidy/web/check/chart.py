"""The award over its base as a drawing: asked of the rules point by point, so that no formula stands here."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from rules.assess import Facts
from rules.benefits import Award
from rules.facts import FactBase
from rules.policy import Policy, Scheme, Test
from subsidy.locale import text
from subsidy.web.check.axis import inside, scale, short_amount, ticks

WIDTH: Final = 460
HEIGHT: Final = 290
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 34, 46
_LINE: Final = 17
_POINTS: Final = 48
_CHINESE: Final = 0x2E80
"""From here on characters are as wide as they are high."""
_FARTHEST: Final = 10**16
"""Smallest steps of a base beyond which no cap is looked for: above all that can be typed."""


class Mark(NamedTuple):
    """A place in the drawing, in its own units, and its label."""

    x: Decimal
    y: Decimal
    label: str


class Here(NamedTuple):
    """Where the project stands, and the place of its label, on two lines, beside it."""

    x: Decimal
    y: Decimal
    label: str
    value: str
    label_x: Decimal
    label_y: Decimal
    anchor: str


class Chart(NamedTuple):
    """What the template draws. Paths are SVG path data; `area` lies between the bounds where the rate is open."""

    title: str
    summary: str
    x_title: str
    y_title: str
    x_ticks: tuple[Mark, ...]
    y_ticks: tuple[Mark, ...]
    outline: str
    line: str
    area: str
    cap: Mark | None
    here: Here | None
    foot: Decimal


class _Curve(NamedTuple):
    """The award at a number of smallest steps of its base, and whether that base meets what is asked of it."""

    fact: FactBase
    tests: tuple[Test, ...]
    award: Callable[[int], Award]

    def qualifies(self, steps: int) -> bool:
        value: Any = self.fact.step * steps
        return all(test.condition.met(value, test.bound) for test in self.tests)

    def edges(self) -> set[int]:
        """The bases on and beside every threshold."""
        values = (value for test in self.tests for value, _ in test.condition.around(self.fact, test.bound))
        return {_steps(self.fact, value) for value in values}

    def binding(self) -> int | None:
        """The smallest base at which the cap binds, if any does."""
        high = 1
        while not self.award(high).capped:
            high *= 2
            if high > _FARTHEST:
                return None
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.award(middle).capped else (middle, high)
        return high


class _Frame(NamedTuple):
    """From bases and amounts to places in the drawing."""

    x_most: int
    y_most: int

    def x(self, steps: int) -> Decimal:
        return _place(LEFT * self.x_most + steps * (WIDTH - LEFT - RIGHT), self.x_most)

    def y(self, fen: int) -> Decimal:
        return _place((HEIGHT - BOTTOM) * self.y_most - fen * (HEIGHT - TOP - BOTTOM), self.y_most)

    def path(self, points: Iterable[tuple[int, int]]) -> str:
        return " L".join(f"{self.x(steps)} {self.y(fen)}" for steps, fen in points)


def chart(policy: Policy, scheme: Scheme, facts: Facts, on: date, lang: str) -> Chart | None:
    """The drawing for one scheme, the project marked where its base is known; None where nothing bounds the drawing."""
    curve = _curve(policy, scheme, facts, on)
    given = facts.get(scheme.benefit.fact)
    here = None if given is None else _steps(curve.fact, given)
    binding = curve.binding()
    x_most = max(here * 5 // 4 if here else 0, binding * 7 // 5 if binding else 0)
    if not x_most:
        return None
    frame = _Frame(x_most, max(curve.award(x_most).at_most * 6 // 5, 1))
    places = {x_most * n // _POINTS for n in range(_POINTS + 1)} | curve.edges() | {binding or 0, here or 0}
    points = [(steps, curve.award(steps)) for steps in sorted(places) if 0 <= steps <= x_most]
    return _drawn(curve, frame, points, binding, here, lang)


def _drawn(
    curve: _Curve, frame: _Frame, points: list[tuple[int, Award]], binding: int | None, here: int | None, lang: str
) -> Chart:
    across, up = scale(curve.fact, frame.x_most, lang), scale(None, frame.y_most, lang)
    upper = [(steps, award.at_most) for steps, award in points]
    lower = [(steps, award.at_least) for steps, award in points]
    is_open = points[-1][1].indicative
    base = inside(curve.fact.label.of(lang), lang)
    cap = None if binding is None else curve.award(binding).at_most
    summary = [text(lang, "check.chart_rises", base=base)]
    if cap is not None:
        assert binding is not None
        shown = curve.fact.show(curve.fact.step * binding, lang)
        summary.append(text(lang, "check.chart_cap", cap=short_amount(cap, lang), base=base, at=shown))
    mark = None if here is None else _here(curve, frame, here, lang)
    if mark:
        said = text(lang, "check.here_said", here=mark.label, value=mark.value)
        summary.append(inside(said, lang))
    return Chart(
        title=text(lang, "check.chart_title", base=base),
        summary=text(lang, "check.sentences").join(summary),
        x_title=text(lang, "check.axis", name=curve.fact.label.of(lang), unit=across.unit),
        y_title=text(lang, "check.axis", name=text(lang, "check.award"), unit=up.unit),
        x_ticks=tuple(Mark(frame.x(n), frame.y(0), across.label(n)) for n in ticks(frame.x_most)),
        y_ticks=tuple(Mark(frame.x(0), frame.y(n), up.label(n)) for n in ticks(frame.y_most)),
        outline="M" + frame.path(upper),
        line="".join("M" + frame.path(run) for run in _runs(upper, curve.qualifies)),
        area="M" + frame.path([*upper, *reversed(lower)]) + "Z" if is_open else "",
        cap=None
        if cap is None
        else Mark(frame.x(0), frame.y(cap), text(lang, "check.cap", cap=short_amount(cap, lang))),
        here=mark,
        foot=frame.y(0),
    )


def _curve(policy: Policy, scheme: Scheme, facts: Facts, on: date) -> _Curve:
    current = policy.scheme_on(scheme.id, on)
    fact = policy.fact(scheme.benefit.fact)
    granted = facts.get(scheme.benefit.granted) if scheme.benefit.granted else None
    tests = tuple(test for test in current.tests if test.fact.key == fact.key)
    return _Curve(fact, tests, lambda steps: scheme.benefit.award(fact.step * steps, granted, current.numbers))


def _here(curve: _Curve, frame: _Frame, here: int, lang: str) -> Here:
    label, award = text(lang, "check.here"), curve.award(here)
    if curve.qualifies(here):
        value, x, y = short_amount(award.at_most, lang), frame.x(here), frame.y(award.at_most)
        if award.indicative:
            value = text(lang, "check.here_at_most", amount=value)
    else:
        value, x, y = text(lang, "check.here_short"), frame.x(here), frame.y(0)
    # The curve never falls, so what stands below and to the right of a point is clear of it; the axis must be too.
    label_y = min(y + 20, frame.y(0) - _LINE - 7)
    if x + 11 + max(map(_width, (label, value))) <= WIDTH:
        return Here(x, y, label, value, x + 11, label_y, "start")
    return Here(x, y, label, value, Decimal(WIDTH - RIGHT), label_y, "end")


def _width(words: str) -> int:
    """About how wide a bold label is at its largest, on a phone."""
    return sum(16 if ord(letter) >= _CHINESE else 9 for letter in words)


def _runs(points: Iterable[tuple[int, int]], keep: Callable[[int], bool]) -> Iterator[list[tuple[int, int]]]:
    """The unbroken stretches of points whose base is to be kept."""
    run: list[tuple[int, int]] = []
    for point in points:
        if keep(point[0]):
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _steps(fact: FactBase, value: Any) -> int:
    """A value as a number of its fact's smallest steps."""
    return int(value // fact.step)


def _place(numerator: int, denominator: int) -> Decimal:
    """A quotient cut to one decimal."""
    return Decimal(numerator * 10 // denominator).scaleb(-1)
