"""Reads packs and refuses a faulty one, naming file and place."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from rules.document import read_document
from rules.facts import Day, FactBase, Money, Quantity, Rate
from rules.faults import BadInput, FactError, Fault
from rules.model import PackModel
from rules.policy import Policy, Scheme

PACKS = Path(__file__).with_name("packs")
M = TypeVar("M", bound=PackModel)


class PackError(Exception):
    """A pack that cannot be used: one line for each fault, with file and place."""

    def __init__(self, name: str, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{name}: {fault}" for fault in self.faults))


@cache
def packs() -> Mapping[str, Policy]:
    """The policies that are shipped, by id."""
    found = (load_pack(file.parent) for file in sorted(PACKS.glob("*/policy.yaml")))
    return MappingProxyType({policy.id: policy for policy in found})


def load_pack(folder: Path) -> Policy:
    """The policy of a folder; PackError where its text is faulty or its id is not the folder's name."""
    file = folder / "policy.yaml"
    policy = read_model(file, Policy)
    faults = list(_cross_check(policy))
    if policy.id != folder.name:
        faults.append(f"/id: the id {policy.id!r} is not the name of its folder {folder.name!r}")
    if faults:
        raise PackError(_name(file), faults)
    return policy


def load_content(content: str) -> Policy:
    """The policy whose `content` was stored; PackError where the text is faulty."""
    name = "stored policy"
    policy = _model(_without_proofs(_tree(content.encode(), name)), Policy, name)
    if faults := list(_cross_check(policy)):
        raise PackError(name, faults)
    return policy


def _without_proofs(tree: object) -> object:
    """A stored text as it is read now: early ones told in prose, which was never normative, what proves a fact."""
    facts = tree.get("facts") if isinstance(tree, dict) else None
    for fact in facts if isinstance(facts, list) else ():
        if isinstance(fact, dict):
            fact.pop("proof", None)
    return tree


