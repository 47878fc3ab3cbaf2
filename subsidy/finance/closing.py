"""The end of a year: what is committed or payable is carried over or lapses, what is left lapses, and the books are closed.

What lapses of a granted award is still owed: its instalments wait, before others, for money of the next year whose books
are open. Closed books are opened again only as they were closed, by two people and while nobody has used the money.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from rules.faults import BadInput
from rules.money import Fen, yuan
from subsidy.errors import FieldFault, Refused
from subsidy.finance import commitments, ledger
from subsidy.finance.envelopes import find, opened
from subsidy.finance.ledger import FUNDED, Movement, Position
from subsidy.finance.proposals import body, propose
from subsidy.records import (
    Account,
    Application,
    Award,
    EntryKind,
    Envelope,
    Event,
    Instalment,
    LedgerEntry,
    Payment,
    PaymentState,
    PayoutRun,
    Posting,
    Proposal,
    ProposalKind,
)
from subsidy.workflow import events
from subsidy.workflow.actor import Actor

_OPEN: Final = (Account.COMMITTED, Account.PAYABLE)
"""What is carried over, or lapses."""
_CLOSE: Final = "close_books"
_REOPEN: Final = "reopen_books"
_NAMED: Final = 5
"""How many runs a refusal names."""


class Choice(StrEnum):
    """What becomes of what is committed or payable."""

    CARRY_OVER = "carry_over"
    """It goes, with its money, to the next year's envelope."""
    LAPSE = "lapse"
    """Its money is given up; the awards are still owed, and wait for money of the next year."""


class Open(NamedTuple):
    """What is open in an envelope, in fen, and the numbers of the runs that have its money in flight or ready to go."""

    envelope: Envelope
    reserved: Fen
    committed: Fen
    payable: Fen
    in_flight: Fen
    available: Fen
    runs: Sequence[str]

    @property
    def figures(self) -> dict[str, str]:
        """What is open, as a proposal tells it."""
        return {name: yuan(getattr(self, name)) for name in ("reserved", "committed", "payable", "available")}


def open_items(session: Session, envelope: Envelope) -> Open:
    """What closing an envelope's books would deal with."""
    return Open(
        envelope,
        Fen(envelope.reserved_fen),
        Fen(envelope.committed_fen),
        Fen(envelope.payable_fen),
        Fen(envelope.in_flight_fen),
        Fen(envelope.available_fen),
        _runs(session, envelope),
    )


def propose_closing(
    session: Session, actor: Actor, now: datetime, envelope_id: str, choice: Choice, reason: str
) -> Proposal:
    """To close an envelope's books with the figures that they now have. Raises what `propose` raises, and Refused where
    they are closed, money is in flight, or the next year's books are closed."""
    envelope = find(session, envelope_id)
    told = open_items(session, envelope)
    _refuse(session, told, choice)
    what = {"choice": choice.value, "year": envelope.year, **told.figures}
    return propose(session, actor, now, ProposalKind.CLOSE, envelope.id, what, reason)


def propose_reopening(session: Session, actor: Actor, now: datetime, envelope_id: str, reason: str) -> Proposal:
    """To open closed books again. Refused where they are open, or their money has been used since."""
    envelope = find(session, envelope_id)
    _reversal(session, envelope)
    return propose(session, actor, now, ProposalKind.REOPEN, envelope.id, {"year": envelope.year}, reason)


def carry_out(session: Session, actor: Actor, now: datetime, made: Proposal) -> None:
    """Closes books, or opens them again, as it was confirmed: all of it, or nothing."""
    if made.kind is ProposalKind.REOPEN:
        _reopen(session, actor, now, made)
    else:
        _close(session, actor, now, made)


def _close(session: Session, actor: Actor, now: datetime, made: Proposal) -> None:
    told, choice = body(made), Choice(body(made)["choice"])
    envelope = find(session, made.subject_id)
    # Cases before envelopes, as everybody locks them.
    _lock_cases(session, envelope)
    following = _next(session, actor, now, envelope) if choice is Choice.CARRY_OVER and _carries(envelope) else None
    envelope = ledger.lock(session, [envelope.id, *([following.id] if following else [])])[envelope.id]
    items = open_items(session, envelope)
    _refuse(session, items, choice)
    if items.figures != {name: told[name] for name in items.figures}:
        raise Refused("plan.figures_changed", year=str(envelope.year))
    entries = [
        ledger.post(session, actor, now, EntryKind.UNRESERVE, _reserved(session, envelope), made.reason),
        _end(session, actor, now, envelope, following, made.reason),
    ]
    left = [Movement(envelope.id, Account.AVAILABLE, Account.LAPSED, Fen(envelope.available_fen))]
    entries.append(ledger.post(session, actor, now, EntryKind.LAPSE, left, made.reason))
    envelope.closed_at = now
    session.flush()
    # What was given back by a recommendation stays so when the books are opened again.
    kept = [entry.id for entry in entries[1:] if entry]
    after = {"choice": choice.value, "entries": kept, "next": following.id if following else None}
    _record(session, actor, now, envelope, _CLOSE, after, made.reason)
    for other in _later(session, envelope):
        commitments.commit_waiting(session, now, other)


