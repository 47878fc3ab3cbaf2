"""Who may do what to an application; where the answer is no, it is told in words."""

from typing import Final

from sqlmodel import Session

from subsidy.errors import Forbidden, NotFound, Refused, SubsidyError
from subsidy.records import Application, Organisation, Role
from subsidy.workflow.actor import SYSTEM, Actor
from subsidy.workflow.transitions import TRANSITIONS, Command, Who

_ROLES: Final = {Who.APPLICANT: Role.APPLICANT, Who.ADMINISTRATOR: Role.ADMINISTRATOR, Who.SYSTEM: SYSTEM.role}


def may_see(actor: Actor, application: Application) -> bool:
    """Applicants see the applications of their organisation; the zone's staff see every one that has been submitted."""
    if actor.role == Role.APPLICANT:
        return actor.organisation_id == application.organisation_id
    return actor == SYSTEM or application.submitted_on is not None


def why_not(actor: Actor, command: str, application: Application, session: Session) -> SubsidyError | None:
    """Why this person may not give this command to this application now; None where he may.

    It answers from role, organisation and status. Whether the facts suffice is asked when the command is carried out.
    An application that the person may not see is simply not found.
    """
    transition = TRANSITIONS[Command(command)]
    if not may_see(actor, application):
        return NotFound()
    if actor.role != _ROLES[transition.who]:
        return Forbidden("role")
    if transition.who is Who.ADMINISTRATOR:
        conflict = _conflict(actor, application, session)
        if conflict is not None:
            return conflict
    if application.status not in transition.sources:
        return Refused(f"workflow.is_{application.status}", number=application.number)
    return None


def _conflict(actor: Actor, application: Application, session: Session) -> SubsidyError | None:
    """Nobody decides on what his own organisation, or he himself, has applied for, whatever his role."""
    if actor.organisation_id == application.organisation_id:
        organisation = session.get_one(Organisation, application.organisation_id)
        return Forbidden("workflow.own_organisation", organisation=organisation.name)
    if actor.id == application.created_by:
        return Forbidden("workflow.own_application")
    return None
