"""The digests that tie each entry of the record to the one before it, and each head to every entry."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from rules import canonical

COLUMNS: Final = (
    "at",
    "actor_id",
    "actor_name",
    "subject_kind",
    "subject_id",
    "position",
    "command",
    "before_json",
    "after_json",
    "reason",
    "previous",
)
"""What the digest of an entry covers: all that is written with it. The id is given by the database; heads cover the order."""


def of_entry(entry: Mapping[str, Any]) -> str:
    """The digest of an entry: of the canonical JSON (RFC 8785) of its columns, moments in UTC to the microsecond."""
    return canonical.digest({name: _plain(entry[name]) for name in COLUMNS})


def of_head(head: Mapping[str, Any], digests: Iterable[str]) -> str:
    """The digest of a head: of its own columns, among them the head before it, then of the entries it adds, in order of ids."""
    own = {name: _plain(head[name]) for name in ("day", "last_event_id", "events", "previous", "made_at")}
    running = hashlib.sha256(canonical.text(own).encode())
    for each in digests:
        running.update(f"\n{each}".encode())
    return f"sha256:{running.hexdigest()}"


def _plain(value: Any) -> Any:
    """As it is written into canonical JSON: numbers, too, as text."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return value
