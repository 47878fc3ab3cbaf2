"""Steps of finance that take two people: one proposes, another confirms or turns down."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from rules import canonical
from rules.faults import BadInput, Fault
from subsidy.errors import Forbidden, NotFound, Refused
from subsidy.records import Duty, Proposal, ProposalKind
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import person_of

SUBJECT: Final = "proposal"


MAKES: Final[Mapping[ProposalKind, Duty]] = {ProposalKind.AMEND: Duty.RECOMMEND}
DECIDES: Final[Mapping[ProposalKind, Duty]] = {ProposalKind.AMEND: Duty.APPROVE}
"""The duties that propose and decide what is not finance's own; of all else those to make and to check."""


def needs(actor: Actor, duty: Duty) -> None:
    """Raises Forbidden, with the words for it, where the person has not that duty."""
    if duty not in actor.duties:
        raise Forbidden(f"workflow.lacks_{duty}")


def propose(
    session: Session,
    actor: Actor,
    now: datetime,
    kind: ProposalKind,
    subject_id: str,
    body: Mapping[str, Any],
    reason: str,
) -> Proposal:
    """What somebody with the duty for it proposes, for a reason. The caller has seen that it can be carried out.

    Raises Forbidden, BadInput where the reason is missing, Refused where the same is proposed already.
    """
    needs(actor, MAKES.get(kind, Duty.MAKE))
    faults: list[Fault] = []
    reason = words.passage(reason, "reason", faults)
    if faults:
        raise BadInput(faults)
    made = Proposal(
        kind=kind,
        subject_id=subject_id,
        body_json=canonical.text(body),
        reason=reason,
        made_by=str(actor.id),
        made_person=person_of(session, actor),
        made_at=now,
    )
    session.add(made)
    session.flush()
    after = {"kind": kind.value, "subject": subject_id, "digest": canonical.of_text(made.body_json)}
    events.append(session, [events.entry(actor, now, made.id, "propose", {}, after, reason, kind=SUBJECT)])
    return made


def decide(
    session: Session, actor: Actor, now: datetime, proposal_id: str, *, confirmed: bool, answer: str | None
) -> Proposal:
    """Marks a proposal as confirmed or turned down by another person than the one who made it; a no needs an answer.

    Raises NotFound, Forbidden, Refused where it is decided already, BadInput.
    """
    made = _lock(session, proposal_id)
    if refusal := why_not(session, actor, made):
        raise refusal
    faults: list[Fault] = []
    said = words.passage(answer or "", "answer", faults) if answer or not confirmed else None
    if faults:
        raise BadInput(faults)
    made.decided_by, made.decided_person = str(actor.id), person_of(session, actor)
    made.decided_at, made.confirmed, made.answer = now, confirmed, said
    session.flush()
    command, after = ("confirm" if confirmed else "turn_down"), {"digest": canonical.of_text(made.body_json)}
    events.append(session, [events.entry(actor, now, made.id, command, {}, after, said, kind=SUBJECT)])
    return made


def why_not(session: Session, actor: Actor, made: Proposal) -> Refused | None:
    """Why this person may not decide on a proposal now; None where he may."""
    duty = DECIDES.get(made.kind, Duty.CHECK)
    if duty not in actor.duties:
        return Forbidden(f"workflow.lacks_{duty}")
    if made.decided_at is not None:
        return Refused("budget.proposal_decided")
    if person_of(session, actor) == made.made_person:
        return Forbidden("budget.own_proposal")
    return None


def find(session: Session, proposal_id: str) -> Proposal:
    """One proposal; NotFound where there is none."""
    made = session.get(Proposal, words.identifier(proposal_id))
    if made is None:
        raise NotFound
    return made


def body(made: Proposal) -> dict[str, Any]:
    """What is proposed."""
    told: dict[str, Any] = json.loads(made.body_json)
    return told


def undecided(session: Session, subject_id: str | None = None) -> Sequence[Proposal]:
    """What waits for a second person, the oldest first; of one subject where it is named."""
    query = select(Proposal).where(col(Proposal.decided_at).is_(None))
    if subject_id is not None:
        query = query.where(col(Proposal.subject_id) == subject_id)
    return session.exec(query.order_by(col(Proposal.made_at), col(Proposal.id))).all()


def decided(session: Session, limit: int) -> Sequence[Proposal]:
    """What was decided, the latest first; at most `limit` of them."""
    query = select(Proposal).where(col(Proposal.decided_at).is_not(None))
    return session.exec(query.order_by(col(Proposal.decided_at).desc(), col(Proposal.id)).limit(limit)).all()


def _lock(session: Session, proposal_id: str) -> Proposal:
    query = select(Proposal).where(col(Proposal.id) == words.identifier(proposal_id))
    made = session.exec(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if made is None:
        raise NotFound
    return made
