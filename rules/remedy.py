"""The smallest changes that would turn an ineligible answer. The past is never asked to change."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from rules.facts import FactBase, Quantity, Value
from rules.findings import Answer, Change, Facts, Finding, Outcome, Remedy, SchemeAssessment, assess_scheme, award
from rules.policy import Policy, SchemeInForce, Test

_MOST_CHANGES = 12
"""Facts that one remedy may touch. More failing facts than a scheme has conditions never happen; it bounds the search."""


def remedies(
    current: SchemeInForce, answer: SchemeAssessment, facts: Facts, on: date, policy: Policy
) -> tuple[Remedy, ...]:
    """Every minimal set of changes after which nothing fails any more, fewest changes first.

    Minimal: without any one of the changes something still fails, and no change goes further than it must. Empty where a failing
    fact lies in the past, or no value that can be written would satisfy its condition.
    """
    failing = [finding for finding in answer.findings if finding.outcome is Answer.NOT_MET]
    options = _options(failing, facts)
    options = {key: _changeable(policy.fact(key), facts, values, on) for key, values in options.items()}
    working: list[dict[str, Value]] = []
    for size in range(1, min(len(options), _MOST_CHANGES) + 1):
        for keys in combinations(options, size):
            if any(changes.keys() <= set(keys) for changes in working):
                continue
            turned = [
                changes
                for values in product(*(options[key] for key in keys))
                if _turns(current, facts, changes := dict(zip(keys, values, strict=True)))
            ]
            working += _closest(turned, facts)
    return tuple(_remedy(current, facts, changes) for changes in working)


def _options(failing: Iterable[Finding], facts: Facts) -> dict[str, list[Value]]:
    """For each fact that a failing finding rests on, the values worth trying, in the order of the findings."""
    options: dict[str, list[Value]] = {}
    ratios = []
    for finding in failing:
        test = finding.test
        if finding.derived:
            ratios.append(test)
        else:
            options.setdefault(test.fact.key, []).extend(test.condition.nearest(finding.given, test.fact, test.bound))
    for test in ratios:
        assert test.derived is not None
        ofs = [facts[test.derived.of], *options.get(test.derived.of, ())]
        overs = [facts[test.derived.over], *options.get(test.derived.over, ())]
        for over in overs:
            options.setdefault(test.derived.of, []).extend(_numerators(test, ofs[0], over))
        for of in ofs:
            options.setdefault(test.derived.over, []).extend(_denominators(test, of, overs[0]))
    return {key: list(dict.fromkeys(values)) for key, values in options.items()}


def _numerators(test: Test, of: Any, over: Any) -> Iterator[Value]:
    edge = test.condition.edge(Fraction(of) / Fraction(over), test.bound)
    yield from _nearest(test, of, Fraction(edge) * Fraction(over), lambda near: Fraction(near) / Fraction(over))


def _denominators(test: Test, of: Any, over: Any) -> Iterator[Value]:
    edge = test.condition.edge(Fraction(of) / Fraction(over), test.bound)
    if edge:
        yield from _nearest(test, over, Fraction(of) / Fraction(edge), lambda near: Fraction(of) / Fraction(near))


def _nearest(test: Test, value: Any, exact: Fraction, ratio: Any) -> Iterator[Value]:
    """Of the values around an exact boundary that can be written, the one nearest to `value` that satisfies the condition."""
    below = exact.numerator * 1000 // exact.denominator
    fits = [
        near
        for near in (Decimal(steps).scaleb(-3) for steps in (below - 1, below, below + 1) if steps > 0)
        if test.condition.met(ratio(near), test.bound)
    ]
    if fits:
        yield Decimal(test.fact.print(min(fits, key=lambda near: abs(near - value))))


def _changeable(fact: FactBase, facts: Facts, values: Iterable[Value], on: date) -> list[Value]:
    """The values that may be asked for: none where the fact is of the past, and no day before the check."""
    settled = facts.get(fact.fixed_by) if fact.fixed_by else None
    if isinstance(settled, date) and settled <= on:
        return []
    given = facts[fact.key]
    if isinstance(given, date):
        return [] if given <= on else [day for day in values if isinstance(day, date) and day > on]
    if isinstance(fact, Quantity):
        return [value for value in values if isinstance(value, Decimal) and fact.holds(value)]
    return list(values)


def _turns(current: SchemeInForce, facts: Facts, changes: Mapping[str, Value]) -> bool:
    return assess_scheme(current, {**facts, **changes}).outcome is not Outcome.INELIGIBLE


def _closest(turned: list[dict[str, Value]], facts: Facts) -> list[dict[str, Value]]:
    """Without those that go further than another one of the same facts does."""
    return [
        changes
        for changes in turned
        if not any(other is not changes and _goes_less_far(other, changes, facts) for other in turned)
    ]


def _goes_less_far(one: Mapping[str, Value], other: Mapping[str, Value], facts: Facts) -> bool:
    return all(value == other[key] or _nearer(value, other[key], facts[key]) for key, value in one.items())


def _nearer(one: Any, other: Any, given: Any) -> bool:
    if isinstance(given, bool | str):
        return False
    return bool(abs(one - given) < abs(other - given))


def _remedy(current: SchemeInForce, facts: Facts, changes: Mapping[str, Value]) -> Remedy:
    granted = award(current, {**facts, **changes})
    return Remedy(tuple(Change(key, value) for key, value in changes.items()), granted.at_most if granted else None)
