"""Writes messages, in the transaction that makes the change they tell of: there is never the one without the other."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, insert, or_, select
from sqlmodel import Session, col

from rules import wording
from rules.money import grouped, parse_yuan
from subsidy.locale import LANGUAGES, text
from subsidy.messages.kinds import TOLD, Audience
from subsidy.records import Application, Message, Organisation, Role, User
from subsidy.records.base import new_id
from subsidy.workflow.transitions import TRANSITIONS, Command

PATIENCE: Final = timedelta(days=7)
"""How long it is tried to send a message."""


class _Case(NamedTuple):
    """What messages about an application say of it."""

    id: str
    number: str
    project: str
    handed_in: bool
    organisation: str
    organisation_id: str


class _Readers(NamedTuple):
    """Ids of those who may be told."""

    of_organisation: Mapping[str, Sequence[str]]
    office: Sequence[str]


def write(session: Session, entries: Sequence[Mapping[str, Any]]) -> None:
    """The messages that entries of the record give rise to: two queries, however many entries there are."""
    told = [entry for entry in entries if entry["command"] in TOLD and _done(entry)]
    if not told:
        return
    cases = _cases(session, {entry["subject_id"] for entry in told})
    readers = _readers(session, {case.organisation_id for case in cases.values()})
    messages = [message for entry in told for message in _of(entry, cases[entry["subject_id"]], readers)]
    if messages:
        session.execute(insert(Message), messages)


def _done(entry: Mapping[str, Any]) -> bool:
    """Whether the step has led where it leads: of several signatures that an approval needs, the last one."""
    return TRANSITIONS[Command(entry["command"])].to is None or "status" in json.loads(entry["after_json"])


def _cases(session: Session, ids: set[str]) -> dict[str, _Case]:
    query = (
        select(
            col(Application.id),
            col(Application.number),
            col(Application.project_name),
            col(Application.submitted_on).is_not(None),
            col(Organisation.name),
            col(Organisation.id),
        )
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(col(Application.id).in_(ids))
    )
    return {row[0]: _Case(*row) for row in session.execute(query)}


def _readers(session: Session, organisations: set[str]) -> _Readers:
    applicants = and_(col(User.role) == Role.APPLICANT, col(User.organisation_id).in_(organisations))
    query = select(col(User.id), col(User.role), col(User.organisation_id)).where(
        col(User.disabled_at).is_(None), or_(applicants, col(User.role) == Role.ADMINISTRATOR)
    )
    of_organisation: dict[str, list[str]] = defaultdict(list)
    office: list[str] = []
    for user_id, role, organisation_id in session.execute(query.order_by(col(User.id))):
        (office if role == Role.ADMINISTRATOR else of_organisation[organisation_id]).append(user_id)
    return _Readers(of_organisation, office)


def _of(entry: Mapping[str, Any], case: _Case, readers: _Readers) -> Iterator[dict[str, object]]:
    for audience in sorted(TOLD[Command(entry["command"])]):
        told = _told(audience, case, readers)
        words = _words(f"{audience}_{entry['command']}", entry, case) if told else {}
        for user_id in told:
            yield {
                "id": new_id(),
                "user_id": user_id,
                "application_id": case.id,
                "command": entry["command"],
                **words,
                "written_at": entry["at"],
                "next_at": entry["at"],
                "until": entry["at"] + PATIENCE,
            }


def _told(audience: Audience, case: _Case, readers: _Readers) -> Sequence[str]:
    if audience is Audience.OFFICE:
        return readers.office if case.handed_in else ()
    return readers.of_organisation.get(case.organisation_id, ())


def _words(kind: str, entry: Mapping[str, Any], case: _Case) -> dict[str, str]:
    """Subject and body in each language."""
    after = json.loads(entry["after_json"] or "{}")
    words = {}
    for lang in LANGUAGES:
        params = {
            "number": case.number,
            "project": case.project,
            "organisation": case.organisation,
            "reason": entry["reason"] or "",
            **{name: str(after.get(name, "")) for name in ("instalment", "year")},
            **{name: _day(after.get(name), lang) for name in ("deadline", "submitted_on", "due_on", "refund_by")},
            **{name: _amount(after.get(name), lang) for name in ("amount", "award_due", "demanded")},
        }
        words[f"subject_{lang}"] = text(lang, f"messages.{kind}_subject", **params)
        words[f"body_{lang}"] = text(lang, f"messages.{kind}", **params)
    return words


def _day(kept: str | None, lang: str) -> str:
    return wording.day(date.fromisoformat(kept), lang) if kept else ""


def _amount(kept: str | None, lang: str) -> str:
    return text(lang, "base.money", amount=grouped(parse_yuan(kept))) if kept else ""
