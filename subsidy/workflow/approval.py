"""What an approval needs, and what it writes: the award, its receipt, the policy's text and the dated instalments."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlmodel import Session, col, select

from rules import receipt
from rules.assess import Answer, Outcome, SchemeAssessment
from rules.money import Fen, yuan
from schedules.calendar import Calendar
from schedules.instalments import PlannedInstalment, plan
from subsidy.errors import Refused, Stale
from subsidy.records import Application, Award, Instalment, PolicyText, Receipt
from subsidy.workflow import particulars
from subsidy.workflow.actor import Actor
from subsidy.workflow.once import insert_once
from subsidy.workflow.refusals import Unready
from subsidy.workflow.sheet import Sheet


def day_of_rule(application: Application) -> date:
    """The day that selects the rule in force: that of submission (Q16)."""
    if application.submitted_on is None:
        raise ValueError(f"{application.number} was never submitted")
    return application.submitted_on


def obstacle(sheet: Sheet, application: Application, today: date) -> Refused | None:
    """Why the application cannot be approved on its present facts; None where it can."""
    _, answer = sheet.assess(sheet.effective, day_of_rule(application))
    if answer.outcome is not Outcome.ELIGIBLE:
        return _not_eligible(answer)
    if answer.award is None:
        return Unready("workflow.not_known", [sheet.policy.fact(sheet.scheme.benefit.fact).label])
    if answer.award.amount is None:
        return Refused("workflow.rate_not_set")
    if answer.award.amount == 0:
        return Refused("workflow.nothing_to_grant")
    return _not_commissioned(sheet, today)


def _not_eligible(answer: SchemeAssessment) -> Refused:
    for outcome, decided_by, code in _OBSTACLES:
        points = [
            finding.test.condition.label
            for finding in answer.findings
            if finding.outcome is outcome and finding.test.condition.decided_by == decided_by
        ]
        if points:
            return Unready(code, points)
    raise ValueError(f"{answer.scheme.id} is {answer.outcome} without a finding that says why")


_OBSTACLES: Final = (
    (Answer.NOT_MET, "fact", "workflow.not_met"),
    (Answer.NOT_MET, "person", "workflow.judged_not_met"),
    (Answer.UNKNOWN, "fact", "workflow.not_known"),
    (Answer.UNKNOWN, "person", "workflow.not_judged"),
)


def _commissioned_on(sheet: Sheet) -> date | None:
    """The verified day from which operating years are counted; None where the scheme has none or it is not verified."""
    release = sheet.scheme.terms.release
    day = sheet.verified.get(release.starts) if release else None
    return day if isinstance(day, date) else None


def _not_commissioned(sheet: Sheet, today: date) -> Refused | None:
    """A plan is enough for a check; for an approval the project must run, and somebody must have verified since when (Q15)."""
    release = sheet.scheme.terms.release
    if release is None:
        return None
    day = _commissioned_on(sheet)
    if day is None:
        return Unready("workflow.commissioning_unverified", [sheet.policy.fact(release.starts).label])
    return Refused("workflow.not_commissioned", day=day.isoformat()) if day > today else None


def amount(sheet: Sheet, application: Application) -> Fen:
    """What the application is granted on its present facts. There must be no obstacle."""
    _, answer = sheet.assess(sheet.effective, day_of_rule(application))
    if answer.award is None or answer.award.amount is None:
        raise ValueError(f"{application.number} grants no amount")
    return answer.award.amount


def grant(
    session: Session, actor: Actor, today: date, application: Application, sheet: Sheet, calendar: Calendar
) -> Award:
    """Writes what follows from an approval on `today`. There must be no obstacle."""
    assessment, answer = sheet.assess(sheet.effective, day_of_rule(application))
    if answer.award is None or answer.award.amount is None or actor.id is None:
        raise ValueError(f"{application.number} grants no amount that a person has approved")
    policy, content = sheet.policy, receipt.issue(assessment, answer)
    text = {"digest": policy.digest, "policy_id": policy.id, "version": policy.version, "content": policy.content}
    insert_once(session, PolicyText, [text], "digest")
    issued = {"digest": receipt.digest(content), "content": content, "policy_digest": policy.digest}
    insert_once(session, Receipt, [issued], "digest")
    made = Award(
        application_id=application.id,
        amount_fen=answer.award.amount,
        policy_digest=policy.digest,
        receipt_digest=issued["digest"],
        commissioned_on=_commissioned_on(sheet),
        approved_on=today,
        approved_by=actor.id,
        project_key=particulars.project_key(session, application),
    )
    if not insert_once(session, Award, [made.model_dump()], "project_key"):
        # Somebody was granted one for the same project at this moment.
        raise particulars.awarded_already(session, application) or Stale
    award = session.get_one(Award, made.id)
    session.add_all(_instalments(award, sheet, calendar))
    return award


def instalments_of(session: Session, award: Award) -> Sequence[Instalment]:
    """The dated parts of an award, in their order."""
    return session.exec(
        select(Instalment).where(col(Instalment.award_id) == award.id).order_by(col(Instalment.number))
    ).all()


def planned(amount: Fen, sheet: Sheet, approved_on: date, calendar: Calendar) -> tuple[PlannedInstalment, ...]:
    """The dated parts of an award that is approved on a day, each with the operating year that it waits for."""
    return plan(amount, sheet.scheme.terms, approved_on, calendar, _commissioned_on(sheet))


def _instalments(award: Award, sheet: Sheet, calendar: Calendar) -> list[Instalment]:
    return [
        Instalment(
            award_id=award.id,
            number=part.number,
            nominal_on=part.nominal_on,
            due_on=part.due_on,
            provisional=part.provisional,
            amount_fen=part.amount,
            year_number=part.year.number if part.year else None,
            year_start=part.year.start if part.year else None,
            year_end=part.year.end if part.year else None,
        )
        for part in planned(Fen(award.amount_fen), sheet, award.approved_on, calendar)
    ]


def told(award: Award) -> dict[str, object]:
    """What the entry in the record says of an award."""
    return {
        "amount": yuan(award.amount_fen),
        "approved_on": award.approved_on.isoformat(),
        "policy_digest": award.policy_digest,
        "receipt_digest": award.receipt_digest,
    }