def _end(
    session: Session, actor: Actor, now: datetime, envelope: Envelope, following: Envelope | None, reason: str
) -> LedgerEntry | None:
    """Each open instalment's money to the next year, in one entry; or all of it lapses."""
    movements, kind = [], EntryKind.CARRY_OVER if following else EntryKind.LAPSE
    for instalment_id, application_id, position in _positions(session, envelope):
        about = application_id, instalment_id
        if following is None:
            movements.append(Movement(envelope.id, position.account, Account.LAPSED, position.amount, *about))
            continue
        movements.append(Movement(envelope.id, position.account, Account.TREASURY, position.amount, *about))
        movements.append(Movement(following.id, Account.TREASURY, position.account, position.amount, *about))
    return ledger.post(session, actor, now, kind, movements, reason)


def _reopen(session: Session, actor: Actor, now: datetime, made: Proposal) -> None:
    envelope = find(session, made.subject_id)
    _lock_cases(session, envelope)
    closing = _closing(session, envelope)
    ledger.lock(session, [envelope.id, *([str(closing["next"])] if closing["next"] else [])])
    movements = _reversal(session, envelope)
    ledger.post(session, actor, now, EntryKind.REOPEN, movements, made.reason)
    envelope.closed_at = None
    session.flush()
    _record(session, actor, now, envelope, _REOPEN, {"entries": closing["entries"]}, made.reason)
    commitments.commit_waiting(session, now, envelope.id)


def _reversal(session: Session, envelope: Envelope) -> list[Movement]:
    """What undoes a closing, posting by posting. Refused where the money is no longer where the closing put it."""
    if envelope.closed_at is None:
        raise Refused("plan.not_closed", year=str(envelope.year))
    query = select(Posting).where(col(Posting.entry_id).in_(_closing(session, envelope)["entries"]))
    made = session.scalars(query.order_by(col(Posting.id))).all()
    used = _used(session, made)
    if used:
        raise Refused("plan.used", year=str(envelope.year), count=str(used))
    return [
        Movement(one.envelope_id, one.target, one.source, Fen(one.amount_fen), one.application_id, one.instalment_id)
        for one in made
    ]


def _used(session: Session, made: Sequence[Posting]) -> int:
    """How many instalments hold their money otherwise than the closing left it, or are no longer owed."""
    ids = sorted({one.instalment_id for one in made if one.instalment_id})
    left: dict[str, set[tuple[str, Account, int]]] = {one: set() for one in ids}
    for one in made:
        if one.instalment_id and one.target in FUNDED:
            left[one.instalment_id].add((one.envelope_id, one.target, one.amount_fen))
    held = ledger.of_instalments(session, ids)
    entries = sorted({one.entry_id for one in made})
    forfeited = (
        select(col(Instalment.id))
        .join(Posting, col(Posting.instalment_id) == col(Instalment.id))
        .where(col(Posting.entry_id).in_(entries), col(Instalment.forfeited_at).is_not(None))
    )
    gone = set(session.scalars(forfeited))
    return sum(
        one in gone or {each for each in held.get(one, ()) if each.account in FUNDED} != left[one] for one in ids
    )


def _closing(session: Session, envelope: Envelope) -> Mapping[str, Any]:
    """What the record tells of the last closing of an envelope's books."""
    query = select(col(Event.after_json)).where(
        col(Event.subject_kind) == ledger.SUBJECT, col(Event.subject_id) == envelope.id, col(Event.command) == _CLOSE
    )
    told = session.scalars(query.order_by(col(Event.position).desc()).limit(1)).one()
    found: dict[str, Any] = json.loads(str(told))
    return found


def _refuse(session: Session, told: Open, choice: Choice) -> None:
    """Raises why an envelope's books cannot be closed."""
    year = str(told.envelope.year)
    if told.envelope.closed_at is not None:
        raise Refused("plan.closed_already", year=year)
    if told.runs or told.in_flight:
        raise Refused(
            "plan.in_flight", year=year, amount=yuan(told.in_flight), runs=", ".join(told.runs[:_NAMED]) or "–"
        )
    if choice is Choice.CARRY_OVER and _carries(told.envelope):
        following = _following(session, told.envelope)
        if following is not None and following.closed_at is not None:
            raise Refused("plan.next_closed", year=str(following.year))


