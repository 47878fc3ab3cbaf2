"""Whether letters are still what was sent: each paper as the record of its case names it, and saying what is kept of it."""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from rules import canonical
from subsidy.audit import Discrepancy
from subsidy.records import Event, Letter
from subsidy.workflow.events import SUBJECT
from subsidy.workflow.letters import digest

_CHUNK: Final = 100


class _Sent(NamedTuple):
    """What an entry of a case's record says of a letter."""

    case: str
    digest: str


def discrepancies(session: Session) -> Iterator[Discrepancy]:
    """Every letter that was changed, that the record does not know, or that is gone; nothing where all is well."""
    sent = _sent(session)
    for letter in session.scalars(select(Letter).execution_options(yield_per=_CHUNK)):
        entry = sent.pop(letter.number, None)
        if entry is None or entry.case != letter.application_id:
            yield Discrepancy(letter.number, "letter_unrecorded")
        elif entry.digest != digest(letter.paper) or f"sha256:{letter.sha256}" != entry.digest:
            yield Discrepancy(letter.number, "letter_paper", {"digest": entry.digest})
        if canonical.of_text(letter.content).encode() not in letter.paper or not _agrees(letter):
            yield Discrepancy(letter.number, "letter_content")
    for number, entry in sent.items():
        yield Discrepancy(number, "letter_missing", {"digest": entry.digest})


def _sent(session: Session) -> dict[str, _Sent]:
    """Every letter that the record names, by number."""
    query = select(Event).where(col(Event.subject_kind) == SUBJECT, col(Event.after_json).contains('"letter"'))
    found = {}
    for event in session.scalars(query.execution_options(yield_per=_CHUNK)):
        after = json.loads(event.after_json or "{}")
        if isinstance(after.get("letter"), str):
            found[after["letter"]] = _Sent(event.subject_id, str(after.get("letter_digest")))
    return found


def _agrees(letter: Letter) -> bool:
    """Whether row and content name the same letter."""
    try:
        told = json.loads(letter.content)
        named = [told[key] for key in ("number", "code", "kind", "issued_on")]
    except (ValueError, KeyError, TypeError):
        return False
    return named == [letter.number, letter.code, letter.kind.value, letter.issued_on.isoformat()]
