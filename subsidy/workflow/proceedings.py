"""What stands between the review of a case and its decision: the recommendation, its notice, objections and signatures."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from subsidy.records import Application, Notice, Objection, Recommendation, User
from subsidy.workflow import notices, recommendation


@dataclass(frozen=True)
class Signature:
    """Who approved, when and why."""

    name: str
    signed_at: datetime
    reason: str


@dataclass(frozen=True)
class Proceedings:
    """Of the recommendation that holds; all empty where none does."""

    recommendation: Recommendation | None = None
    recommended_by: str | None = None
    notice: Notice | None = None
    objections: tuple[Objection, ...] = ()
    signatures: tuple[Signature, ...] = ()


def proceedings(session: Session, application: Application) -> Proceedings:
    """Everything about the recommendation of a case that holds."""
    made = recommendation.live(session, application)
    if made is None:
        return Proceedings()
    signed = recommendation.signatures(session, made)
    ids = [made.user_id, *(one.user_id for one in signed)]
    names = {user.id: user.name for user in session.exec(select(User).where(col(User.id).in_(ids)))}
    notice = notices.of_case(session, made)
    return Proceedings(
        recommendation=made,
        recommended_by=names[made.user_id],
        notice=notice,
        objections=tuple(notices.objections(session, notice)) if notice else (),
        signatures=tuple(Signature(names[one.user_id], one.signed_at, one.reason) for one in signed),
    )
