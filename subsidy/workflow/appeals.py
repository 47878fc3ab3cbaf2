"""Appeals against a refusal, and what becomes of them: upheld, or the case is reviewed anew; and closing what is settled."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from schedules.due import Status as Standing
from subsidy.errors import Forbidden, Refused, SubsidyError
from subsidy.records import Application, Event, LetterKind, Recovery, User
from subsidy.records import ApplicationStatus as Status
from subsidy.workflow import door, events, letters, recommendation
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import person_of
from subsidy.workflow.letters import PLAIN, Dictation
from subsidy.workflow.sheet import open_sheet, policy_of
from subsidy.workflow.standing import Bench, Known, known
from subsidy.workflow.transitions import Command


def appeal(
    session: Session, actor: Actor, now: datetime, today: date, application_id: str, reason: str, version: int
) -> Application:
    """Asks the office to look again at its refusal, for a reason. Raises the refusal of `why_not`."""
    with door.change(session, actor, now, Command.APPEAL, application_id, version=version, reason=reason) as change:
        if refusal := why_not(session, actor, Command.APPEAL, change.application, today):
            raise refusal
    return change.application


def uphold(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    application_id: str,
    version: int,
    reason: str,
    dictation: Dictation = PLAIN,
) -> Application:
    """Keeps to the refusal, for a reason, and writes the letter that says so. Raises the refusal of `why_not`."""
    with door.change(session, actor, now, Command.UPHOLD, application_id, version=version, reason=reason) as change:
        application = change.application
        if refusal := why_not(session, actor, Command.UPHOLD, application, today):
            raise refusal
        application.decided_on, application.decision_reason = today, change.reason
        change.after["decided_on"] = today.isoformat()
        sheet = open_sheet(session, application)
        letters.issue(session, LetterKind.REFUSAL, change, sheet, actor, today, dictation)
    return application


def reopen(
    session: Session, actor: Actor, now: datetime, today: date, application_id: str, version: int, reason: str
) -> Application:
    """Takes the refusal back: the case is reviewed anew, and the letter that told it no longer holds."""
    with door.change(session, actor, now, Command.REOPEN, application_id, version=version, reason=reason) as change:
        application = change.application
        if refusal := why_not(session, actor, Command.REOPEN, application, today):
            raise refusal
        recommendation.void(session, actor, now, application)
        letters.set_aside(session, application.id, LetterKind.REFUSAL)
        change.before["decided_on"] = application.decided_on and application.decided_on.isoformat()
        application.decided_on, application.decision_reason = None, None
    return application


def close(session: Session, actor: Actor, now: datetime, today: date, application_id: str, version: int) -> Application:
    """Ends a case whose every instalment is disbursed or forfeited. Raises the refusal of `why_not`."""
    with door.change(session, actor, now, Command.CLOSE, application_id, version=version) as change:
        if refusal := why_not(session, actor, Command.CLOSE, change.application, today):
            raise refusal
    return change.application


def why_not(
    session: Session, actor: Actor, command: Command, application: Application, today: date
) -> SubsidyError | None:
    """Why this person may not appeal, decide on the appeal or close now; None where he may."""
    if command is Command.CLOSE:
        if not _settled(session, application, today):
            return Refused("workflow.not_settled")
        return Refused("recoveries.still_owed") if _owes(session, application) else None
    if command is Command.APPEAL:
        return _too_late(session, application, today)
    if person_of(session, actor) in _took_part(session, application):
        return Forbidden("workflow.took_part")
    return None


def last_day(session: Session, application: Application) -> date | None:
    """The last day on which a refusal can be appealed; None where it cannot at all."""
    terms = policy_of(session, application).procedure
    if application.status is not Status.REFUSED or application.decided_on is None or terms is None:
        return None
    if _upheld(session, application):
        return None
    return application.decided_on + timedelta(days=terms.appeal.reconsideration_days)


def _too_late(session: Session, application: Application, today: date) -> Refused | None:
    if _upheld(session, application):
        return Refused("workflow.appealed_already")
    until = last_day(session, application)
    if until is None:
        return Refused("workflow.no_appeal")
    return Refused("workflow.appeal_over", day=until.isoformat()) if today > until else None


def _upheld(session: Session, application: Application) -> bool:
    """Whether the refusal that now stands was appealed against before."""
    given = _given(session, application, Command.REFUSE, Command.UPHOLD)
    return bool(given) and given[-1].command == Command.UPHOLD.value


def _took_part(session: Session, application: Application) -> set[str | None]:
    """The people who recommended, signed for or refused what is appealed against, or ever refused this application."""
    made = recommendation.live(session, application)
    refusals = [event.actor_id for event in _given(session, application, Command.REFUSE)]
    decided = session.exec(select(User.person_id).where(col(User.id).in_(refusals))).all()
    if made is None:
        return {*decided}
    return {made.person_id, *decided, *(one.person_id for one in recommendation.signatures(session, made))}


def _given(session: Session, application: Application, *commands: Command) -> Sequence[Event]:
    """The entries of commands in the record of a case, oldest first."""
    query = select(Event).where(
        col(Event.subject_kind) == events.SUBJECT,
        col(Event.subject_id) == application.id,
        col(Event.command).in_([command.value for command in commands]),
    )
    return session.exec(query.order_by(col(Event.position))).all()


def _owes(session: Session, application: Application) -> bool:
    """Whether something of the award is still to be paid back."""
    owed = select(Recovery.id).where(
        col(Recovery.application_id) == application.id, col(Recovery.settled_fen) < col(Recovery.amount_fen)
    )
    return session.exec(owed).first() is not None


def _settled(session: Session, application: Application, today: date) -> bool:
    bench = Bench(session, today)
    rows = session.execute(known().where(col(Application.id) == application.id))
    return all(bench.standing(Known(*row)).status in (Standing.GENERATED, Standing.FORFEITED) for row in rows)
