"""The entries of the record: who did what to an application, with what was there before and after."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlmodel import Session

from subsidy.records import Event
from subsidy.workflow.actor import Actor
from subsidy.workflow.transitions import Command

SUBJECT: Final = "application"
"""Every entry of a case names its application, so that one query tells its story."""


def entry(
    actor: Actor,
    now: datetime,
    application_id: str,
    command: Command,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str | None = None,
) -> dict[str, object]:
    """The values of one entry. `before` and `after` hold what changed, in canonical text."""
    return {
        "at": now,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "subject_kind": SUBJECT,
        "subject_id": application_id,
        "command": command.value,
        "before_json": _json(before),
        "after_json": _json(after),
        "reason": reason,
    }


def append(session: Session, entries: Sequence[dict[str, object]]) -> None:
    """Adds entries to the record, in the transaction that makes the changes."""
    if entries:
        session.execute(insert(Event), entries)


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
