"""A policy: what a published instrument states, read from its pack, with every number dated and every finding under a clause."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from rules import canonical
from rules.benefits import Benefit, Numbers
from rules.conditions import Bound, Condition
from rules.facts import Fact, Quantity, Ratio
from rules.model import CalendarDay, Dated, Identifier, PackModel, Text
from rules.procedure import Procedure
from rules.terms import Terms


class Clause(PackModel):
    """A numbered part of the text, as the source words it."""

    id: Identifier
    title: Text
    quote: str = Field(min_length=1)
    """The words of the source itself, in Chinese."""
    summary: Text
    source: str = Field(min_length=1)


class Question(PackModel):
    """An open point of the text, with the reading taken and the other readings that a pack can state."""

    id: Annotated[str, Field(pattern=r"^Q[0-9]+$")]
    title: Text
    reading: Text
    alternatives: tuple[Text, ...] = ()


class Information(PackModel):
    """What the text says without granting money: the zone's targets, bank–enterprise matching."""

    id: Identifier
    label: Text
    text: Text
    clause: Identifier


class DocumentKind(PackModel):
    """A kind of paper that an applicant hands in, such as a test report."""

    id: Identifier
    label: Text


class Scheme(PackModel):
    """One line of support inside a policy."""

    id: Identifier
    label: Text
    summary: Text
    clause: Identifier
    conditions: tuple[Condition, ...] = Field(min_length=1)
    benefit: Benefit
    terms: Terms
    questions: tuple[Identifier, ...] = ()
    """Open questions that bear on the scheme as a whole."""

    def condition(self, condition_id: str) -> Condition:
        """The condition of that id; KeyError where there is none."""
        for condition in self.conditions:
            if condition.id == condition_id:
                return condition
        raise KeyError(condition_id)


class Test(NamedTuple):
    """A condition with the fact that it asks and the bound in force."""

    condition: Condition
    fact: Fact
    bound: Bound
    derived: Ratio | None


class SchemeInForce(NamedTuple):
    """A scheme as it stands on a day."""

    scheme: Scheme
    tests: tuple[Test, ...]
    numbers: Numbers


