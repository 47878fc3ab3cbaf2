"""Envelopes: opened by one person, filled, reduced and moved between by two."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault
from rules.load import packs
from rules.money import LARGEST, Fen, parse_yuan, yuan
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance import ledger
from subsidy.finance.commitments import commit_waiting
from subsidy.finance.ledger import Movement
from subsidy.finance.proposals import body, needs, propose
from subsidy.records import Account, Duty, EntryKind, Envelope, Exhausted, Proposal, ProposalKind
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.once import insert_once

YEARS: Final = range(2024, 2100)


def open_envelope(
    session: Session,
    actor: Actor,
    now: datetime,
    policy_id: str,
    scheme_id: str,
    year: int,
    exhausted: Exhausted = Exhausted.QUEUE,
) -> Envelope:
    """The empty envelope of a scheme and year. Raises Forbidden, BadInput, Refused where there is one already."""
    needs(actor, Duty.MAKE)
    faults: list[Fault] = []
    policy = packs().get(policy_id)
    if policy is None:
        faults.append(Fault("/policy", "unknown_policy", {"value": policy_id[:40], "known": ", ".join(packs())}))
    elif scheme_id not in (known := [scheme.id for scheme in policy.schemes]):
        faults.append(Fault("/scheme", "unknown_scheme", {"value": scheme_id[:40], "known": ", ".join(known)}))
    if year not in YEARS:
        faults.append(FieldFault("/year", "finance.no_year", {"value": str(year)}))
    if faults:
        raise BadInput(faults)
    envelope = opened(session, actor, now, policy_id, scheme_id, year, exhausted)
    if envelope is None:
        raise Refused("budget.envelope_exists", year=str(year))
    return envelope


def opened(
    session: Session, actor: Actor, now: datetime, policy_id: str, scheme_id: str, year: int, exhausted: Exhausted
) -> Envelope | None:
    """A new and empty envelope, with its entry in the record; None where there is one already. The caller knows the scheme
    and the year, and that this person may."""
    made = Envelope(policy_id=policy_id, scheme_id=scheme_id, year=year, exhausted=exhausted, opened_at=now)
    if not insert_once(session, Envelope, [made.model_dump()], "policy_id", "scheme_id", "year"):
        return None
    envelope = session.get_one(Envelope, made.id)
    after = {"policy": policy_id, "scheme": scheme_id, "year": str(year), "exhausted": exhausted.value}
    entry = events.entry(actor, now, envelope.id, "open_envelope", {}, after, kind=ledger.SUBJECT)
    events.append(session, [entry])
    return envelope


def set_exhausted(
    session: Session, actor: Actor, now: datetime, envelope_id: str, exhausted: Exhausted, reason: str
) -> Envelope:
    """What happens from now on to an award that the envelope has no money for. Raises Forbidden, NotFound, BadInput."""
    needs(actor, Duty.MAKE)
    envelope = _lock(session, envelope_id)
    faults: list[Fault] = []
    reason = words.passage(reason, "reason", faults)
    if faults:
        raise BadInput(faults)
    before, after = {"exhausted": envelope.exhausted.value}, {"exhausted": exhausted.value}
    if before != after:
        envelope.exhausted = exhausted
        session.flush()
        entry = events.entry(actor, now, envelope.id, "set_exhausted", before, after, reason, kind=ledger.SUBJECT)
        events.append(session, [entry])
    return envelope


def propose_allotment(
    session: Session, actor: Actor, now: datetime, envelope_id: str, amount: Fen, document: str, reason: str
) -> Proposal:
    """More money for an envelope, by the document that grants it (指标文号)."""
    envelope = find(session, envelope_id)
    told = _told(envelope, amount, document)
    return propose(session, actor, now, ProposalKind.ALLOT, envelope.id, told, reason)


def propose_reduction(
    session: Session, actor: Actor, now: datetime, envelope_id: str, amount: Fen, document: str, reason: str
) -> Proposal:
    """Money taken back from what an envelope has available; Refused where it has not so much."""
    envelope = find(session, envelope_id)
    told = _told(envelope, amount, document)
    _has(envelope, amount)
    return propose(session, actor, now, ProposalKind.REDUCE, envelope.id, told, reason)


def propose_transfer(
    session: Session,
    actor: Actor,
    now: datetime,
    envelope_id: str,
    to_id: str,
    amount: Fen,
    document: str,
    reason: str,
) -> Proposal:
    """Money from what one envelope has available to another one; Refused where it has not so much."""
    envelope, to = find(session, envelope_id), find(session, to_id)
    if envelope.id == to.id:
        raise BadInput([FieldFault("/to", "budget.same_envelope")])
    told = _told(envelope, amount, document) | {"to": to.id}
    _refuse_closed(to)
    _has(envelope, amount)
    return propose(session, actor, now, ProposalKind.TRANSFER, envelope.id, told, reason)


def carry_out(session: Session, actor: Actor, now: datetime, made: Proposal) -> None:
    """Posts what was confirmed; what the money is waited for is committed with it."""
    told = body(made)
    amount = parse_yuan(told["amount"])
    match made.kind:
        case ProposalKind.ALLOT:
            legs = [Movement(made.subject_id, Account.TREASURY, Account.AVAILABLE, amount)]
        case ProposalKind.REDUCE:
            legs = [Movement(made.subject_id, Account.AVAILABLE, Account.TREASURY, amount)]
        case _:
            legs = [
                Movement(made.subject_id, Account.AVAILABLE, Account.TREASURY, amount),
                Movement(told["to"], Account.TREASURY, Account.AVAILABLE, amount),
            ]
    reason = f"{told['document']}: {made.reason}"
    ledger.post(session, actor, now, EntryKind(made.kind.value), legs, reason)
    for leg in legs:
        if leg.target is Account.AVAILABLE:
            commit_waiting(session, now, leg.envelope_id)


def find(session: Session, envelope_id: str) -> Envelope:
    """One envelope; NotFound where there is none."""
    found = session.get(Envelope, words.identifier(envelope_id))
    if found is None:
        raise NotFound
    return found


def envelopes(session: Session, year: int | None = None) -> Sequence[Envelope]:
    """The envelopes, of one year where it is named: the latest year first, then in order of the schemes."""
    query = select(Envelope)
    if year is not None:
        query = query.where(col(Envelope.year) == year)
    order = {(policy.id, scheme.id): at for policy in packs().values() for at, scheme in enumerate(policy.schemes)}
    found = session.exec(query).all()
    return sorted(found, key=lambda one: (-one.year, one.policy_id, order.get((one.policy_id, one.scheme_id), 0)))


def _told(envelope: Envelope, amount: Fen, document: str) -> dict[str, str]:
    faults: list[Fault] = []
    document = words.line(document, "document", faults)
    if not 0 < amount <= LARGEST:
        faults.append(FieldFault("/amount", "budget.amount_positive"))
    if faults:
        raise BadInput(faults)
    _refuse_closed(envelope)
    return {"amount": yuan(amount), "document": document}


def _refuse_closed(envelope: Envelope) -> None:
    if envelope.closed_at is not None:
        raise Refused("budget.year_closed", year=str(envelope.year))


def _has(envelope: Envelope, amount: Fen) -> None:
    if amount > envelope.available_fen:
        lacking, available = yuan(amount - envelope.available_fen), yuan(envelope.available_fen)
        raise Refused("budget.not_enough", year=str(envelope.year), lacking=lacking, available=available)


def _lock(session: Session, envelope_id: str) -> Envelope:
    found = ledger.lock(session, [words.identifier(envelope_id)])
    if not found:
        raise NotFound
    return found[envelope_id]
