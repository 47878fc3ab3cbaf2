"""The smallest changes that would turn an ineligible answer. The past is never asked to change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from rules.facts import FactBase, Value
from rules.findings import Answer, Change, Facts, Outcome, Remedy, SchemeAssessment, assess_scheme, award
from rules.policy import Policy, SchemeInForce, Test

_Options = dict[str, list[Value]]


def remedies(
    current: SchemeInForce, answer: SchemeAssessment, facts: Facts, on: date, policy: Policy
) -> tuple[Remedy, ...]:
    """For every smallest set of facts that could turn the answer, the values that would, fewest changes first.

    Without any one of the changes something still fails, and no change goes further than it must. Empty where a failing fact lies
    in the past, or no value that can be written would satisfy its condition.
    """
    used = {fact.key for fact in policy.facts_of(current.scheme)}
    facts = {key: value for key, value in facts.items() if key in used}
    needed = _needed(answer, facts, on)
    if not all(needed.values()):
        return ()
    operands = _operands(current, answer, facts, on, policy)
    options = {key: dict.fromkeys((*needed.get(key, ()), *operands.get(key, ()))) for key in (*needed, *operands)}
    spare = [key for key in operands if key not in needed]
    working: list[dict[str, Value]] = []
    for size in range(len(spare) + 1):
        for added in combinations(spare, size):
            keys = (*needed, *added)
            if not any(changes.keys() <= set(keys) for changes in working):
                working += _closest(_turning(current, facts, {key: options[key] for key in keys}), facts)
    return tuple(_remedy(current, facts, changes) for changes in working)


def _needed(answer: SchemeAssessment, facts: Facts, on: date) -> _Options:
    """Every fact that fails by itself, and so must change, with the values worth trying."""
    needed: _Options = {}
    for finding in answer.findings:
        if finding.outcome is Answer.NOT_MET and not finding.derived:
            test = finding.test
            near = test.condition.nearest(finding.given, test.fact, test.bound)
            needed.setdefault(test.fact.key, []).extend(_changeable(test.fact, facts, near, on))
    return needed


def _operands(current: SchemeInForce, answer: SchemeAssessment, facts: Facts, on: date, policy: Policy) -> _Options:
    """The facts that ratios are worked out from, with the values worth trying: both ends of every trade between the two."""
    options: _Options = {}
    for test in (finding.test for finding in answer.findings if finding.derived):
        assert test.derived is not None
        of, over = test.derived.of, test.derived.over
        farthest = [near for one in (facts[of], *_edges(current, of)) for near in _denominators(test, one, facts[over])]
        overs = (facts[over], *_edges(current, over), *farthest)
        numerators = [near for one in overs for near in _numerators(test, facts[of], one)]
        denominators = [near for one in (facts[of], *numerators) for near in _denominators(test, one, facts[over])]
        for key, values in ((of, numerators), (over, denominators)):
            options.setdefault(key, []).extend(_changeable(policy.fact(key), facts, values, on))
    return options


def _edges(current: SchemeInForce, key: str) -> Iterator[Value]:
    """The last values of a fact that its own conditions let pass."""
    for test in current.tests:
        if test.fact.key == key:
            for value, met in test.condition.around(test.fact, test.bound):
                if not met:
                    yield from test.condition.nearest(value, test.fact, test.bound)


def _numerators(test: Test, of: Any, over: Any) -> Iterator[Value]:
    for end in test.condition.ends(test.bound):
        yield from _nearest(test, of, Fraction(end) * Fraction(over), lambda near: Fraction(near) / Fraction(over))


def _denominators(test: Test, of: Any, over: Any) -> Iterator[Value]:
    for end in test.condition.ends(test.bound):
        if end:
            yield from _nearest(test, over, Fraction(of) / Fraction(end), lambda near: Fraction(of) / Fraction(near))


def _nearest(test: Test, value: Any, exact: Fraction, ratio: Callable[[Decimal], Fraction]) -> Iterator[Value]:
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
    """The values that may be asked for: none where the fact is of the past, and only days after that of the check."""
    settled = facts.get(fact.fixed_by) if fact.fixed_by else None
    if isinstance(settled, date) and settled <= on:
        return []
    given = facts[fact.key]
    if isinstance(given, date):
        return [] if given <= on else [day for day in values if isinstance(day, date) and day > on]
    return [value for value in values if value != given and fact.holds(value)]


def _turning(current: SchemeInForce, facts: Facts, options: Mapping[str, Iterable[Value]]) -> list[dict[str, Value]]:
    """Of all combinations, those after which nothing fails any more."""
    tried = (dict(zip(options, values, strict=True)) for values in product(*options.values()))
    return [
        changes for changes in tried if assess_scheme(current, {**facts, **changes}).outcome is not Outcome.INELIGIBLE
    ]


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
