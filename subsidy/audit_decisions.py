"""Whether recommendations, signatures and disbursements are those that the record tells of."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from rules import canonical
from rules.money import Fen, yuan
from subsidy.audit import Discrepancy
from subsidy.records import Application, Award, Disbursement, Event, Instalment, Recommendation, SignOff, User
from subsidy.workflow.events import SUBJECT
from subsidy.workflow.transitions import Command


def discrepancies(session: Session) -> Iterator[Discrepancy]:
    """Every one that was changed, that the record does not tell of, or that is gone; nothing where all is well."""
    yield from _recommendations(session)
    yield from _signatures(session)
    yield from _disbursements(session)


def _recommendations(session: Session) -> Iterator[Discrepancy]:
    told = Counter((case, digest) for case, _, digest in _told(session, Command.RECOMMEND))
    query = select(Recommendation, col(Application.number)).join(
        Application, col(Application.id) == col(Recommendation.application_id), isouter=True
    )
    for made, number in session.execute(query):
        where = number or made.id
        if (made.application_id, made.digest) in told:
            told[made.application_id, made.digest] -= 1
        else:
            yield Discrepancy(where, "recommendation_unrecorded")
        if not _holds(made):
            yield Discrepancy(where, "recommendation_altered", {"digest": made.digest})
    for (case, digest), left in told.items():
        if left > 0:
            yield Discrepancy(_number(session, case), "recommendation_missing", {"digest": digest})


def _holds(made: Recommendation) -> bool:
    """Whether what it rests on has its digest, and comes to the amount that is recommended."""
    if canonical.of_text(made.seen_json) != made.digest:
        return False
    return made.amount_fen is None or json.loads(made.seen_json)["award"] == yuan(Fen(made.amount_fen))


def _signatures(session: Session) -> Iterator[Discrepancy]:
    told = Counter(_told(session, Command.APPROVE))
    query = (
        select(col(Recommendation.application_id), col(SignOff.user_id), col(SignOff.digest), col(User.name))
        .join(Recommendation, col(Recommendation.id) == col(SignOff.recommendation_id))
        .join(User, col(User.id) == col(SignOff.user_id))
    )
    kept = Counter(tuple(row) for row in session.execute(query))
    names = {user_id: name for _, user_id, _, name in kept}
    signed = Counter({(case, user_id, digest): count for (case, user_id, digest, _), count in kept.items()})
    for case, user_id, _ in (signed - told).elements():
        yield Discrepancy(_number(session, case), "signature_unrecorded", {"name": names[user_id]})
    for case, user_id, _ in (told - signed).elements():
        user = session.get(User, user_id)
        yield Discrepancy(_number(session, case), "signature_missing", {"name": user.name if user else user_id})


def _disbursements(session: Session) -> Iterator[Discrepancy]:
    """Of each case, how many the record tells of and how many there are."""
    told = (
        select(col(Event.subject_id).label("case"), func.count().label("many"))
        .where(col(Event.subject_kind) == SUBJECT, col(Event.command) == Command.GENERATE)
        .group_by(col(Event.subject_id))
        .subquery()
    )
    kept = (
        select(col(Award.application_id).label("case"), func.count().label("many"))
        .join(Instalment, col(Instalment.award_id) == col(Award.id))
        .join(Disbursement, col(Disbursement.instalment_id) == col(Instalment.id))
        .group_by(col(Award.application_id))
        .subquery()
    )
    entries, rows = func.coalesce(told.c.many, 0), func.coalesce(kept.c.many, 0)
    query = (
        select(col(Application.number), entries, rows)
        .outerjoin(told, told.c.case == col(Application.id))
        .outerjoin(kept, kept.c.case == col(Application.id))
        .where(entries != rows)
    )
    for number, expected, found in session.execute(query):
        yield Discrepancy(number, "disbursement_count", {"kept": str(expected), "found": str(found)})


def _told(session: Session, command: Command) -> Iterator[tuple[str, str, str]]:
    """Case, person and digest of what was seen, of each entry of that command."""
    query = select(col(Event.subject_id), col(Event.actor_id), col(Event.after_json)).where(
        col(Event.subject_kind) == SUBJECT, col(Event.command) == command
    )
    for case, actor_id, after_json in session.execute(query):
        yield case, actor_id, str(_read(after_json).get("seen_digest"))


def _read(kept: str | None) -> dict[str, Any]:
    """What an entry says; nothing where it cannot be read, which the chain tells."""
    try:
        read = json.loads(kept or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _number(session: Session, case: str) -> str:
    application = session.get(Application, case)
    return application.number if application else case
