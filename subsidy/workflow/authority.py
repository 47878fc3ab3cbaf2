"""Who may do what to an application; where the answer is no, it is told in words."""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from subsidy.errors import Forbidden, NotFound, Refused, SubsidyError
from subsidy.records import Application, ApplicationStatus, Organisation, Role, User
from subsidy.workflow.actor import PUBLIC, SYSTEM, Actor
from subsidy.workflow.transitions import TRANSITIONS, Command, Who

_ROLES: Final = {
    Who.APPLICANT: Role.APPLICANT,
    Who.ADMINISTRATOR: Role.ADMINISTRATOR,
    Who.SYSTEM: SYSTEM.role,
    Who.PUBLIC: PUBLIC.role,
}
READERS: Final = frozenset({Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR})
"""The roles of the office that see what has been submitted; who keeps its accounts sees no case."""


def may_see(actor: Actor, application: Application) -> bool:
    """Applicants see the applications of their organisation; the zone's staff see every one that has been submitted; the
    public sees what is on notice."""
    if actor == PUBLIC:
        return application.status is ApplicationStatus.NOTICE
    if actor.role == Role.APPLICANT:
        return actor.organisation_id == application.organisation_id
    return actor == SYSTEM or (actor.role in READERS and application.submitted_on is not None)


def why_not(actor: Actor, command: str, application: Application, session: Session) -> SubsidyError | None:
    """Why this person may not give this command to this application now; None where he may.

    It answers from role, duties, organisation and status. Whether the facts suffice is asked when the command is carried out.
    An application that the person may not see is simply not found.
    """
    transition = TRANSITIONS[Command(command)]
    if not may_see(actor, application):
        return NotFound()
    if actor.role != _ROLES[transition.who]:
        return Forbidden("role")
    if transition.duties and not actor.duties.intersection(transition.duties):
        return Forbidden(f"workflow.lacks_{transition.duties[0]}")
    if transition.who is Who.ADMINISTRATOR:
        conflict = _conflict(actor, application, session)
        if conflict is not None:
            return conflict
    if application.status not in transition.sources:
        return Refused(f"workflow.is_{application.status}", number=application.number)
    return None


def _conflict(actor: Actor, application: Application, session: Session) -> SubsidyError | None:
    """Nobody decides on what an organisation of his, or he himself, has applied for, whichever of his accounts he uses."""
    if application.organisation_id in organisations_of(session, actor):
        organisation = session.get_one(Organisation, application.organisation_id)
        return Forbidden("workflow.own_organisation", organisation=organisation.name)
    if application.created_by in {account.id for account in _accounts(session, actor)}:
        return Forbidden("workflow.own_application")
    return None


def person_of(session: Session, actor: Actor) -> str:
    """The person behind an account, who counts once whichever account he uses."""
    return str(session.get_one(User, actor.id).person_id)


def organisations_of(session: Session, actor: Actor) -> frozenset[str]:
    """The organisations that a person belongs to by any of his accounts."""
    belongs = {actor.organisation_id, *(account.organisation_id for account in _accounts(session, actor))}
    return frozenset(each for each in belongs if each is not None)


def _accounts(session: Session, actor: Actor) -> Sequence[User]:
    """All accounts of the person behind this one."""
    person = select(User.person_id).where(col(User.id) == actor.id).scalar_subquery()
    return session.exec(select(User).where(col(User.person_id) == person)).all()