def _carries(envelope: Envelope) -> bool:
    return bool(envelope.committed_fen or envelope.payable_fen)


def _following(session: Session, envelope: Envelope) -> Envelope | None:
    query = select(Envelope).where(
        col(Envelope.policy_id) == envelope.policy_id,
        col(Envelope.scheme_id) == envelope.scheme_id,
        col(Envelope.year) == envelope.year + 1,
    )
    return session.scalars(query).one_or_none()


def _next(session: Session, actor: Actor, now: datetime, envelope: Envelope) -> Envelope:
    """The envelope of the year after, opened where there is none yet."""
    whose = envelope.policy_id, envelope.scheme_id, envelope.year + 1, envelope.exhausted
    made = _following(session, envelope) or opened(session, actor, now, *whose) or _following(session, envelope)
    if made is None:
        raise BadInput([FieldFault("/year", "finance.no_year", {"value": str(envelope.year + 1)})])
    return made


def _later(session: Session, envelope: Envelope) -> Sequence[str]:
    """The open envelopes of the scheme's years after this one."""
    query = select(col(Envelope.id)).where(
        col(Envelope.policy_id) == envelope.policy_id,
        col(Envelope.scheme_id) == envelope.scheme_id,
        col(Envelope.year) > envelope.year,
        col(Envelope.closed_at).is_(None),
    )
    return session.scalars(query.order_by(col(Envelope.year))).all()


def _positions(session: Session, envelope: Envelope) -> Sequence[tuple[str, str, Position]]:
    """What of the envelope is committed or payable: instalment, case and how much, in order of the instalments."""
    query = (
        select(col(Instalment.id), col(Award.application_id))
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Posting, col(Posting.instalment_id) == col(Instalment.id))
        .where(col(Posting.envelope_id) == envelope.id)
        .distinct()
    )
    cases: dict[str, str] = {row[0]: row[1] for row in session.execute(query)}
    return [
        (instalment_id, cases[instalment_id], position)
        for instalment_id, positions in sorted(ledger.of_instalments(session, cases).items())
        for position in positions
        if position.envelope_id == envelope.id and position.account in _OPEN
    ]


def _reserved(session: Session, envelope: Envelope) -> Sequence[Movement]:
    """What gives back the reservations of an envelope, case by case."""
    query = (
        select(col(Posting.application_id))
        .where(
            col(Posting.envelope_id) == envelope.id,
            (col(Posting.source) == Account.RESERVED) | (col(Posting.target) == Account.RESERVED),
        )
        .distinct()
    )
    return [
        Movement(envelope.id, Account.RESERVED, Account.AVAILABLE, position.amount, application_id)
        for application_id in sorted(str(one) for one in session.scalars(query))
        for position in ledger.of_case(session, application_id)
        if position.envelope_id == envelope.id and position.account is Account.RESERVED
    ]


def _runs(session: Session, envelope: Envelope) -> Sequence[str]:
    """The numbers of the runs in which payments of the envelope's money have no outcome yet."""
    drawn = (
        select(col(Posting.instalment_id))
        .where(col(Posting.envelope_id) == envelope.id, col(Posting.target) == Account.PAYABLE)
        .distinct()
    )
    query = (
        select(col(PayoutRun.number))
        .join(Payment, col(Payment.run_id) == col(PayoutRun.id))
        .where(
            col(Payment.state).in_((PaymentState.DRAFTED, PaymentState.IN_FLIGHT)),
            col(Payment.instalment_id).in_(drawn),
        )
        .distinct()
    )
    return sorted(session.scalars(query))


def _lock_cases(session: Session, envelope: Envelope) -> None:
    """Locks the cases whose money is in an envelope."""
    about = (
        select(func.coalesce(col(Posting.application_id), col(Award.application_id)))
        .outerjoin(Instalment, col(Instalment.id) == col(Posting.instalment_id))
        .outerjoin(Award, col(Award.id) == col(Instalment.award_id))
        .where(col(Posting.envelope_id) == envelope.id)
    )
    cases = select(col(Application.id)).where(col(Application.id).in_(about))
    session.execute(cases.order_by(col(Application.id)).with_for_update())


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    envelope: Envelope,
    command: str,
    after: Mapping[str, object],
    reason: str,
) -> None:
    entry = events.entry(actor, now, envelope.id, command, {}, after, reason, kind=ledger.SUBJECT)
    events.append(session, [entry])
