"""Whether awards that were amended come to what their last amendment gives, and demands to what became of them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from rules.load import PackError, load_content
from rules.money import Fen, split, yuan
from subsidy.audit import Discrepancy
from subsidy.finance import ledger
from subsidy.records import (
    Account,
    Adjustment,
    Amendment,
    Application,
    Award,
    Event,
    Instalment,
    PolicyText,
    Receipt,
    Recovery,
    RecoveryStep,
    RecoveryStepKind,
)
from subsidy.workflow.events import SUBJECT
from subsidy.workflow.transitions import Command


def discrepancies(session: Session) -> Iterator[Discrepancy]:
    """Everything that does not agree; nothing where all is well. Receipts are replayed where all of them are."""
    yield from _adjusted(session)
    made: dict[str, list[Amendment]] = defaultdict(list)
    for one in session.scalars(select(Amendment).order_by(col(Amendment.award_id), col(Amendment.number))):
        made[one.award_id].append(one)
    told = _told(session)
    awards = select(Award, Application).join(Application, col(Application.id) == col(Award.application_id))
    for award, application in session.execute(awards.where(col(Award.id).in_(sorted(made)))):
        kept = {one.number: yuan(one.amount_fen) for one in made[award.id]}
        if told.pop(application.id, {}) != kept:
            yield Discrepancy(application.number, "amendment_record")
        for one in made[award.id]:
            yield from _receipt(session, application, one)
        yield from _comes_to(session, award, application, made[award.id][-1])
    for application_id in sorted(told):
        yield Discrepancy(session.get_one(Application, application_id).number, "amendment_record")
    yield from _recoveries(session)


def _told(session: Session) -> dict[str, dict[int, str]]:
    """By case, what the record says of its amendments: the number, and what is due in all after it."""
    query = select(col(Event.subject_id), col(Event.after_json)).where(
        col(Event.subject_kind) == SUBJECT, col(Event.command).in_([Command.AMEND, Command.REVOKE])
    )
    told: dict[str, dict[int, str]] = defaultdict(dict)
    for case, after_json in session.execute(query):
        after = _read(after_json)
        told[case][int(after.get("amendment", 0))] = str(after.get("award_due"))
    return told


def _adjusted(session: Session) -> Iterator[Discrepancy]:
    """Instalments whose kept sum is not that of their adjustments."""
    total = func.coalesce(func.sum(Adjustment.delta_fen), 0)
    query = (
        select(col(Application.number), col(Instalment.number), col(Instalment.adjusted_fen), total)
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .outerjoin(Adjustment, col(Adjustment.instalment_id) == col(Instalment.id))
        .group_by(col(Application.number), col(Instalment.id), col(Instalment.number), col(Instalment.adjusted_fen))
        .having(total != col(Instalment.adjusted_fen))
    )
    for number, part, kept, found in session.execute(query):
        params = {"part": str(part), "kept": yuan(kept), "found": yuan(int(found))}
        yield Discrepancy(number, "instalment_adjusted", params)


def _receipt(session: Session, application: Application, made: Amendment) -> Iterator[Discrepancy]:
    """Whether an amendment on corrected facts is what its receipt says, on these facts among others."""
    if made.receipt_digest is None:
        return
    receipt = session.get(Receipt, made.receipt_digest)
    told = _read(receipt.content) if receipt else {}
    award, eligible = told.get("award"), told.get("outcome") == "eligible"
    amount = award.get("amount") if eligible and isinstance(award, dict) else None
    facts = told.get("facts")
    corrected = _read(made.facts_json)
    agree = isinstance(facts, dict) and all(facts.get(key) == value for key, value in corrected.items())
    if (amount or yuan(0)) != yuan(made.entitled_fen) or not agree:
        params = {"kept": yuan(made.entitled_fen), "found": str(amount or yuan(0))}
        yield Discrepancy(application.number, "amendment_receipt", params)


def _comes_to(session: Session, award: Award, application: Application, last: Amendment) -> Iterator[Discrepancy]:
    """Paid, to be paid and owed back against the award worked out anew: without parts that are forfeited or disallowed."""
    text = session.get(PolicyText, award.policy_digest)
    try:
        weights = load_content(text.content).scheme(application.scheme_id).terms.weights if text else None
    except (PackError, ValueError, KeyError):
        weights = None
    if weights is None:
        return  # told where the texts are looked at
    parts = session.scalars(select(Instalment).where(col(Instalment.award_id) == award.id)).all()
    lost = {int(number) for number in json.loads(last.disallowed_json)}
    lost |= {one.number for one in parts if one.forfeited_at is not None}
    anew = sum(part for number, part in enumerate(split(Fen(last.entitled_fen), weights), 1) if number not in lost)
    found = sum(one.effective_fen for one in parts if one.forfeited_at is None) - _demanded(session, award)
    if found != anew:
        params = {"kept": yuan(anew), "found": f"{'-' if found < 0 else ''}{yuan(abs(found))}"}
        yield Discrepancy(application.number, "amendment_sum", params)


def _demanded(session: Session, award: Award) -> int:
    """What was demanded back of an award, less what was withdrawn."""
    demanded = select(func.coalesce(func.sum(Recovery.amount_fen), 0)).where(col(Recovery.award_id) == award.id)
    withdrawn = (
        select(func.coalesce(func.sum(RecoveryStep.amount_fen), 0))
        .join(Recovery, col(Recovery.id) == col(RecoveryStep.recovery_id))
        .where(col(Recovery.award_id) == award.id, col(RecoveryStep.kind) == RecoveryStepKind.WITHDRAWAL)
    )
    return int(session.execute(demanded).scalar_one()) - int(session.execute(withdrawn).scalar_one())


def _recoveries(session: Session) -> Iterator[Discrepancy]:
    """Demands whose kept sum is not that of their steps, and awards of which the books have another sum outstanding."""
    total = func.coalesce(func.sum(RecoveryStep.amount_fen), 0)
    query = (
        select(Recovery, total)
        .outerjoin(RecoveryStep, col(RecoveryStep.recovery_id) == col(Recovery.id))
        .group_by(*Recovery.__table__.columns)  # type: ignore[attr-defined]
    )
    outstanding: dict[str, int] = defaultdict(int)
    for one, settled in session.execute(query):
        outstanding[one.award_id] += one.open_fen
        if int(settled) != one.settled_fen:
            params = {"kept": yuan(one.settled_fen), "found": yuan(int(settled))}
            yield Discrepancy(one.number, "recovery_steps", params)
    for award_id, expected in sorted(outstanding.items()):
        parts = session.scalars(select(col(Instalment.id)).where(col(Instalment.award_id) == award_id)).all()
        found = _receivable(ledger.of_instalments(session, parts))
        if found != expected:
            where = session.get_one(Application, session.get_one(Award, award_id).application_id).number
            yield Discrepancy(where, "recovery_books", {"kept": yuan(expected), "found": yuan(found)})


def _receivable(positions: Mapping[str, Sequence[ledger.Position]]) -> int:
    return sum(one.amount for held in positions.values() for one in held if one.account is Account.RECEIVABLE)


def _read(kept: str | None) -> dict[str, Any]:
    """What a text says; nothing where it cannot be read, which is told elsewhere."""
    try:
        read = json.loads(kept or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