def read_model(file: Path, model: type[M]) -> M:
    """What one file of a pack says, without looking at how its parts fit; PackError where it cannot be read."""
    name = _name(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PackError(name, [f"/: cannot be read: {error.strerror}"]) from None
    return _model(_tree(data, name), model, name)


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _tree(data: bytes, name: str) -> object:
    try:
        return read_document(data)
    except BadInput as error:
        raise PackError(name, (f"{fault.pointer or '/'}: {fault.message('en')}" for fault in error.faults)) from None


def _model(tree: object, model: type[M], name: str) -> M:
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise PackError(name, (f"{_place(tree, fault['loc'])}: {_said(fault)}" for fault in _told(error))) from None


def _told(error: ValidationError) -> Iterable[Any]:
    """The faults, without the complaint about a list that it is empty because its items are faulty."""
    faults = error.errors()
    for fault in faults:
        place = fault["loc"]
        inside = any(len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in faults)
        if fault["type"] != "too_short" or not inside:
            yield fault


def _said(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "this key is not known here"
    return str(fault["msg"]).removeprefix("Value error, ")


def _place(tree: Any, loc: tuple[int | str, ...]) -> str:
    """The place as a JSON pointer, without the names of kinds that the reader of the model adds to it."""
    path = ""
    for part in loc:
        if isinstance(tree, dict) and part not in tree and part == tree.get("kind"):
            continue
        path += f"/{part}"
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            tree = None
    return path or "/"


def _cross_check(policy: Policy) -> Iterable[str]:
    """What one part of a pack says of another: ids used once and declared, kinds that fit, numbers that can be read."""
    yield from _repeated("clauses", (clause.id for clause in policy.clauses))
    yield from _repeated("questions", (question.id for question in policy.questions))
    yield from _repeated("documents", (kind.id for kind in policy.documents))
    yield from _repeated("facts", (fact.key for fact in policy.facts))
    yield from _repeated("schemes", (scheme.id for scheme in policy.schemes))
    yield from _repeated("information", (entry.id for entry in policy.information))
    known = _Known(policy)
    for number, entry in enumerate(policy.information):
        yield from known.clause(f"/information/{number}/clause", entry.clause)
    for number, fact in enumerate(policy.facts):
        yield from _check_fact(f"/facts/{number}", fact, known)
    if policy.procedure:
        yield from known.question("/procedure/question", policy.procedure.question)
    for number, scheme in enumerate(policy.schemes):
        yield from _check_scheme(f"/schemes/{number}", scheme, known, policy.in_force_from)


class _Known:
    """What a pack declares."""

    def __init__(self, policy: Policy) -> None:
        self.facts = {fact.key: fact for fact in policy.facts}
        self.clauses = {clause.id for clause in policy.clauses}
        self.questions = {question.id for question in policy.questions}
        self.documents = {kind.id for kind in policy.documents}

    def clause(self, place: str, clause_id: str) -> Iterable[str]:
        if clause_id not in self.clauses:
            yield f"{place}: the clause {clause_id!r} is not declared"

    def question(self, place: str, question_id: str | None) -> Iterable[str]:
        if question_id is not None and question_id not in self.questions:
            yield f"{place}: the question {question_id!r} is not declared"

    def fact(self, place: str, key: str | None, kinds: tuple[type[FactBase], ...]) -> Iterable[str]:
        fact = None if key is None else self.facts.get(key)
        if key is not None and fact is None:
            yield f"{place}: the fact {key!r} is not declared"
        elif fact is not None and not isinstance(fact, kinds):
            yield f"{place}: the fact {key!r} is a {fact.kind}, which does not fit here"


def _repeated(place: str, ids: Iterable[str]) -> Iterable[str]:
    seen: set[str] = set()
    for number, one in enumerate(ids):
        if one in seen:
            yield f"/{place}/{number}: the id {one!r} is repeated"
        seen.add(one)


def _check_fact(place: str, fact: FactBase, known: _Known) -> Iterable[str]:
    yield from known.question(f"{place}/question", fact.question)
    yield from known.fact(f"{place}/fixed_by", fact.fixed_by, (Day,))
    for number, kind in enumerate(fact.documents):
        if kind not in known.documents:
            yield f"{place}/documents/{number}: the document {kind!r} is not declared"
    if isinstance(fact, Quantity) and fact.derived:
        for part in (fact.derived.of, fact.derived.over):
            yield from known.fact(f"{place}/derived", part, (Quantity,))
            operand = known.facts.get(part)
            if isinstance(operand, Quantity) and operand.derived:
                yield f"{place}/derived: {part!r} is derived itself"
        over = known.facts.get(fact.derived.over)
        if isinstance(over, Quantity) and not over.above_zero:
            yield f"{place}/derived: {over.key!r} may be zero, and nothing can be divided by that"


def _check_scheme(place: str, scheme: Scheme, known: _Known, day: date) -> Iterable[str]:
    yield from known.clause(f"{place}/clause", scheme.clause)
    yield from _repeated(f"{place.lstrip('/')}/conditions", (condition.id for condition in scheme.conditions))
    for number, question in enumerate(scheme.questions):
        yield from known.question(f"{place}/questions/{number}", question)
    for number, condition in enumerate(scheme.conditions):
        at = f"{place}/conditions/{number}"
        yield from known.clause(f"{at}/clause", condition.clause)
        yield from known.question(f"{at}/question", condition.question)
        wrong = list(known.fact(f"{at}/fact", condition.fact, condition.fits))
        yield from wrong
        if condition.decided_by == "person" and isinstance(known.facts.get(condition.fact), Quantity | Money | Day):
            yield f"{at}/decided_by: a person decides what cannot be measured; {condition.fact!r} can be"
        if not wrong:
            fact = known.facts[condition.fact]
            for entry in condition.value:
                yield from _readable(f"{at}/value", partial(condition.bound, fact, entry.since))
    yield from _check_benefit(f"{place}/benefit", scheme, known, day)
    yield from _check_terms(f"{place}/terms", scheme, known)


def _check_benefit(place: str, scheme: Scheme, known: _Known, day: date) -> Iterable[str]:
    benefit = scheme.benefit
    yield from known.clause(f"{place}/clause", benefit.clause)
    yield from known.fact(f"{place}/fact", benefit.fact, (Quantity,) if benefit.kind == "per_unit" else (Money,))
    yield from known.fact(f"{place}/granted", benefit.granted, (Rate,))
    if benefit.kind == "per_unit" and benefit.granted:
        yield f"{place}/granted: a rate per unit is set by the text, not granted"
    granted, base = known.facts.get(benefit.granted or ""), known.facts.get(benefit.fact)
    if granted and granted.set_by != "reviewer":
        yield f"{place}/granted: {granted.key!r} is not set by the reviewer"
    if isinstance(base, Quantity) and base.derived:
        yield f"{place}/fact: {base.key!r} is derived; an award is computed from what is stated"
    for entry in (*benefit.rate, *(benefit.cap or ())):
        yield from _readable(place, partial(benefit.numbers, max(entry.since, day)))


def _check_terms(place: str, scheme: Scheme, known: _Known) -> Iterable[str]:
    terms = scheme.terms
    yield from known.clause(f"{place}/clause", terms.clause)
    for number, question in enumerate(terms.questions):
        yield from known.question(f"{place}/questions/{number}", question)
    if terms.release:
        yield from known.question(f"{place}/release/question", terms.release.question)
        yield from known.fact(f"{place}/release/starts", terms.release.starts, (Day,))
        tested = [condition.fact for condition in scheme.conditions if condition.id == terms.release.condition]
        if not tested:
            yield f"{place}/release/condition: the scheme has no condition {terms.release.condition!r}"
        for key in tested:
            yield from known.fact(f"{place}/release/condition", key, (Quantity,))
        if terms.release.from_number > len(terms.weights):
            yield f"{place}/release/from: there are only {len(terms.weights)} instalments"


def _readable(place: str, read: Callable[[], object]) -> Iterable[str]:
    try:
        read()
    except FactError as error:
        yield f"{place}: {Fault(place, error.code, error.params).message('en')}"
    except ValueError as error:
        yield f"{place}: {error}"
