"""All that the record holds of one payment: who approved it, what released it, what it waited for, and what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from schedules.clock import SHANGHAI
from subsidy.errors import NotFound
from subsidy.records import (
    Application,
    Award,
    Disbursement,
    Envelope,
    Hold,
    Instalment,
    LedgerEntry,
    Letter,
    LetterKind,
    LetterStanding,
    OperatingFigure,
    Organisation,
    Payment,
    PayoutRun,
    Posting,
    Recommendation,
    ResultFile,
    ResultLine,
    SignOff,
    User,
    YearDecision,
)
from subsidy.reports.payout_columns import Line
from subsidy.workflow import words


@dataclass(frozen=True)
class Paid:
    """One attempt to pay: the payment, its run, what was handed out of it, and what the bank answered."""

    payment: Payment
    run: PayoutRun
    line: Line
    answers: Sequence[tuple[ResultLine, ResultFile]]


@dataclass(frozen=True)
class Evidence:
    """What belongs to the payment of one instalment. `people` are the names of all accounts that occur, by id."""

    application: Application
    organisation: Organisation
    award: Award
    instalment: Instalment
    disbursement: Disbursement | None
    recommendation: Recommendation | None
    sign_offs: Sequence[SignOff]
    letter: Letter | None
    figure: OperatingFigure | None
    decision: YearDecision | None
    holds: Sequence[Hold]
    attempts: Sequence[Paid]
    movements: Sequence[tuple[Posting, LedgerEntry, Envelope]]
    people: dict[str, str]

    @property
    def as_of(self) -> date:
        """The day of the last thing that it tells of."""
        days = [self.award.approved_on, *(entry.booked_on for _, entry, _ in self.movements)]
        days += [self.disbursement.generated_on] if self.disbursement else []
        days += [hold.ended_at.astimezone(SHANGHAI).date() for hold in self.holds if hold.ended_at]
        return max(days)


def evidence_of(session: Session, instalment_id: str) -> Evidence:
    """The evidence of an instalment's payment, as far as it has come. NotFound where there is no such instalment."""
    instalment = session.get(Instalment, words.identifier(instalment_id))
    if instalment is None:
        raise NotFound
    ordered = select(Disbursement).where(col(Disbursement.instalment_id) == instalment.id)
    award = session.get_one(Award, instalment.award_id)
    application = session.get_one(Application, award.application_id)
    recommendation, sign_offs = _approval(session, application.id)
    return Evidence(
        application=application,
        organisation=session.get_one(Organisation, application.organisation_id),
        award=award,
        instalment=instalment,
        disbursement=session.exec(ordered).one_or_none(),
        recommendation=recommendation,
        sign_offs=sign_offs,
        letter=_letter(session, application.id),
        figure=_figure(session, instalment),
        decision=session.exec(
            select(YearDecision).where(col(YearDecision.instalment_id) == instalment.id)
        ).one_or_none(),
        holds=_holds(session, application, instalment),
        attempts=[_attempt(session, payment) for payment in _payments(session, instalment)],
        movements=_movements(session, instalment),
        people=dict(session.exec(select(col(User.id), col(User.name)).where(col(User.role) != "applicant")).all()),
    )


def _approval(session: Session, application_id: str) -> tuple[Recommendation | None, Sequence[SignOff]]:
    mine = col(Recommendation.application_id) == application_id, col(Recommendation.voided_at).is_(None)
    found = session.exec(select(Recommendation).where(*mine)).one_or_none()
    if found is None:
        return None, ()
    query = select(SignOff).where(col(SignOff.recommendation_id) == found.id)
    return found, session.exec(query.order_by(col(SignOff.signed_at), col(SignOff.id))).all()


def _letter(session: Session, application_id: str) -> Letter | None:
    """The letter of award that holds, else the last one."""
    mine = col(Letter.application_id) == application_id, col(Letter.kind) == LetterKind.AWARD
    found = session.exec(select(Letter).where(*mine).order_by(col(Letter.issued_on), col(Letter.number))).all()
    valid = [letter for letter in found if letter.standing is LetterStanding.VALID] or found
    return valid[-1] if valid else None


def _figure(session: Session, instalment: Instalment) -> OperatingFigure | None:
    of_year = (
        col(OperatingFigure.award_id) == instalment.award_id,
        col(OperatingFigure.year_number) == instalment.year_number,
    )
    return session.exec(select(OperatingFigure).where(*of_year)).one_or_none() if instalment.year_number else None


def _holds(session: Session, application: Application, instalment: Instalment) -> Sequence[Hold]:
    stands = or_(
        col(Hold.instalment_id) == instalment.id,
        col(Hold.application_id) == application.id,
        col(Hold.organisation_id) == application.organisation_id,
    )
    return session.exec(select(Hold).where(stands).order_by(col(Hold.made_at), col(Hold.id))).all()


def _payments(session: Session, instalment: Instalment) -> Sequence[Payment]:
    query = select(Payment).where(col(Payment.instalment_id) == instalment.id)
    return session.exec(query.order_by(col(Payment.number))).all()


def _attempt(session: Session, payment: Payment) -> Paid:
    query = select(ResultLine, ResultFile).join(ResultFile, col(ResultFile.id) == col(ResultLine.file_id))
    answers = session.exec(query.where(col(ResultLine.payment_id) == payment.id).order_by(col(ResultLine.id))).all()
    line: Line = json.loads(payment.sheet_json)
    return Paid(payment, session.get_one(PayoutRun, payment.run_id), line, answers)


def _movements(session: Session, instalment: Instalment) -> Sequence[tuple[Posting, LedgerEntry, Envelope]]:
    query = (
        select(Posting, LedgerEntry, Envelope)
        .join(LedgerEntry, col(LedgerEntry.id) == col(Posting.entry_id))
        .join(Envelope, col(Envelope.id) == col(Posting.envelope_id))
        .where(col(Posting.instalment_id) == instalment.id)
    )
    return session.exec(query.order_by(col(Posting.id))).all()
