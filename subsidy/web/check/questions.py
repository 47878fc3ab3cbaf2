"""The form of a scheme, made from the facts that it uses."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rules.facts import Choice, Day, Fact, Money, Quantity, Rate, YesNo
from rules.faults import FactError, Fault
from rules.policy import Policy, Scheme
from rules.units import SHOWN
from subsidy.locale import text


class Question(NamedTuple):
    """One field: what it asks and what stands in it."""

    name: str
    ask: str
    help: str
    unit: str
    options: tuple[tuple[str, str], ...]
    value: str


class Form(NamedTuple):
    """The questions that the rules check, the points that a reviewer decides, and the rate he sets."""

    checked: tuple[Question, ...]
    judged: tuple[Question, ...]
    granted: tuple[Question, ...]


def form(policy: Policy, scheme: Scheme, typed: Mapping[str, str], lang: str) -> Form:
    """The form in `lang`, holding what was typed."""
    facts = policy.facts_of(scheme)
    judged = policy.person_decides(scheme)
    granted = scheme.benefit.granted

    def questions(chosen: Iterable[Fact]) -> tuple[Question, ...]:
        return tuple(_question(fact, typed.get(fact.key, ""), lang) for fact in chosen)

    return Form(
        questions(fact for fact in facts if fact.key not in judged),
        questions(fact for fact in facts if fact.key in judged and fact.key != granted),
        questions(fact for fact in facts if fact.key == granted),
    )


def typed_answers(policy: Policy, scheme: Scheme, query: Mapping[str, str]) -> dict[str, str]:
    """Of a query, what was typed for the scheme's facts."""
    return {fact.key: query[fact.key] for fact in policy.facts_of(scheme) if query.get(fact.key, "").strip()}


def messages(policy: Policy, faults: Iterable[Fault], lang: str) -> list[tuple[str, str]]:
    """Faults as the pieces of a page take them: the field's id, and a message that begins with the field's label."""
    said = []
    for fault in faults:
        key = fault.pointer.rpartition("/")[2]
        label = policy.fact(key).label.of(lang) if fault.pointer.startswith("/facts/") else text(lang, "check.on")
        said.append((key, text(lang, "check.fault", label=label, message=fault.message(lang))))
    return said


def _question(fact: Fact, typed: str, lang: str) -> Question:
    unit = SHOWN[fact.unit][lang == "en"] if isinstance(fact, Quantity) else ""
    if isinstance(fact, Money):
        unit = SHOWN["yuan"][lang == "en"]
    value = _ticked(fact, typed) if isinstance(fact, YesNo | Choice) else typed
    help_ = fact.help.of(lang) if fact.help else _example(fact, lang)
    return Question(fact.key, fact.ask.of(lang), help_, unit, _options(fact, lang), value)


def _options(fact: Fact, lang: str) -> tuple[tuple[str, str], ...]:
    match fact:
        case YesNo():
            given = [("true", text(lang, "base.yes")), ("false", text(lang, "base.no"))]
        case Choice():
            given = [(option.id, option.label.of(lang)) for option in fact.options]
        case _:
            return ()
    return (*given, ("", text(lang, "base.unknown")))


def _ticked(fact: Fact, typed: str) -> str:
    """Which option what was typed stands for; none where it is no answer."""
    try:
        value = fact.read_typed(typed)
    except FactError:
        return typed
    return "" if value is None else fact.print(value)


def _example(fact: Fact, lang: str) -> str:
    if isinstance(fact, Day):
        return text(lang, "check.example_date")
    return text(lang, "check.example_rate") if isinstance(fact, Rate) else ""
