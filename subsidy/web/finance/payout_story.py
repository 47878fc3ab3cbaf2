"""The record of a payout run in words."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from rules.money import parse_yuan
from subsidy.locale import text
from subsidy.records import Event
from subsidy.web.formats import money
from subsidy.web.history import Change, Entry

_TOLD: Final = ("added", "taken_out", "count", "amount", "digest")


def story(events: Sequence[Event], lang: str) -> list[Entry]:
    """Who did what with a run, oldest first."""
    return [
        Entry(
            event.at,
            event.actor_name if event.actor_id else text(lang, "case.by_system"),
            text(lang, f"payout.event_{event.command.partition('.')[2]}"),
            event.reason,
            tuple(_changes(event, lang)),
        )
        for event in events
    ]


def _changes(event: Event, lang: str) -> Iterator[Change]:
    before, after = json.loads(event.before_json or "{}"), json.loads(event.after_json or "{}")
    for key in _TOLD:
        if key in before or key in after:
            was, now = (_shown(key, side.get(key), lang) for side in (before, after))
            yield Change(text(lang, f"payout.changed_{key}"), was, now)


def _shown(key: str, value: str | None, lang: str) -> str | None:
    return money(parse_yuan(value), lang) if key == "amount" and value is not None else value