class Policy(PackModel):
    """A published instrument and our reading of it."""

    id: Identifier
    version: str = Field(min_length=1)
    title: Text
    issuer: Text
    source: Text
    scope: Text
    in_force_from: CalendarDay
    clauses: tuple[Clause, ...] = Field(min_length=1)
    questions: tuple[Question, ...] = ()
    information: tuple[Information, ...] = ()
    documents: tuple[DocumentKind, ...] = ()
    """What can be handed in. A fact names those that prove it; one that no fact names may be added to any application."""
    facts: tuple[Fact, ...] = Field(min_length=1)
    schemes: tuple[Scheme, ...] = Field(min_length=1)
    procedure: Procedure | None = None
    """Empty where the pack serves checks only: no case can be opened under it."""

    def fact(self, key: str) -> Fact:
        """The fact of that key; KeyError where the policy has none."""
        return self._facts[key]

    def scheme(self, scheme_id: str) -> Scheme:
        """The scheme of that id; KeyError where the policy has none."""
        return self._schemes[scheme_id]

    def clause(self, clause_id: str) -> Clause:
        """The clause of that id; KeyError where the policy has none."""
        return self._clauses[clause_id]

    def question(self, question_id: str) -> Question:
        """The open question of that id; KeyError where the policy has none."""
        return self._questions[question_id]

    def document(self, kind: str) -> DocumentKind:
        """The kind of document of that id; KeyError where the policy has none."""
        return self._documents[kind]

    def documents_of(self, scheme: Scheme) -> tuple[DocumentKind, ...]:
        """The kinds of document that prove facts of a scheme, and those that prove none in particular, in the policy's order."""
        elsewhere = {kind for fact in self.facts for kind in fact.documents}
        wanted = {kind for fact in self.facts_of(scheme) for kind in fact.documents}
        return tuple(kind for kind in self.documents if kind.id in wanted or kind.id not in elsewhere)

    def facts_of(self, scheme: Scheme) -> tuple[Fact, ...]:
        """The facts that a scheme uses, in the policy's order."""
        used = set(self._used(scheme))
        return tuple(fact for fact in self.facts if fact.key in used)

    def person_decides(self, scheme: Scheme) -> frozenset[str]:
        """Keys of the facts of a scheme that only a reviewer can settle: judgements, and the rate where there is one (Q11)."""
        judged = frozenset(condition.fact for condition in scheme.conditions if condition.decided_by == "person")
        return judged | {scheme.benefit.granted} if scheme.benefit.granted else judged

    def on(self, day: date) -> tuple[SchemeInForce, ...]:
        """Every scheme as it stands on a day; before the policy's first day, as of that day (Q16)."""
        changes = self._changes
        since = changes[bisect_right(changes, max(day, self.in_force_from)) - 1]
        regime = self._regimes.get(since)
        if regime is None:
            regime = self._regimes[since] = tuple(self._in_force(scheme, since) for scheme in self.schemes)
        return regime

    def scheme_on(self, scheme_id: str, day: date) -> SchemeInForce:
        """One scheme as it stands on a day; KeyError where the policy has none of that id."""
        return self.on(day)[self._positions[scheme_id]]

    @property
    def change_days(self) -> tuple[date, ...]:
        """The days from which a value of the text is in force, ascending."""
        return self._changes

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` of the normative part: everything but wording in two languages and what is to be handed in.

        Papers show that a fact is so; they change nobody's right. To ask for another paper is not to amend the policy, and
        an award stays tied to the same text.
        """
        papers: Any = {"documents": True, "facts": {"__all__": {"documents"}}}
        return canonical.digest(_normative(self.model_dump(mode="json", by_alias=True, exclude=papers)))

    @cached_property
    def content(self) -> str:
        """The whole pack as canonical JSON, from which `load.load_content` makes the same policy again."""
        return canonical.text(_as_strings(self.model_dump(mode="json", by_alias=True)))

    def _used(self, scheme: Scheme) -> Iterator[str]:
        keys = [condition.fact for condition in scheme.conditions]
        keys += [scheme.benefit.fact, *([scheme.benefit.granted] if scheme.benefit.granted else [])]
        keys += [scheme.terms.release.starts] if scheme.terms.release else []
        for key in keys:
            yield key
            fact = self._facts[key]
            if isinstance(fact, Quantity) and fact.derived:
                yield from (fact.derived.of, fact.derived.over)

    def _in_force(self, scheme: Scheme, day: date) -> SchemeInForce:
        tests = []
        for condition in scheme.conditions:
            fact = self._facts[condition.fact]
            derived = fact.derived if isinstance(fact, Quantity) else None
            tests.append(Test(condition, fact, condition.bound(fact, day), derived))
        return SchemeInForce(scheme, tuple(tests), scheme.benefit.numbers(day))

    @cached_property
    def _regimes(self) -> dict[date, tuple[SchemeInForce, ...]]:
        return {}

    @cached_property
    def _changes(self) -> tuple[date, ...]:
        return tuple(sorted({self.in_force_from, *_dates(self.schemes)}))

    @cached_property
    def _facts(self) -> dict[str, Fact]:
        return {fact.key: fact for fact in self.facts}

    @cached_property
    def _documents(self) -> dict[str, DocumentKind]:
        return {kind.id: kind for kind in self.documents}

    @cached_property
    def _schemes(self) -> dict[str, Scheme]:
        return {scheme.id: scheme for scheme in self.schemes}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {scheme.id: position for position, scheme in enumerate(self.schemes)}

    @cached_property
    def _clauses(self) -> dict[str, Clause]:
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}


def _dates(part: Any) -> Iterator[date]:
    if isinstance(part, Dated):
        yield part.since
    elif isinstance(part, PackModel):
        for name in type(part).model_fields:
            yield from _dates(getattr(part, name))
    elif isinstance(part, tuple):
        for item in part:
            yield from _dates(item)


def _normative(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _normative(value) for key, value in part.items() if not _is_wording(value)}
    if isinstance(part, list):
        return [_normative(item) for item in part if not _is_wording(item)]
    return _as_strings(part)


def _is_wording(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"zh", "en"}


def _as_strings(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _as_strings(value) for key, value in part.items() if value is not None}
    if isinstance(part, list):
        return [_as_strings(item) for item in part]
    return str(part) if isinstance(part, int) and not isinstance(part, bool) else part
