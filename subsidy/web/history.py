"""The record of an application in words: for the zone's staff all of it, for the applicant what concerns him."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from rules import wording
from rules.facts import Fact
from rules.money import parse_yuan
from subsidy.locale import text
from subsidy.records import Event
from subsidy.web.casework import yearly_fact
from subsidy.web.formats import money
from subsidy.workflow.access import Opening
from subsidy.workflow.actor import PUBLIC
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


_INTERNAL: Final = frozenset(
    {
        Command.SAVE,
        Command.JUDGE,
        Command.CORRECT,
        Command.SET_RATE,
        Command.CLAIM,
        Command.DESCRIBE,
        Command.UNCLAIM,
        Command.RECOMMEND,
        Command.TAKE_BACK,
        Command.OBJECT,
        Command.ANSWER,
        Command.REVISE,
        Command.KEEP,
    }
)
"""Steps on the way to a decision, which its reason sums up for the applicant."""
_PUBLIC: Final = frozenset(
    {
        *("amount", "figure", "decision", "deadline", "document", "document_kind", "letter"),
        *("award_due", "demanded", "refund_by"),
    }
)
_IN_HEADLINE: Final = frozenset({"instalment", "year"})


def story(events: Sequence[Event], sheet: Sheet, lang: str) -> list[Entry]:
    """Every entry with all that it changed, oldest first."""
    return [_entry(event, _who(event, lang), sheet, lang, None) for event in events]


def public_story(events: Sequence[Event], openings: Sequence[Opening], sheet: Sheet, lang: str) -> list[Entry]:
    """What concerns the applicant, oldest first. Of the zone's staff only who opened the case is named, not who did what."""
    shown = [event for event in events if event.command not in _INTERNAL and not _a_signature(event)]
    entries = [_entry(event, _who_publicly(event, lang), sheet, lang, _PUBLIC) for event in shown]
    opened = [Entry(each.at, each.name, text(lang, "case.event_opened"), None, ()) for each in openings]
    return sorted(opened + entries, key=attrgetter("at"))


def _a_signature(event: Event) -> bool:
    """An approval that others have to follow before anything is decided."""
    return event.command == Command.APPROVE and "status" not in _values(event.after_json)


def _entry(event: Event, who: str, sheet: Sheet, lang: str, only: frozenset[str] | None) -> Entry:
    before, after = _values(event.before_json), _values(event.after_json)
    about = {key: str(after.get(key, "")) for key in _IN_HEADLINE}
    changes = tuple(_changes(before, after, sheet, lang, only))
    return Entry(event.at, who, text(lang, f"case.event_{event.command}", **about), event.reason, changes)


def _who(event: Event, lang: str) -> str:
    if event.actor_id:
        return event.actor_name
    return text(lang, "case.by_public" if event.actor_name == PUBLIC.name else "case.by_system")


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


def _kind(value: str, sheet: Sheet, lang: str) -> str:
    """What the policy calls a kind of document; the id itself where an older text has none of it."""
    known = {kind.id: kind.label.of(lang) for kind in sheet.policy.documents}
    return known.get(value, value)


def _support(entries: list[list[str]], _: Sheet, lang: str) -> str:
    told = [f"{programme} {money(parse_yuan(amount), lang)} {year}" for programme, amount, year in entries]
    return "; ".join(told) or text(lang, "case.no_other_support")


_SHOWN: Final[Mapping[str, Callable[[Any, Sheet, str], str]]] = {
    "status": lambda value, _, lang: text(lang, f"case.status_{value}"),
    "outcome": lambda value, _, lang: text(lang, f"case.outcome_{value}"),
    "decision": lambda value, _, lang: text(lang, f"case.decision_{value}"),
    "scheme_id": lambda value, sheet, lang: sheet.policy.scheme(value).label.of(lang),
    "amount": _amount,
    "award_due": _amount,
    "demanded": _amount,
    "refund_by": _day,
    "figure": _figure,
    "document_kind": _kind,
    "other_support": _support,
    "submitted_on": _day,
    "decided_on": _day,
    "approved_on": _day,
    "due_on": _day,
    "deadline": _day,
}


def _values(kept: str | None) -> Mapping[str, Any]:
    values: dict[str, Any] = json.loads(kept or "{}")
    return values
