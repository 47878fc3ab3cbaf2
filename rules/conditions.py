"""The closed vocabulary of conditions. One class a kind, and nothing else knows what a kind means.

The names hold the boundary: 不低于 and 不少于 are `at_least`, 超过 and 高于 are `more_than`. A kind tests one value, says which values
lie on both sides of its boundary, which value nearest to a failing one satisfies it, and how it is worded.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from pydantic import Field, StrictBool

from rules import wording
from rules.facts import Choice, Day, FactBase, Money, Quantity, Rate, Value, YesNo
from rules.model import Ascending, Dated, Identifier, PackModel, Text, in_force

B = TypeVar("B")
Bound = Any
"""The value in force that a kind compares with: one value, a `Span`, or a set of option ids."""


class Span(NamedTuple):
    """Two ends, both included."""

    low: Any
    high: Any


class Ends(PackModel):
    """A span as a pack writes it."""

    low: Any
    high: Any


class ConditionBase(PackModel, Generic[B]):
    """What is asked of one fact, under which clause, and who decides it."""

    id: Identifier
    label: Text
    fact: Identifier
    clause: Identifier
    question: Identifier | None = None
    decided_by: Literal["fact", "person"] = "fact"

    fits: ClassVar[tuple[type[FactBase], ...]] = (Quantity, Money, Rate)

    def bound(self, fact: FactBase, on: date) -> Bound:
        """The value in force on a day, read as the fact's own kind of value."""
        raise NotImplementedError

    def met(self, value: Any, bound: Bound) -> bool:
        """Whether a value satisfies the bound."""
        raise NotImplementedError

    def around(self, fact: FactBase, bound: Bound) -> Iterator[tuple[Value, bool]]:
        """Values below, on and above every boundary, each with whether it satisfies the condition."""
        raise NotImplementedError

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        """The values nearest to a failing one that satisfy the condition; several where they have no order."""
        raise NotImplementedError

    def ends(self, bound: Bound) -> tuple[Any, ...]:
        """The numbers at which the answer turns; none for kinds without order."""
        return ()

    def asked(self, fact: FactBase, bound: Bound, lang: str) -> str:
        """What is asked, in words."""
        return wording.say(f"asked.{self.kind}", lang, **self._shown(fact, bound, lang))  # type: ignore[attr-defined]

    def printed(self, fact: FactBase, bound: Bound) -> str | list[str]:
        """What is asked, in canonical text, as a receipt keeps it."""
        return fact.print(bound)

    def _shown(self, fact: FactBase, bound: Bound, lang: str) -> dict[str, str]:
        return {"bound": fact.show(bound, lang)}


class _Threshold(ConditionBase[Value]):
    """One dated number on one side of which the condition is met."""

    value: Annotated[tuple[Dated[Any], ...], Ascending]

    def bound(self, fact: FactBase, on: date) -> Value:
        return fact.read(in_force(self.value, on))

    def ends(self, bound: Bound) -> tuple[Any, ...]:
        return (bound,)

    def around(self, fact: FactBase, bound: Bound) -> Iterator[tuple[Value, bool]]:
        for value in (bound - fact.step, bound, bound + fact.step):
            yield value, self.met(value, bound)


class AtLeast(_Threshold):
    """≥: 不低于、不少于、以上."""

    kind: Literal["at_least"]

    def met(self, value: Any, bound: Bound) -> bool:
        return bool(value >= bound)

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        return (bound,)


class AtMost(_Threshold):
    """≤: 不高于、不超过."""

    kind: Literal["at_most"]

    def met(self, value: Any, bound: Bound) -> bool:
        return bool(value <= bound)

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        return (bound,)


class MoreThan(_Threshold):
    """>: 高于、超过."""

    kind: Literal["more_than"]

    def met(self, value: Any, bound: Bound) -> bool:
        return bool(value > bound)

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        return (bound + fact.step,)


class LessThan(_Threshold):
    """<: 低于、不足."""

    kind: Literal["less_than"]

    def met(self, value: Any, bound: Bound) -> bool:
        return bool(value < bound)

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        return (bound - fact.step,)


