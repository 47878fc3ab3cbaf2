"""Finding applications: for the applicant those of his organisation, for the zone's staff all that were submitted."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session, col, or_, select

from subsidy.errors import Forbidden
from subsidy.records import Application, ApplicationStatus, Award, Organisation, Role
from subsidy.workflow import words
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import READERS


class Entry(NamedTuple):
    """One application in a list; `award` is None until one is granted."""

    application: Application
    organisation: Organisation
    award: Award | None


def search(
    session: Session,
    actor: Actor,
    *,
    status: ApplicationStatus | None = None,
    scheme_id: str | None = None,
    text: str = "",
) -> Sequence[Entry]:
    """The applications that this person may see, the longest waiting first and drafts last.

    `text` is sought in number, project, organisation and credit code. Raises Forbidden for whose work no case is.
    """
    if actor.role not in (Role.APPLICANT, *READERS):
        raise Forbidden
    query = (
        select(Application, Organisation, Award)
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .outerjoin(Award, col(Award.application_id) == col(Application.id))
    )
    if actor.role == Role.APPLICANT:
        query = query.where(col(Application.organisation_id) == actor.organisation_id)
    else:
        query = query.where(col(Application.submitted_on).is_not(None))
    if status is not None:
        query = query.where(col(Application.status) == status)
    if scheme_id is not None:
        query = query.where(col(Application.scheme_id) == words.printable(scheme_id))
    if text:
        sought = Application.number, Application.project_name, Organisation.name, Organisation.credit_code
        query = query.where(
            or_(*(col(column).icontains(words.printable(text).strip(), autoescape=True) for column in sought))
        )
    order = col(Application.submitted_on).is_(None), col(Application.submitted_on), col(Application.number)
    return [Entry(*row) for row in session.exec(query.order_by(*order))]
