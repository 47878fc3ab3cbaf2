"""The entries of the record: who did what to an application, with what was there before and after."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BindParameter, bindparam, func, insert, select
from sqlmodel import Session, col

from subsidy.database import UNWRITABLE
from subsidy.errors import Unrecorded
from subsidy.messages import outbox
from subsidy.records import Event
from subsidy.workflow import chain
from subsidy.workflow.actor import Actor

SUBJECT: Final = "application"
"""Every entry of a case names its application, so that one query tells its story."""


def entry(
    actor: Actor,
    now: datetime,
    subject_id: str,
    command: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str | None = None,
    kind: str = SUBJECT,
) -> dict[str, object]:
    """The values of one entry. `before` and `after` hold what changed, in canonical text."""
    return {
        "at": now,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "subject_kind": kind,
        "subject_id": subject_id,
        "command": str(command),
        "before_json": _json(before),
        "after_json": _json(after),
        "reason": reason,
    }


def append(session: Session, entries: Sequence[dict[str, object]]) -> None:
    """Adds entries to the record, in the transaction that makes the changes, each chained to the one before it of its subject,
    and with them the messages to those whom they concern.

    The caller holds the lock of every case concerned. Raises Unrecorded where the record cannot be written.
    """
    if not entries:
        return
    chained: list[dict[str, object]] = []
    try:
        tails = _tails(session, entries)
        for entry in entries:
            position, previous = tails.get(_subject(entry), (0, None))
            linked = {**entry, "position": position + 1, "previous": previous}
            linked["digest"] = digest = chain.of_entry(linked)
            tails[_subject(entry)] = position + 1, digest
            chained.append(linked)
        session.execute(insert(Event), chained)
        outbox.write(session, chained)
    except UNWRITABLE as error:
        raise Unrecorded from error


def _tails(session: Session, entries: Sequence[dict[str, object]]) -> dict[tuple[str, str], tuple[int, str | None]]:
    """Position and digest of the last entry of each subject that has one: one query for each kind, however many they are."""
    subjects = {_subject(entry) for entry in entries}
    tails: dict[tuple[str, str], tuple[int, str | None]] = {}
    for kind in {kind for kind, _ in subjects}:
        ids = sorted(subject_id for of, subject_id in subjects if of == kind)
        # Written into the statement, so that PostgreSQL plans it for the table as it now is: a plan that it has kept from when
        # there were few entries would read all of them each time.
        wanted: BindParameter[list[str]] = bindparam("ids", ids, expanding=True, literal_execute=True)
        among = col(Event.subject_kind) == kind, col(Event.subject_id).in_(wanted)
        place = func.row_number().over(partition_by=col(Event.subject_id), order_by=col(Event.position).desc())
        ranked = select(col(Event.subject_id), col(Event.position), col(Event.digest), place.label("place")).where(
            *among
        )
        ends = ranked.subquery()
        query = select(ends.c.subject_id, ends.c.position, ends.c.digest).where(ends.c.place == 1)
        tails |= {(kind, one): (position, digest) for one, position, digest in session.execute(query)}
    return tails


def _subject(entry: Mapping[str, object]) -> tuple[str, str]:
    return str(entry["subject_kind"]), str(entry["subject_id"])


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
