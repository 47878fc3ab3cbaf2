"""What is payable and what is not, as a page and the API show it: filtered, summed up by state and by reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from rules.money import Fen
from subsidy.finance import holds
from subsidy.finance.holds import Scope
from subsidy.finance.payable import Judged, Obstacle, State, Wanted, judged
from subsidy.records import Application, Award, Hold, Instalment, Organisation


@dataclass(frozen=True)
class Sum:
    """How many instalments, and how much."""

    instalments: int
    amount: Fen


@dataclass(frozen=True)
class Overview:
    """The rows asked for, and the sums of all of the year: by state, and by each reason why one waits."""

    rows: Sequence[Judged]
    by_state: Mapping[State, Sum]
    by_reason: Mapping[Obstacle, Sum]


def overview(session: Session, today: date, wanted: Wanted, state: State | None, reason: Obstacle | None) -> Overview:
    """The instalments of a year, of one state or reason where it is named."""
    rows, counts, sums = [], Counter[str](), Counter[str]()
    for one in judged(session, today, wanted, queues=True):
        codes = {reason.code for reason in one.obstacles} if one.state is State.WAITING else set[Obstacle]()
        for key in (one.state, *codes):
            counts[key] += 1
            sums[key] += one.amount
        if (state is None or one.state is state) and (reason is None or reason in codes):
            rows.append(one)
    return Overview(
        rows,
        {one: Sum(counts[one], Fen(sums[one])) for one in State if counts[one]},
        {one: Sum(counts[one], Fen(sums[one])) for one in Obstacle if counts[one]},
    )


@dataclass(frozen=True)
class About:
    """What a hold stands on, or would: the payee, the case where it is one, and the instalment where it is one."""

    organisation: Organisation
    application: Application | None = None
    instalment: Instalment | None = None


def about(session: Session, scope: Scope, subject_id: str) -> About | None:
    """What an id of a scope names; None where there is none."""
    application = instalment = None
    organisation_id: str | None = subject_id
    if scope is Scope.INSTALMENT:
        instalment = session.get(Instalment, subject_id)
        subject_id = session.get_one(Award, instalment.award_id).application_id if instalment else ""
    if scope is not Scope.PAYEE:
        application = session.get(Application, subject_id)
        organisation_id = application.organisation_id if application else None
    organisation = session.get(Organisation, organisation_id) if organisation_id else None
    return About(organisation, application, instalment) if organisation else None


def standing_holds(session: Session, today: date) -> Sequence[tuple[Hold, About]]:
    """The holds that stand today, the latest first, each with what it stands on."""
    query = select(Hold).where(holds.stands_on(today)).order_by(col(Hold.made_at).desc(), col(Hold.id))
    found = session.exec(query).all()
    return [(hold, told) for hold in found if (told := about(session, *holds.subject_of(hold))) is not None]
