"""Where instalments stand: what the record knows of each, judged by the rules it was granted under and by the calendar."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, select
from sqlmodel import Session, col

from rules.policy import Policy, Test
from schedules.due import Standing, standing
from subsidy.records import Application, Award, Decision, Disbursement, Instalment, OperatingFigure, YearDecision
from subsidy.workflow.sheet import policy_under


class Known(NamedTuple):
    """What the record knows of one instalment."""

    instalment_id: str
    application_id: str
    award_id: str
    number: int
    due_on: date
    provisional: bool
    amount_fen: int
    year_number: int | None
    forfeited_at: datetime | None
    figure: str | None
    decision: Decision | None
    generated_on: date | None
    scheme_id: str
    policy_id: str
    policy_digest: str
    submitted_on: date
    adjusted_fen: int
    """What amendments changed of the amount, which has it in already."""


_COLUMNS: tuple[Any, ...] = (
    col(Instalment.id),
    col(Application.id),
    col(Award.id),
    col(Instalment.number),
    col(Instalment.due_on),
    col(Instalment.provisional),
    (col(Instalment.amount_fen) + col(Instalment.adjusted_fen)).label("amount_fen"),
    col(Instalment.year_number),
    col(Instalment.forfeited_at),
    col(OperatingFigure.value),
    col(YearDecision.decision),
    col(Disbursement.generated_on),
    col(Application.scheme_id),
    col(Application.policy_id),
    col(Award.policy_digest),
    col(Application.submitted_on),
    col(Instalment.adjusted_fen),
)


def known(*more: Any) -> Select[Any]:
    """The query for `Known` of all instalments, and for `more` columns of their rows after those; to be narrowed."""
    year = and_(
        col(OperatingFigure.award_id) == col(Instalment.award_id),
        col(OperatingFigure.year_number) == col(Instalment.year_number),
    )
    return (
        select(*_COLUMNS, *more)
        .select_from(Instalment)
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .outerjoin(OperatingFigure, year)
        .outerjoin(YearDecision, col(YearDecision.instalment_id) == col(Instalment.id))
        .outerjoin(Disbursement, col(Disbursement.instalment_id) == col(Instalment.id))
    )


class Bench:
    """Judges instalments on a day. It reads each policy and each test once, however many instalments there are."""

    def __init__(self, session: Session, as_of: date) -> None:
        self._session = session
        self._as_of = as_of
        self._policies: dict[str, Policy] = {}
        self._tests: dict[tuple[str, str, date], Test] = {}

    def policy(self, row: Known) -> Policy:
        """The policy under which the instalment was granted."""
        found = self._policies.get(row.policy_digest)
        if found is None:
            found = self._policies[row.policy_digest] = policy_under(self._session, row.policy_id, row.policy_digest)
        return found

    def standing(self, row: Known) -> Standing:
        """Where the instalment stands on the day of this bench."""
        figure, meets = self._figure(row)
        return standing(
            due_on=row.due_on,
            as_of=self._as_of,
            generated=row.generated_on is not None,
            # What an amendment has left nothing of is not paid either.
            forfeited=row.forfeited_at is not None or (row.amount_fen == 0 and row.adjusted_fen != 0),
            released=row.decision is Decision.RELEASE,
            tested=row.year_number is not None,
            figure=figure,
            figure_meets=meets,
        )

    def falls_short(self, row: Known) -> bool:
        """Whether the operating year of the instalment is known not to meet what it must, whatever was decided on it."""
        return self._figure(row)[1] is False

    def _figure(self, row: Known) -> tuple[Decimal | None, bool | None]:
        if row.figure is None:
            return None, None
        test = self._test(row)
        figure = test.fact.parse(row.figure)
        if not isinstance(figure, Decimal):
            raise TypeError(f"{test.fact.key} is no quantity, so it cannot be verified year by year")
        return figure, test.condition.met(figure, test.bound)

    def _test(self, row: Known) -> Test:
        key = (row.policy_digest, row.scheme_id, row.submitted_on)
        found = self._tests.get(key)
        if found is None:
            found = self._tests[key] = yearly_test(self.policy(row), row.scheme_id, row.submitted_on)
        return found


def yearly_test(policy: Policy, scheme_id: str, submitted_on: date) -> Test:
    """What each operating year must meet, as the text stood on the day of submission (Q16); KeyError where nothing is tested."""
    current = policy.scheme_on(scheme_id, submitted_on)
    release = current.scheme.terms.release
    for test in current.tests:
        if release is not None and test.condition.id == release.condition:
            return test
    raise KeyError(f"{scheme_id} tests no operating years")
