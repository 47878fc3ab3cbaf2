"""Operating years of an award: their verified figures, and what is decided where a year falls short (Q2)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from rules.facts import Value
from rules.faults import BadInput, Fault
from schedules.due import Status
from subsidy.errors import NotFound, Refused
from subsidy.finance import commitments
from subsidy.records import Application, Award, Decision, Instalment, OperatingFigure, YearDecision
from subsidy.workflow import door, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.approval import day_of_rule
from subsidy.workflow.entitlement import part_of
from subsidy.workflow.sheet import canonical, open_sheet, policy_under
from subsidy.workflow.standing import Bench, Known, known, yearly_test
from subsidy.workflow.transitions import Command


def record_figure(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    award_id: str,
    year_number: int,
    value: Value,
    evidence: str,
    reason: str | None = None,
    version: int | None = None,
) -> OperatingFigure:
    """The verified figure of an operating year that has ended, and where the evidence can be read.

    A figure that is recorded already is corrected, for a reason. What was decided on a former figure, release or
    forfeiture, no longer holds, unless the instalment has been disbursed: that is history.
    """
    award = session.get(Award, words.identifier(award_id))
    if award is None:
        raise NotFound
    with door.change(
        session, actor, now, Command.RECORD_FIGURE, award.application_id, version=version, reason=reason
    ) as change:
        instalments = [one for one in _lock(session, award_id) if one.year_number == year_number]
        _refuse_year(instalments, year_number, today)
        former = session.exec(
            select(OperatingFigure).where(
                col(OperatingFigure.award_id) == award_id, col(OperatingFigure.year_number) == year_number
            )
        ).one_or_none()
        evidence = _evidence(evidence, reason_missing=former is not None and change.reason is None)
        figure = former or OperatingFigure(
            award_id=award_id, year_number=year_number, value="", evidence="", recorded_by="", recorded_at=now
        )
        change.before |= {"year": year_number, "figure": figure.value or None, "evidence": figure.evidence or None}
        figure.value, figure.evidence = _text(session, change.application, award, value), evidence
        figure.recorded_by, figure.recorded_at = str(actor.id), now
        change.after |= {"year": year_number, "figure": figure.value, "evidence": evidence}
        session.add(figure)
        if change.before["figure"] != change.after["figure"]:
            _void_decisions(session, instalments, change)
            commitments.draw_again(session, now, change.application)
    return figure


def release(
    session: Session, actor: Actor, now: datetime, instalment_id: str, reason: str, version: int | None = None
) -> YearDecision:
    """Lets an instalment be paid although its operating year falls short."""
    return _decide(session, actor, now, Command.RELEASE, Decision.RELEASE, instalment_id, reason, version)


def forfeit(
    session: Session, actor: Actor, now: datetime, instalment_id: str, reason: str, version: int | None = None
) -> YearDecision:
    """Gives an instalment up because its operating year falls short: it will not be paid."""
    return _decide(session, actor, now, Command.FORFEIT, Decision.FORFEIT, instalment_id, reason, version)


def _decide(
    session: Session,
    actor: Actor,
    now: datetime,
    command: Command,
    decision: Decision,
    instalment_id: str,
    reason: str,
    version: int | None,
) -> YearDecision:
    instalment = session.get(Instalment, words.identifier(instalment_id))
    if instalment is None:
        raise NotFound
    award = session.get_one(Award, instalment.award_id)
    with door.change(session, actor, now, command, award.application_id, version=version, reason=reason) as change:
        _lock(session, award.id)
        _refuse_decision(session, instalment)
        if decision is Decision.FORFEIT:
            _refuse_netted(session, change.application, award, instalment)
        made = YearDecision(
            instalment_id=instalment_id,
            decision=decision,
            reason=str(change.reason),
            decided_by=str(actor.id),
            decided_at=now,
        )
        session.add(made)
        if decision is Decision.FORFEIT:
            instalment.forfeited_at = now
            session.flush()
            commitments.decommit(session, actor, now, [instalment_id], change.reason)
        change.before |= {"instalment": instalment.number, "decision": None}
        change.after |= {"instalment": instalment.number, "decision": decision.value}
    return made


def _lock(session: Session, award_id: str) -> Sequence[Instalment]:
    """The instalments of an award, which neither a disbursement nor a decision can touch until the transaction ends."""
    query = select(Instalment).where(col(Instalment.award_id) == award_id)
    query = query.order_by(col(Instalment.due_on), col(Instalment.id))
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).all()


def _refuse_year(instalments: Sequence[Instalment], year_number: int, today: date) -> None:
    if not instalments:
        raise Refused("workflow.year_not_tested", year=str(year_number))
    end = instalments[0].year_end
    if end is not None and today <= end:
        after = end + timedelta(days=1)
        raise Refused("workflow.year_not_over", year=str(year_number), end=end.isoformat(), after=after.isoformat())


_UNDECIDABLE: Final = {
    Status.GENERATED: "workflow.already_generated",
    Status.FORFEITED: "workflow.already_decided",
    Status.HELD: "workflow.figure_first",
}


def _refuse_decision(session: Session, instalment: Instalment) -> None:
    """Only an instalment whose year is known to fall short, and on which nothing was decided, can be decided on."""
    row = Known(*session.execute(known().where(col(Instalment.id) == instalment.id)).one())
    standing = Bench(session, as_of=instalment.due_on).standing(row)
    if standing.reason == "year_falls_short":
        return
    code = "workflow.already_decided" if row.decision else _UNDECIDABLE.get(standing.status, "workflow.not_held")
    raise Refused(code, number=str(instalment.number))


def _refuse_netted(session: Session, application: Application, award: Award, instalment: Instalment) -> None:
    """What was netted against an instalment would be lost with it: only another amendment moves it elsewhere."""
    part = part_of(session, open_sheet(session, application), award, instalment.number)
    if part is not None and part != instalment.effective_fen:
        raise Refused("workflow.forfeit_by_amendment", number=str(instalment.number))


def _evidence(typed: str, *, reason_missing: bool) -> str:
    faults: list[Fault] = []
    evidence = words.line(typed, "evidence", faults)
    if reason_missing:
        words.passage("", "reason", faults)
    if faults:
        raise BadInput(faults)
    return evidence


def _text(session: Session, application: Application, award: Award, value: Value) -> str:
    policy = policy_under(session, application.policy_id, award.policy_digest)
    return canonical(yearly_test(policy, application.scheme_id, day_of_rule(application)).fact, value)


def _void_decisions(session: Session, instalments: Sequence[Instalment], change: door.Change) -> None:
    for instalment in instalments:
        row = Known(*session.execute(known().where(col(Instalment.id) == instalment.id)).one())
        if row.decision is None or row.generated_on is not None:
            continue
        query = select(YearDecision).where(col(YearDecision.instalment_id) == instalment.id)
        session.delete(session.exec(query).one())
        instalment.forfeited_at = None
        change.before |= {"instalment": instalment.number, "decision": row.decision.value}
        change.after |= {"instalment": instalment.number, "decision": None}
