"""Recommending, approving by as many people as it needs, refusing, and taking a recommendation back."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from rules import canonical
from rules.faults import BadInput
from rules.model import Text
from rules.money import Fen, yuan
from schedules.calendar import Calendar, china
from subsidy.errors import FieldFault, Forbidden, Refused, SubsidyError
from subsidy.finance import commitments
from subsidy.records import Application, Award, LetterKind, Outcome, Recommendation, SignOff, User
from subsidy.records import ApplicationStatus as Status
from subsidy.workflow import approval, documents, door, letters, particulars
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import person_of
from subsidy.workflow.letter_content import Signature
from subsidy.workflow.letters import PLAIN, Dictation
from subsidy.workflow.refusals import Unready
from subsidy.workflow.sheet import Sheet, open_sheet
from subsidy.workflow.transitions import Command


def recommend(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    application_id: str,
    version: int,
    outcome: Outcome,
    reason: str,
) -> Recommendation:
    """Recommends to grant what the verified facts amount to, or to refuse; from now on nothing of it changes.

    How many people have to approve follows from the amount. Raises the refusal of `obstacle` where nothing can be
    granted.
    """
    with door.change(session, actor, now, Command.RECOMMEND, application_id, version=version, reason=reason) as change:
        sheet, amount, people = open_sheet(session, change.application), None, 1
        if outcome is Outcome.GRANT:
            if refusal := obstacle(session, sheet, change.application, today):
                raise refusal
            amount = approval.amount(sheet, change.application)
            people = sheet.policy.procedure.people_for(amount) if sheet.policy.procedure else 1
            change.after |= {"amount": yuan(amount), "people": str(people)}
        content = canonical.text(seen(session, sheet, change.application))
        made = Recommendation(
            application_id=application_id,
            outcome=outcome,
            reason=str(change.reason),
            amount_fen=amount,
            people=people,
            seen_json=content,
            digest=canonical.of_text(content),
            user_id=str(actor.id),
            person_id=person_of(session, actor),
            made_at=now,
        )
        session.add(made)
        if amount is not None:
            parts = approval.planned(amount, sheet, today, china())
            commitments.reserve(session, actor, now, change.application, parts)
        change.after |= {"outcome": outcome.value, "seen_digest": made.digest}
    return made


def approve(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    application_id: str,
    version: int,
    reason: str,
    calendar: Calendar,
    dictation: Dictation = PLAIN,
) -> Award | None:
    """Signs for the award. With the last signature that it needs it is granted: award, receipt, policy text, instalments
    and letter, all in this transaction; before that None.

    Raises the refusal of `why_not`.
    """
    with door.change(session, actor, now, Command.APPROVE, application_id, version=version, reason=reason) as change:
        application, sheet = change.application, open_sheet(session, change.application)
        if refusal := why_not(session, actor, Command.APPROVE, application, sheet, today):
            raise refusal
        made = required(session, application)
        before = signatures(session, made)
        given = len(before) + 1
        if given < made.people and dictation.addition.strip():
            raise BadInput([FieldFault("/addition", "workflow.addition_early")])
        session.add(
            SignOff(
                recommendation_id=made.id,
                recommender_id=made.person_id,
                user_id=str(actor.id),
                person_id=person_of(session, actor),
                reason=str(change.reason),
                digest=made.digest,
                signed_at=now,
            )
        )
        change.after |= {"signatures": f"{given}/{made.people}", "seen_digest": made.digest}
        if given < made.people:
            change.stays = True
            return None
        award = approval.grant(session, actor, today, application, sheet, calendar)
        commitments.commit(session, actor, now, application, approval.instalments_of(session, award))
        application.decided_on, application.decision_reason = today, change.reason
        change.after |= approval.told(award)
        parts = approval.planned(Fen(award.amount_fen), sheet, today, calendar)
        earlier = [Signature.at(session.get_one(User, one.user_id).name, one.signed_at) for one in before]
        letters.issue(session, LetterKind.AWARD, change, sheet, actor, today, dictation, parts=parts, earlier=earlier)
    return award


def refuse(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    application_id: str,
    version: int,
    reason: str,
    dictation: Dictation = PLAIN,
) -> Application:
    """Turns the application down, for the reason given, and writes the letter that says so. Raises the refusal of `why_not`."""
    with door.change(session, actor, now, Command.REFUSE, application_id, version=version, reason=reason) as change:
        application = change.application
        sheet = open_sheet(session, application)
        if refusal := why_not(session, actor, Command.REFUSE, application, sheet, today):
            raise refusal
        application.decided_on, application.decision_reason = today, change.reason
        change.after["decided_on"] = today.isoformat()
        commitments.unreserve(session, actor, now, application)
        letters.issue(session, LetterKind.REFUSAL, change, sheet, actor, today, dictation)
    return application


def take_back(
    session: Session, actor: Actor, now: datetime, application_id: str, version: int, reason: str
) -> Application:
    """Back to the review, for a reason: the recommendation, its notice and all signatures no longer hold."""
    with door.change(session, actor, now, Command.TAKE_BACK, application_id, version=version, reason=reason) as change:
        void(session, actor, now, change.application)
    return change.application


def void(session: Session, actor: Actor, now: datetime, application: Application) -> None:
    """Ends the recommendation that holds, if there is one; what was set aside for it is free again."""
    made = live(session, application)
    if made is not None:
        made.voided_at = now
        commitments.unreserve(session, actor, now, application)


def live(session: Session, application: Application) -> Recommendation | None:
    """The recommendation that holds; None where there is none."""
    query = select(Recommendation).where(
        col(Recommendation.application_id) == application.id, col(Recommendation.voided_at).is_(None)
    )
    return session.exec(query).one_or_none()


def required(session: Session, application: Application) -> Recommendation:
    """The recommendation that a case past its review must have."""
    made = live(session, application)
    if made is None:
        raise ValueError(f"{application.number} is {application.status} without a recommendation")
    return made


def signatures(session: Session, made: Recommendation) -> Sequence[SignOff]:
    """Who has approved, the first one first."""
    query = select(SignOff).where(col(SignOff.recommendation_id) == made.id)
    return session.exec(query.order_by(col(SignOff.signed_at), col(SignOff.id))).all()


def why_not(
    session: Session, actor: Actor, command: Command, application: Application, sheet: Sheet, today: date
) -> SubsidyError | None:
    """Why this person may not decide so on what was recommended, or it may not be published; None where he may."""
    made = required(session, application)
    if command is Command.PUBLISH:
        return None if made.outcome is Outcome.GRANT else Refused("workflow.nothing_to_publish")
    person = person_of(session, actor)
    if made.person_id == person:
        return Forbidden("workflow.own_recommendation")
    if command is Command.REFUSE and application.status is Status.RECOMMENDED and made.outcome is Outcome.GRANT:
        return Refused("workflow.recommended_to_grant")
    if command is Command.REFUSE:
        return None
    if any(one.person_id == person for one in signatures(session, made)):
        return Refused("workflow.signed_already")
    changed = differing(session, made, sheet, application)
    if changed:
        return Unready("workflow.changed_since", changed)
    return obstacle(session, sheet, application, today)


def obstacle(session: Session, sheet: Sheet, application: Application, today: date) -> Refused | None:
    """Why nothing can be granted on the present facts; None where it can."""
    return approval.obstacle(sheet, application, today) or particulars.awarded_already(session, application)


def seen(session: Session, sheet: Sheet, application: Application) -> dict[str, Any]:
    """What a recommendation rests on. Whoever adds to it names it in `_PARTS`."""
    facts = {fact.key: fact for fact in sheet.policy.facts}
    return {
        "facts": {key: facts[key].print(value) for key, value in sheet.effective.items()},
        "verified": {key: facts[key].print(value) for key, value in sheet.verified.items()},
        "documents": documents.digests(session, application.id),
        "award": _award(sheet, application),
        "policy": sheet.policy.digest,
    }


_PARTS: Final = {
    "policy": Text(zh="政策文本", en="the text of the policy"),
    "documents": Text(zh="证明材料", en="the documents"),
    "award": Text(zh="奖励金额", en="the amount"),
}
"""What each part of `seen` is called, but for the facts, which the policy names."""


def differing(session: Session, made: Recommendation, sheet: Sheet, application: Application) -> list[Text]:
    """What is no longer as it was when it was recommended."""
    before, now = json.loads(made.seen_json), seen(session, sheet, application)
    if canonical.digest(now) == made.digest:
        return []
    keys = {
        key
        for part in ("facts", "verified")
        for key in {**before[part], **now[part]}
        if before[part].get(key) != now[part].get(key)
    }
    parts = [name for part, name in _PARTS.items() if before.get(part) != now.get(part)]
    return [fact.label for fact in sheet.policy.facts if fact.key in keys] + parts


def _award(sheet: Sheet, application: Application) -> str | None:
    answer = sheet.assess(sheet.effective, approval.day_of_rule(application))[1]
    return yuan(answer.award.amount) if answer.award and answer.award.amount is not None else None


def amount_of(made: Recommendation | None) -> Fen | None:
    """The award that is recommended; None where none is."""
    return None if made is None or made.amount_fen is None else Fen(made.amount_fen)
