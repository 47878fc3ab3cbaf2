"""What an administrator does with an application that was handed in: judge, correct, set the rate."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session

from rules.facts import Value, percent
from rules.faults import BadInput, excerpt
from subsidy.errors import FieldFault, Refused
from subsidy.records import Application, ApplicationFact
from subsidy.workflow import approval, documents, door
from subsidy.workflow.actor import Actor
from subsidy.workflow.sheet import Sheet, asked_of_applicant, canonical, open_sheet
from subsidy.workflow.transitions import Command


def judge(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    key: str,
    value: Value | None,
    reason: str,
    version: int,
    document_id: str | None = None,
) -> Application:
    """The administrator's own judgement of a point that only a person can decide (Q11); None takes it back."""

    def allowed(sheet: Sheet) -> Collection[str]:
        return {condition.fact for condition in sheet.scheme.conditions if condition.decided_by == "person"}

    return _verify(
        session, actor, now, Command.JUDGE, application_id, key, value, reason, version, allowed, document_id
    )


def correct(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    key: str,
    value: Value | None,
    reason: str,
    version: int,
    document_id: str | None = None,
) -> Application:
    """What the evidence shows, in place of what was declared or confirming it; None goes back to what was declared."""

    def allowed(sheet: Sheet) -> Collection[str]:
        return {fact.key for fact in asked_of_applicant(sheet.policy, sheet.scheme)} - sheet.persons

    return _verify(
        session, actor, now, Command.CORRECT, application_id, key, value, reason, version, allowed, document_id
    )


def set_rate(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    rate: Decimal | None,
    reason: str,
    version: int,
    document_id: str | None = None,
) -> Application:
    """The rate granted, inside the range that the text prints; None takes it back.

    Raises Refused where the scheme leaves no rate to set, BadInput where the rate lies outside the range.
    """
    with door.change(session, actor, now, Command.SET_RATE, application_id, version=version, reason=reason) as change:
        sheet = open_sheet(session, change.application)
        key = sheet.scheme.benefit.granted
        if key is None:
            raise Refused("workflow.no_rate_to_set")
        if rate is not None:
            _check_range(sheet, key, rate, approval.day_of_rule(change.application))
        _store(session, actor, now, change, sheet, key, rate, document_id)
    return change.application


def _verify(
    session: Session,
    actor: Actor,
    now: datetime,
    command: Command,
    application_id: str,
    key: str,
    value: Value | None,
    reason: str,
    version: int,
    allowed: Callable[[Sheet], Collection[str]],
    document_id: str | None,
) -> Application:
    with door.change(session, actor, now, command, application_id, version=version, reason=reason) as change:
        sheet = open_sheet(session, change.application)
        known = allowed(sheet)
        if key not in known:
            found = {"value": excerpt(key), "known": ", ".join(sorted(known))}
            raise BadInput([FieldFault("/key", f"workflow.not_to_{command}", found)])
        _store(session, actor, now, change, sheet, key, value, document_id)
    return change.application


def _store(
    session: Session,
    actor: Actor,
    now: datetime,
    change: door.Change,
    sheet: Sheet,
    key: str,
    value: Value | None,
    document_id: str | None,
) -> None:
    evidence = None
    if value is not None and document_id is not None:
        evidence = documents.relied_on(session, change.application.id, document_id)
    row = sheet.rows.get(key) or ApplicationFact(application_id=change.application.id, key=key, set_at=now)
    text = None if value is None else canonical(sheet.policy.fact(key), value)
    change.before["facts"], change.after["facts"] = {key: row.verified}, {key: text}
    row.verified, row.reason, row.verified_by, row.verified_at = text, change.reason, actor.id, now
    row.document_id = evidence.id if evidence else None
    if evidence is not None:
        change.after["rests_on"] = documents.named(evidence)
    session.add(row)


def _check_range(sheet: Sheet, key: str, rate: Decimal, on: date) -> None:
    allowed = sheet.scheme.benefit.allowed(sheet.policy.scheme_on(sheet.scheme.id, on).numbers)
    if allowed is None or allowed.holds(rate):
        return
    code = "workflow.rate_between" if allowed.low_included else "workflow.rate_up_to"
    found = {"value": percent(rate), "low": percent(allowed.low), "high": percent(allowed.high)}
    raise BadInput([FieldFault(f"/facts/{key}", code, found)])
