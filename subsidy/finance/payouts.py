"""Payout runs: opened and filled by one person, checked and approved by another, frozen, handed out once, and confirmed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, func, update
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault
from rules.load import packs
from rules.money import parse_yuan, yuan
from rules.typed import tidy
from schedules.clock import SHANGHAI
from subsidy.errors import FieldFault, Forbidden, NotFound, Refused
from subsidy.finance import ledger, payout_lines, payout_steps
from subsidy.finance.envelopes import YEARS
from subsidy.finance.ledger import Movement
from subsidy.finance.payout_filling import Choice, fill, fill_at_once
from subsidy.finance.payout_lines import frozen_lines
from subsidy.finance.payout_steps import Change, Step, lacking, why_not
from subsidy.finance.proposals import propose
from subsidy.records import (
    Account,
    Duty,
    EntryKind,
    Envelope,
    Payment,
    PaymentState,
    PayoutRun,
    PayoutStatus,
    Proposal,
    ProposalKind,
    Role,
)
from subsidy.workflow import words
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import person_of

__all__ = ["Choice", "fill", "fill_at_once", "frozen_lines", "why_not"]

HANDED_OUT: Final = timedelta(hours=24)
"""For how long after a hand-out its files can be fetched, in whatever kinds are needed; they are the same each time."""


def open_run(
    session: Session,
    actor: Actor,
    now: datetime,
    policy_id: str,
    year: int,
    scheme_id: str | None = None,
    note: str | None = None,
) -> PayoutRun:
    """An empty run that pays from the envelopes of a year. Raises Forbidden, BadInput; Stale where two open one at once."""
    if refusal := lacking(actor, Step.OPEN):
        raise refusal
    faults: list[Fault] = []
    policy = packs().get(policy_id)
    if policy is None:
        faults.append(Fault("/policy", "unknown_policy", {"value": policy_id[:40], "known": ", ".join(packs())}))
    elif scheme_id is not None and scheme_id not in (known := [scheme.id for scheme in policy.schemes]):
        faults.append(Fault("/scheme", "unknown_scheme", {"value": scheme_id[:40], "known": ", ".join(known)}))
    if year not in YEARS:
        faults.append(FieldFault("/year", "finance.no_year", {"value": str(year)}))
    note = words.passage(note, "note", faults) if note and note.strip() else None
    if faults:
        raise BadInput(faults)
    today = now.astimezone(SHANGHAI).date()
    run = PayoutRun(
        number=_next_number(session, today.year),
        policy_id=policy_id,
        year=year,
        scheme_id=scheme_id,
        as_of=today,
        note=note,
        made_by=str(actor.id),
        made_person=person_of(session, actor),
        made_at=now,
    )
    session.add(run)
    session.flush()
    told = Change(run, None, {}, {"status": run.status.value, "number": run.number, "year": str(year)})
    payout_steps.record(session, actor, now, Step.OPEN, told)
    return run


def take_out(
    session: Session, actor: Actor, now: datetime, run_id: str, version: int | None, payment_ids: Collection[str]
) -> PayoutRun:
    """Takes payments out of an open run; they can be put into another one. BadInput where one of them is not in it."""
    with payout_steps.change(session, actor, now, Step.TAKE_OUT, run_id, version=version) as step:
        query = select(Payment).where(col(Payment.run_id) == run_id, col(Payment.id).in_(sorted(set(payment_ids))))
        found = session.exec(query.order_by(col(Payment.line))).all()
        if not found or len(found) < len(set(payment_ids)):
            raise BadInput([FieldFault("/payments", "payout.not_in_run", {"number": step.run.number})])
        session.execute(delete(Payment).where(col(Payment.id).in_([one.id for one in found])))
        _count(session, step.run)
        step.after |= {"taken_out": " ".join(one.key for one in found), "count": str(step.run.count)}
    return step.run


def submit(session: Session, actor: Actor, now: datetime, run_id: str, version: int | None) -> PayoutRun:
    """Hands a run to a second person: its lines are written down as they will be handed out.

    Raises Refused where it is empty, or where a line can no longer be paid.
    """
    with payout_steps.change(session, actor, now, Step.SUBMIT, run_id, version=version) as step:
        run = step.run
        _count(session, run)
        if not run.count:
            raise Refused("payout.empty", number=run.number)
        run.as_of = now.astimezone(SHANGHAI).date()
        payout_lines.write_down(session, run, run.as_of)
        step.after |= _told(run)
    return run


def check(
    session: Session, actor: Actor, now: datetime, run_id: str, version: int | None, control_total: str
) -> PayoutRun:
    """What a second person has checked against the papers: the total in yuan that he has from there must be the run's.

    Raises BadInput where it is not.
    """
    with payout_steps.change(session, actor, now, Step.CHECK, run_id, version=version) as step:
        run = step.run
        _agrees(run, control_total)
        run.checked_by, run.checked_person, run.checked_at = str(actor.id), person_of(session, actor), now
        step.after |= _told(run)
    return run


def approve(session: Session, actor: Actor, now: datetime, run_id: str, version: int | None) -> PayoutRun:
    """Freezes a run by its digest. Raises Refused, naming the lines, where anything about them has changed meanwhile."""
    with payout_steps.change(session, actor, now, Step.APPROVE, run_id, version=version) as step:
        run = step.run
        _whole(session, run)
        payout_lines.refuse_unfit(session, run, now.astimezone(SHANGHAI).date())
        run.approved_by, run.approved_person, run.approved_at = str(actor.id), person_of(session, actor), now
        run.digest = payout_lines.digest_of(session, run)
        step.after |= {**_told(run), "digest": run.digest}
    return run


def export(session: Session, actor: Actor, now: datetime, run_id: str, version: int | None) -> PayoutRun:
    """Hands a run out, once: its money is in flight from now on, and for a while its files can be fetched.

    Raises Refused where it is no longer what was approved, or where a payment can no longer be made.
    """
    with payout_steps.change(session, actor, now, Step.EXPORT, run_id, version=version) as step:
        run = step.run
        payout_lines.verify(session, run)
        _whole(session, run)
        _envelopes(session, run)
        payout_lines.refuse_unfit(session, run, now.astimezone(SHANGHAI).date())
        _send(session, actor, now, run)
        run.exported_by, run.exported_at = str(actor.id), now
        step.after |= {**_told(run), "digest": run.digest}
    return run


def send_back(
    session: Session, actor: Actor, now: datetime, run_id: str, version: int | None, reason: str
) -> PayoutRun:
    """Back to its maker, for a reason; what was checked and approved of it counts no more."""
    with payout_steps.change(session, actor, now, Step.SEND_BACK, run_id, version=version, reason=reason) as step:
        run = step.run
        step.before |= {"digest": run.digest} if run.digest else {}
        run.checked_by = run.checked_person = run.checked_at = None
        run.approved_by = run.approved_person = run.approved_at = run.digest = None
    return run


def abandon(session: Session, actor: Actor, now: datetime, run_id: str, version: int | None, reason: str) -> PayoutRun:
    """Gives an open run up, for a reason; its payments can be put into another one."""
    with payout_steps.change(session, actor, now, Step.ABANDON, run_id, version=version, reason=reason) as step:
        run = step.run
        step.before |= _told(run)
        session.execute(delete(Payment).where(col(Payment.run_id) == run_id))
        _count(session, run)
        run.ended_at = now
    return run


def close(session: Session, actor: Actor, now: datetime, run_id: str, version: int | None) -> PayoutRun:
    """Ends a run of which every payment has its outcome."""
    with payout_steps.change(session, actor, now, Step.CLOSE, run_id, version=version) as step:
        step.run.ended_at = now
    return step.run


def note_outcomes(session: Session, actor: Actor, now: datetime, run_ids: Iterable[str]) -> None:
    """After outcomes of payments have been stored: those of the runs that wait for no more of them are confirmed."""
    for run_id, run in payout_steps.lock(session, run_ids).items():
        waits = exists().where(col(Payment.run_id) == run_id, col(Payment.state) == PaymentState.IN_FLIGHT)
        if run.status is PayoutStatus.EXPORTED and not session.exec(select(waits)).one():
            with payout_steps.change(session, actor, now, Step.CONFIRM, run_id):
                pass


def ask_again(session: Session, actor: Actor, now: datetime, run_id: str, reason: str) -> Proposal:
    """Proposes that the files of a run be handed out once more, which another person has to confirm.

    Raises Forbidden, NotFound, BadInput, Refused where they have not been handed out yet.
    """
    run = payout_steps.lock(session, [run_id])[run_id]
    if refusal := why_not(session, actor, Step.REISSUE, run):
        raise refusal
    told = {"run": run.number, "digest": str(run.digest)}
    return propose(session, actor, now, ProposalKind.REISSUE, run.id, told, reason)


def hand_out_again(session: Session, actor: Actor, now: datetime, made: Proposal) -> None:
    """What follows when that is confirmed: for a while the files can be fetched again, if they still are what was approved."""
    run = payout_steps.lock(session, [made.subject_id])[made.subject_id]
    payout_lines.verify(session, run)
    told = Change(run, made.reason, {}, {"digest": run.digest, "proposal": made.id})
    payout_steps.record(session, actor, now, Step.REISSUE, told)


def may_download(session: Session, actor: Actor, now: datetime, run: PayoutRun) -> Refused | None:
    """Why the files of a run cannot be fetched by this person now; None where they can be."""
    if actor.role != Role.FINANCE:
        return Forbidden()
    if not actor.duties & {Duty.MAKE, Duty.CHECK}:
        return Forbidden("payout.lacks_finance")
    if run.exported_at is None:
        return Refused("payout.not_handed_out", number=run.number)
    query = select(func.max(col(Proposal.decided_at))).where(
        col(Proposal.subject_id) == run.id,
        col(Proposal.kind) == ProposalKind.REISSUE,
        col(Proposal.confirmed).is_(True),
    )
    again = session.exec(query).one()
    last = max(run.exported_at, again) if again else run.exported_at
    return None if now - last <= HANDED_OUT else Refused("payout.handed_out", number=run.number)


def find(session: Session, run_id: str) -> PayoutRun:
    """One run; NotFound where there is none."""
    run = session.get(PayoutRun, words.identifier(run_id))
    if run is None:
        raise NotFound
    return run


def runs(session: Session, status: PayoutStatus | None = None, limit: int | None = None) -> Sequence[PayoutRun]:
    """The runs, the latest first."""
    query = select(PayoutRun)
    if status is not None:
        query = query.where(col(PayoutRun.status) == status)
    return session.exec(query.order_by(col(PayoutRun.made_at).desc(), col(PayoutRun.number).desc()).limit(limit)).all()


def _send(session: Session, actor: Actor, now: datetime, run: PayoutRun) -> None:
    """Moves the money of every payment from payable to in flight."""
    envelopes = {envelope.id for envelope in _envelopes(session, run)}
    for payments in payout_lines.chunks(session, run):
        positions = ledger.of_instalments(session, [one.instalment_id for one in payments])
        movements = [
            Movement(envelope_id, Account.PAYABLE, Account.IN_FLIGHT, amount, None, one.instalment_id)
            for one in payments
            for envelope_id, account, amount in positions[one.instalment_id]
            if account is Account.PAYABLE and envelope_id in envelopes
        ]
        ledger.post(session, actor, now, EntryKind.SUBMIT, movements, run.number)
    sent = update(Payment).where(col(Payment.run_id) == run.id, col(Payment.state) == PaymentState.DRAFTED)
    session.execute(sent.values(state=PaymentState.IN_FLIGHT), execution_options={"synchronize_session": False})


def _envelopes(session: Session, run: PayoutRun) -> Collection[Envelope]:
    """The envelopes that a run pays from, locked."""
    query = select(col(Envelope.id)).where(col(Envelope.policy_id) == run.policy_id, col(Envelope.year) == run.year)
    return ledger.lock(session, session.exec(query)).values()


def _whole(session: Session, run: PayoutRun) -> None:
    """Raises Refused where the payments of a run are not as many or not as much as it says."""
    if payout_lines.totals(session, run.id) != (run.count, run.amount_fen):
        raise Refused("payout.altered", number=run.number)


def _count(session: Session, run: PayoutRun) -> None:
    run.count, run.amount_fen = payout_lines.totals(session, run.id)


def _told(run: PayoutRun) -> dict[str, str]:
    return {"count": str(run.count), "amount": yuan(run.amount_fen)}


def _agrees(run: PayoutRun, control_total: str) -> None:
    typed = tidy(control_total).removeprefix("¥").removesuffix("元").replace(",", "")
    try:
        total = parse_yuan(typed)
    except ValueError:
        raise BadInput([FieldFault("/control_total", "payout.total_unread")]) from None
    if total != run.amount_fen:
        raise BadInput([FieldFault("/control_total", "payout.total_differs", {"total": yuan(total)})])


def _next_number(session: Session, year: int) -> str:
    """The number after the highest of a year; where two take the same, the second is told so."""
    beginning = f"P-{year}-"
    query = select(func.max(col(PayoutRun.number))).where(col(PayoutRun.number).startswith(beginning))
    last = session.exec(query).one()
    return f"{beginning}{int(last.removeprefix(beginning)) + 1 if last else 1:04d}"
