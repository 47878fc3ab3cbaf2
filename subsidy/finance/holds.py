"""Holds: what keeps an instalment, a case or a whole payee from being paid for a while. They move no money."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault
from schedules.clock import SHANGHAI
from subsidy.errors import FieldFault, Forbidden, NotFound, Refused
from subsidy.records import Application, Duty, Hold, HoldCategory, Instalment, Organisation, Record
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor

SUBJECT: Final = "hold"


class Scope(StrEnum):
    """What a hold stands on."""

    INSTALMENT = "instalment"
    CASE = "application"
    PAYEE = "organisation"


_TABLES: Final[Mapping[Scope, type[Record]]] = {
    Scope.INSTALMENT: Instalment,
    Scope.CASE: Application,
    Scope.PAYEE: Organisation,
}


@dataclass(frozen=True)
class Standing:
    """The holds that stand on a day, by what they stand on."""

    by_subject: Mapping[tuple[Scope, str], Sequence[Hold]]

    def on(self, organisation_id: str, application_id: str, instalment_id: str) -> Sequence[Hold]:
        """Those that keep one instalment from being paid."""
        subjects = (Scope.PAYEE, organisation_id), (Scope.CASE, application_id), (Scope.INSTALMENT, instalment_id)
        return [hold for subject in subjects for hold in self.by_subject.get(subject, ())]


def standing(session: Session, day: date) -> Standing:
    """The holds that stand on a day, in one query, however many instalments there are."""
    found: dict[tuple[Scope, str], list[Hold]] = defaultdict(list)
    for hold in session.exec(select(Hold).where(stands_on(day)).order_by(col(Hold.made_at), col(Hold.id))):
        found[subject_of(hold)].append(hold)
    return Standing(found)


def stands_on(day: date) -> ColumnElement[bool]:
    """Neither ended nor run out before that day."""
    return col(Hold.ended_at).is_(None) & or_(col(Hold.until).is_(None), col(Hold.until) >= day)


def subject_of(hold: Hold) -> tuple[Scope, str]:
    """What a hold stands on."""
    return next((one, given) for one in Scope if (given := getattr(hold, f"{one}_id")) is not None)


def place(
    session: Session,
    actor: Actor,
    now: datetime,
    on: Scope,
    subject_id: str,
    category: str,
    reason: str,
    until: date | None = None,
) -> Hold:
    """A hold from now on, up to and with its last day where it has one.

    Raises Forbidden to whoever has no duty in finance, NotFound, BadInput.
    """
    if refusal := may_place(actor):
        raise refusal
    faults: list[Fault] = []
    if category not in list(HoldCategory):
        faults.append(FieldFault("/category", "payout.no_category"))
    reason = words.passage(reason, "reason", faults)
    if until is not None and until < now.astimezone(SHANGHAI).date():
        faults.append(FieldFault("/until", "payout.until_past"))
    if session.get(_TABLES[on], words.identifier(subject_id)) is None:
        raise NotFound
    if faults:
        raise BadInput(faults)
    return put(session, actor, now, on, subject_id, HoldCategory(category), reason, until)


def put(
    session: Session,
    actor: Actor,
    now: datetime,
    on: Scope,
    subject_id: str,
    category: HoldCategory,
    reason: str,
    until: date | None = None,
) -> Hold:
    """A hold that follows from another step, whose own rules have been kept; also one of the system's."""
    about: dict[str, Any] = {f"{on}_id": subject_id}
    made = Hold(category=category, reason=reason, made_by=actor.id, made_at=now, until=until, **about)
    session.add(made)
    session.flush()
    told = {"category": category.value, on.value: subject_id, "until": until and until.isoformat()}
    events.append(session, [events.entry(actor, now, made.id, "place_hold", {}, told, reason, kind=SUBJECT)])
    return made


def end(session: Session, actor: Actor, now: datetime, hold_id: str, reason: str) -> Hold:
    """Ends a hold, for a reason. Raises NotFound, Forbidden, Refused where it has ended already, BadInput."""
    hold = _lock(session, hold_id)
    if refusal := why_not_end(actor, hold):
        raise refusal
    faults: list[Fault] = []
    reason = words.passage(reason, "reason", faults)
    if faults:
        raise BadInput(faults)
    lift(session, actor, now, hold, reason)
    return hold


def lift(session: Session, actor: Actor, now: datetime, hold: Hold, reason: str) -> None:
    """Ends a hold as another step has it, whose own rules have been kept."""
    hold.ended_by, hold.ended_at, hold.end_reason = actor.id, now, reason
    session.flush()
    events.append(session, [events.entry(actor, now, hold.id, "end_hold", {}, {}, reason, kind=SUBJECT)])


def why_not_end(actor: Actor, hold: Hold) -> Refused | None:
    """Why this person may not end a hold; None where he may. One for a reported fraud is ended by who checks, with the report
    where it is of a payee; one that the system set, after a change of account, runs out by itself."""
    if hold.category is HoldCategory.FRAUD and Duty.CHECK not in actor.duties:
        return Forbidden("workflow.lacks_check")
    if hold.category is HoldCategory.FRAUD and hold.organisation_id is not None:
        return Refused("payout.hold_of_fraud")
    if refusal := may_place(actor):
        return refusal
    if hold.made_by is None:
        return Refused("payout.hold_of_system")
    return Refused("payout.hold_ended") if hold.ended_at is not None else None


def scope(given: str) -> Scope:
    """What a hold is to stand on; BadInput where the word is none of them."""
    if given not in list(Scope):
        raise BadInput([FieldFault("/scope", "payout.no_scope")])
    return Scope(given)


def may_place(actor: Actor) -> Forbidden | None:
    """Why this person may not set holds; None where he may."""
    return None if actor.duties & {Duty.MAKE, Duty.CHECK} else Forbidden("payout.lacks_finance")


def find(session: Session, hold_id: str) -> Hold:
    """One hold; NotFound where there is none."""
    hold = session.get(Hold, words.identifier(hold_id))
    if hold is None:
        raise NotFound
    return hold


def _lock(session: Session, hold_id: str) -> Hold:
    query = select(Hold).where(col(Hold.id) == words.identifier(hold_id))
    hold = session.exec(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if hold is None:
        raise NotFound
    return hold