class _Interval(ConditionBase[Span]):
    """Two dated ends, both included."""

    value: Annotated[tuple[Dated[Ends], ...], Ascending]

    def bound(self, fact: FactBase, on: date) -> Span:
        ends = in_force(self.value, on)
        span = Span(fact.read(ends.low), fact.read(ends.high))
        if span.low > span.high:
            raise ValueError(f"`low` {ends.low} is above `high` {ends.high}")
        return span

    def met(self, value: Any, bound: Bound) -> bool:
        return bool(bound.low <= value <= bound.high)

    def around(self, fact: FactBase, bound: Bound) -> Iterator[tuple[Value, bool]]:
        step = self._step(fact)
        for end in bound:
            for value in (end - step, end, end + step):
                yield value, self.met(value, bound)

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        return (bound.low if value < bound.low else bound.high,)

    def ends(self, bound: Bound) -> tuple[Any, ...]:
        return tuple(bound)

    def printed(self, fact: FactBase, bound: Bound) -> str | list[str]:
        return [fact.print(bound.low), fact.print(bound.high)]

    def _step(self, fact: FactBase) -> Any:
        return fact.step

    def _shown(self, fact: FactBase, bound: Bound, lang: str) -> dict[str, str]:
        return {"low": fact.show(bound.low, lang), "high": fact.show(bound.high, lang)}


class Between(_Interval):
    """A number from one end to the other."""

    kind: Literal["between"]


class Within(_Interval):
    """A day from the first to the last."""

    kind: Literal["within"]
    fits: ClassVar[tuple[type[FactBase], ...]] = (Day,)

    def _step(self, fact: FactBase) -> timedelta:
        return timedelta(days=1)


class Is(ConditionBase[bool]):
    """Yes, or no."""

    kind: Literal["is"]
    value: Annotated[tuple[Dated[StrictBool], ...], Ascending]
    fits: ClassVar[tuple[type[FactBase], ...]] = (YesNo,)

    def bound(self, fact: FactBase, on: date) -> bool:
        return in_force(self.value, on)

    def met(self, value: Any, bound: Bound) -> bool:
        return value is bound

    def around(self, fact: FactBase, bound: Bound) -> Iterator[tuple[Value, bool]]:
        yield bound, True
        yield not bound, False

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        return (bound,)


_Ids = Annotated[tuple[str, ...], Field(min_length=1)]


class _Membership(ConditionBase[frozenset[str]]):
    """Dated option ids."""

    value: Annotated[tuple[Dated[_Ids], ...], Ascending]
    fits: ClassVar[tuple[type[FactBase], ...]] = (Choice,)

    def bound(self, fact: FactBase, on: date) -> frozenset[str]:
        return frozenset(str(fact.read(option)) for option in in_force(self.value, on))

    def around(self, fact: FactBase, bound: Bound) -> Iterator[tuple[Value, bool]]:
        for option in _options(fact):
            yield option, self.met(option, bound)

    def nearest(self, value: Any, fact: FactBase, bound: Bound) -> tuple[Value, ...]:
        return tuple(option for option in _options(fact) if self.met(option, bound))

    def printed(self, fact: FactBase, bound: Bound) -> str | list[str]:
        return sorted(bound)

    def _shown(self, fact: FactBase, bound: Bound, lang: str) -> dict[str, str]:
        shown = [fact.show(option, lang) for option in _options(fact) if option in bound]
        return {"bound": (" or " if lang == "en" else "或").join(shown)}


class OneOf(_Membership):
    """One of the options named."""

    kind: Literal["one_of"]

    def met(self, value: Any, bound: Bound) -> bool:
        return value in bound


class NoneOf(_Membership):
    """None of the options named."""

    kind: Literal["none_of"]

    def met(self, value: Any, bound: Bound) -> bool:
        return value not in bound


Condition = Annotated[
    AtLeast | AtMost | MoreThan | LessThan | Between | Within | Is | OneOf | NoneOf, Field(discriminator="kind")
]

KINDS: tuple[type[ConditionBase[Any]], ...] = (AtLeast, AtMost, MoreThan, LessThan, Between, Within, Is, OneOf, NoneOf)
"""The whole vocabulary, for tests that are made from it."""


def _options(fact: FactBase) -> tuple[str, ...]:
    assert isinstance(fact, Choice)
    return tuple(option.id for option in fact.options)
