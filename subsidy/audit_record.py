"""Whether the record is whole: every entry chained to the one before it, every daily head over all of them, and the status
of every case what its entries say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from subsidy.audit import Discrepancy
from subsidy.records import Application, Event, Record
from subsidy.records.protection import lacking
from subsidy.workflow import chain
from subsidy.workflow.events import SUBJECT
from subsidy.workflow.transitions import Command

_CHUNK: Final = 5_000
_EVENT: Final = Record.metadata.tables["event"]
_HEAD: Final = Record.metadata.tables["head"]


def discrepancies(session: Session, anchor: str | None = None) -> Iterator[Discrepancy]:
    """Everything that shows the record to have been altered; nothing where it is whole.

    `anchor` is the digest of a head that was kept elsewhere: it must be among the heads, and follow from what is there.
    Without one, whoever rewrites all entries and all heads alike is not found out.
    """
    yield from (Discrepancy(name, "unprotected") for name in lacking(session.connection()))
    yield from _chains(session)
    yield from _unrecorded(session)
    yield from _heads(session, anchor)


@dataclass
class _Told:
    """What the entries of one case, or of one account, say so far."""

    where: str
    of_case: bool
    stored: RowMapping | None
    """The case, where it is one and is there."""
    position: int = 0
    digest: str | None = None
    last_id: int = 0
    status: str | None = None
    changes: int = 0
    broken: list[Discrepancy] = field(default_factory=list)

    def read(self, row: RowMapping) -> None:
        """Goes on to the next entry in order of positions."""
        place = {"position": str(row["position"])}
        if row["position"] > self.position + 1:
            self._broken("entry_missing", first=str(self.position + 1), last=str(row["position"] - 1))
        elif row["previous"] != self.digest:
            self._broken("entry_previous", **place)
        if chain.of_entry(dict(row)) != row["digest"]:
            self._broken("entry_altered", **place)
        if row["id"] <= self.last_id:
            self._broken("entry_order", **place)
        before, after = _status(row["before_json"]), _status(row["after_json"])
        if after is not None:
            if before != self.status:
                self._broken("entry_status", **place, kept=str(before), found=str(self.status))
            self.status = after
        self.position, self.digest, self.last_id = row["position"], row["digest"], row["id"]
        self.changes += row["command"] != Command.GENERATE  # a payment leaves the case's version as it is

    def end(self) -> Iterator[Discrepancy]:
        """What was found, and what the case itself says otherwise."""
        yield from self.broken
        if not self.of_case:
            return
        if self.stored is None:
            yield Discrepancy(self.where, "entry_unfounded", {"count": str(self.position)})
            return
        kept, found = str(self.stored["status"]), str(self.status)
        if kept != found:
            yield Discrepancy(self.where, "case_status", {"kept": kept, "found": found})
        if self.stored["version"] != self.changes:
            params = {"kept": str(self.stored["version"]), "found": str(self.changes)}
            yield Discrepancy(self.where, "case_version", params)

    def _broken(self, kind: str, **params: str) -> None:
        self.broken.append(Discrepancy(self.where, kind, params))


def _chains(session: Session) -> Iterator[Discrepancy]:
    """Each case's entries, in order of their positions."""
    application = Record.metadata.tables["application"]
    query = (
        select(_EVENT, application.c.number, application.c.status, application.c.version)
        .join(
            application,
            (application.c.id == _EVENT.c.subject_id) & (_EVENT.c.subject_kind == SUBJECT),
            isouter=True,
        )
        .order_by(_EVENT.c.subject_kind, _EVENT.c.subject_id, _EVENT.c.position)
        .execution_options(yield_per=_CHUNK)
    )
    told, of = None, None
    for row in session.execute(query).mappings():
        subject = row["subject_kind"], row["subject_id"]
        if told is None or subject != of:
            if told is not None:
                yield from told.end()
            stored = row if row["number"] is not None else None
            told = _Told(row["number"] or row["subject_id"], row["subject_kind"] == SUBJECT, stored)
            of = subject
        told.read(row)
    if told is not None:
        yield from told.end()


def _unrecorded(session: Session) -> Iterator[Discrepancy]:
    """Cases of which there is no entry at all."""
    entries = select(col(Event.subject_id)).where(col(Event.subject_kind) == SUBJECT)
    for number in session.scalars(select(col(Application.number)).where(col(Application.id).not_in(entries))):
        yield Discrepancy(number, "case_unrecorded")


def _heads(session: Session, anchor: str | None) -> Iterator[Discrepancy]:
    """Each day's head over what it covers."""
    digest, last, events, found = None, 0, 0, False
    for head in session.execute(select(_HEAD).order_by(_HEAD.c.day)).mappings().all():
        covered = _EVENT.c.id > last, _EVENT.c.id <= head["last_event_id"]
        digests = session.scalars(select(_EVENT.c.digest).where(*covered).order_by(_EVENT.c.id)).all()
        right = chain.of_head(dict(head), digests) == head["digest"]
        events += len(digests)
        day = str(head["day"])
        if events != head["events"]:
            yield Discrepancy(day, "head_events", {"kept": str(head["events"]), "found": str(events)})
        elif not right:
            yield Discrepancy(day, "head_altered")
        if head["previous"] != digest:
            yield Discrepancy(day, "head_previous")
        digest, last, events = head["digest"], head["last_event_id"], head["events"]
        found = found or digest == anchor
    if anchor is not None and not found:
        yield Discrepancy(anchor, "anchor_missing")


def _status(kept: str | None) -> str | None:
    """The status that one side of an entry tells; None where it tells none or cannot be read, which the digest shows."""
    try:
        values = json.loads(kept or "{}")
    except ValueError:
        return None
    status = values.get("status") if isinstance(values, dict) else None
    return status if isinstance(status, str) else None
