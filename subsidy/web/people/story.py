"""The record of an account in words."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from subsidy.locale import text
from subsidy.records import Duty, Event
from subsidy.web.history import Change, Entry

_TOLD: Final = ("email", "duties", "name", "scopes")


def story(events: Sequence[Event], lang: str) -> list[Entry]:
    """Who did what with an account, oldest first."""
    return [
        Entry(
            event.at,
            _who(event, lang),
            text(lang, f"people.event_{event.command}"),
            event.reason,
            _changes(event, lang),
        )
        for event in events
    ]


def _who(event: Event, lang: str) -> str:
    return event.actor_name if event.actor_id else text(lang, "mail.operator")


def _changes(event: Event, lang: str) -> tuple[Change, ...]:
    before, after = json.loads(event.before_json or "{}"), json.loads(event.after_json or "{}")

    def told() -> Iterator[Change]:
        for key in _TOLD:
            if key in before or key in after:
                was, now = (_shown(key, side.get(key), lang) for side in (before, after))
                yield Change(text(lang, f"people.changed_{key}"), was, now)

    return tuple(told())


def _shown(key: str, value: str | None, lang: str) -> str | None:
    if value is None or key != "duties":
        return value
    held = [text(lang, f"account.duty_{duty}") for duty in Duty if duty in value.split()]
    return text(lang, "mail.and").join(held) or text(lang, "account.duty_none")
