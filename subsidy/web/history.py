"""The record of an application in words: for the zone's staff all of it, for the applicant what concerns him."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from rules import wording
from rules.facts import Fact
from rules.money import parse_yuan
from subsidy.locale import text
from subsidy.records import Event
from subsidy.web.casework import yearly_fact
from subsidy.web.formats import money
from subsidy.workflow.sheet import Sheet
from subsidy.workflow.transitions import TRANSITIONS, Command, Who


class Change(NamedTuple):
    """One thing that an entry says changed; None where there was, or is, nothing."""

    label: str
    before: str | None
    after: str | None


class Entry(NamedTuple):
    """One entry of the record."""

    at: datetime
    who: str
    what: str
    reason: str | None
    changes: tuple[Change, ...]


_INTERNAL: Final = frozenset({Command.SAVE, Command.JUDGE, Command.CORRECT, Command.SET_RATE})
"""Steps on the way to a decision, which its reason sums up for the applicant."""
_PUBLIC: Final = frozenset({"amount", "figure", "decision"})
_IN_HEADLINE: Final = frozenset({"instalment", "year"})


def story(events: Sequence[Event], sheet: Sheet, lang: str) -> list[Entry]:
    """Every entry with all that it changed, oldest first."""
    return [_entry(event, _who(event, lang), sheet, lang, None) for event in events]


def public_story(events: Sequence[Event], sheet: Sheet, lang: str) -> list[Entry]:
    """What concerns the applicant, oldest first. The zone's staff are not named."""
    shown = [event for event in events if event.command not in _INTERNAL]
    return [_entry(event, _who_publicly(event, lang), sheet, lang, _PUBLIC) for event in shown]


def _entry(event: Event, who: str, sheet: Sheet, lang: str, only: frozenset[str] | None) -> Entry:
    before, after = _values(event.before_json), _values(event.after_json)
    about = {key: str(after.get(key, "")) for key in _IN_HEADLINE}
    changes = tuple(_changes(before, after, sheet, lang, only))
    return Entry(event.at, who, text(lang, f"case.event_{event.command}", **about), event.reason, changes)


def _who(event: Event, lang: str) -> str:
    return event.actor_name if event.actor_id else text(lang, "case.by_system")


def _who_publicly(event: Event, lang: str) -> str:
    by_staff = TRANSITIONS[Command(event.command)].who is Who.ADMINISTRATOR
    return text(lang, "case.by_office") if by_staff else _who(event, lang)


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], sheet: Sheet, lang: str, only: frozenset[str] | None
) -> Iterator[Change]:
    for key in {**before, **after}:
        if key in _IN_HEADLINE or (only is not None and key not in only):
            continue
        was, now = before.get(key), after.get(key)
        if key == "facts":
            yield from _facts(was or {}, now or {}, sheet, lang)
        else:
            label = text(lang, f"case.field_{key}")
            yield Change(label, _shown(key, was, sheet, lang), _shown(key, now, sheet, lang))


def _facts(was: Mapping[str, str | None], now: Mapping[str, str | None], sheet: Sheet, lang: str) -> Iterator[Change]:
    for fact in sheet.policy.facts_of(sheet.scheme):
        if fact.key in was or fact.key in now:
            before, after = (_value(fact, side.get(fact.key), lang) for side in (was, now))
            yield Change(fact.label.of(lang), before, after)


def _value(fact: Fact, kept: str | None, lang: str) -> str | None:
    return None if kept is None else fact.show(fact.parse(kept), lang)


def _shown(key: str, value: str | None, sheet: Sheet, lang: str) -> str | None:
    shown = _SHOWN.get(key)
    return value if value is None or shown is None else shown(value, sheet, lang)


def _day(value: str, _: Sheet, lang: str) -> str:
    return wording.day(date.fromisoformat(value), lang)


def _amount(value: str, _: Sheet, lang: str) -> str:
    return money(parse_yuan(value), lang)


def _figure(value: str, sheet: Sheet, lang: str) -> str:
    fact = yearly_fact(sheet)
    return fact.show(fact.parse(value), lang)


_SHOWN: Final[Mapping[str, Callable[[str, Sheet, str], str]]] = {
    "status": lambda value, _, lang: text(lang, f"case.status_{value}"),
    "decision": lambda value, _, lang: text(lang, f"case.decision_{value}"),
    "scheme_id": lambda value, sheet, lang: sheet.policy.scheme(value).label.of(lang),
    "amount": _amount,
    "figure": _figure,
    "submitted_on": _day,
    "decided_on": _day,
    "approved_on": _day,
    "due_on": _day,
}


def _values(kept: str | None) -> Mapping[str, Any]:
    values: dict[str, Any] = json.loads(kept or "{}")
    return values
