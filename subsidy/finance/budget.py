"""The budget as it stands: envelopes with what they hold, what waits for money, and what falls due in years to come."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from rules.money import Fen
from subsidy.finance import commitments
from subsidy.finance.envelopes import envelopes
from subsidy.records import Account, Application, Award, Envelope, Instalment, Organisation, Posting


class Line(NamedTuple):
    """An envelope, what came back into it as returned transfers (in fen), and what waits for its money."""

    envelope: Envelope
    returned: Fen
    waiting: int
    lacking: Fen

    @property
    def executed(self) -> str | None:
        """What is paid of each hundred yuan allotted, with one decimal, cut; None where nothing is allotted."""
        return share(self.envelope.paid_fen, self.envelope.allotted_fen)


class Future(NamedTuple):
    """What falls due in a year for which the scheme has no envelope."""

    policy_id: str
    scheme_id: str
    year: int
    many: int
    amount: Fen


class Standing(NamedTuple):
    """All envelopes, and what no envelope covers yet."""

    lines: Sequence[Line]
    future: Sequence[Future]


def share(part: int, whole: int) -> str | None:
    """Per cent with one decimal, cut; None of nothing."""
    if not whole:
        return None
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}"


def standing(session: Session) -> Standing:
    """The budget of all years: the latest year first, then in order of the schemes; future obligations by year."""
    found = envelopes(session)
    own: dict[tuple[str, str], dict[int, Envelope]] = {}
    for one in found:
        own.setdefault((one.policy_id, one.scheme_id), {})[one.year] = one
    lacking: dict[str, tuple[int, int]] = {}
    future: dict[tuple[int, str, str], tuple[int, int]] = {}
    for each in commitments.unfunded(session):
        years = own.get((each.policy_id, each.scheme_id), {})
        drawn = commitments.drawn_on(years, each.year)
        if drawn is not None:
            many, amount = lacking.get(drawn.id, (0, 0))
            lacking[drawn.id] = many + each.many, amount + each.amount
        else:
            key = _first_open(years, each.year), each.policy_id, each.scheme_id
            many, amount = future.get(key, (0, 0))
            future[key] = many + each.many, amount + each.amount
    back = _returned(session)
    lines = []
    for one in found:
        many, amount = lacking.get(one.id, (0, 0))
        lines.append(Line(one, back.get(one.id, Fen(0)), many, Fen(amount)))
    ahead = [
        Future(policy, scheme, year, many, Fen(amount))
        for (year, policy, scheme), (many, amount) in sorted(future.items())
    ]
    return Standing(lines, ahead)


class Place(NamedTuple):
    """Somebody who waits for money of an envelope: which instalment of which case, in which place."""

    place: int
    application_id: str
    number: str
    project_name: str
    payee: str
    instalment: int
    amount: Fen


def queue(session: Session, envelope: Envelope) -> Sequence[Place]:
    """Who waits for money of an envelope, in the order in which they get it."""
    found = commitments.waiting(session, envelope)
    told = _told(session, [one.instalment_id for one in found])
    return [
        Place(at, one.application_id, *told[one.instalment_id], one.amount) for at, one in enumerate(found, start=1)
    ]


def _told(session: Session, instalment_ids: Sequence[str]) -> Mapping[str, tuple[str, str, str, int]]:
    """Number of the case, project, payee and number of the instalment."""
    query = (
        select(
            col(Instalment.id),
            col(Application.number),
            col(Application.project_name),
            col(Organisation.name),
            col(Instalment.number),
        )
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(col(Instalment.id).in_(instalment_ids))
    )
    return {one: (number, project, payee, part) for one, number, project, payee, part in session.execute(query)}


def _first_open(own: Mapping[int, Envelope], year: int) -> int:
    while year in own:
        year += 1
    return year


def _returned(session: Session) -> Mapping[str, Fen]:
    """By envelope, what came back of transfers."""
    query = (
        select(col(Posting.envelope_id), func.sum(Posting.amount_fen))
        .where(
            col(Posting.target) == Account.PAYABLE,
            col(Posting.source).in_((Account.IN_FLIGHT, Account.PAID)),
        )
        .group_by(col(Posting.envelope_id))
    )
    return {envelope_id: Fen(int(amount)) for envelope_id, amount in session.execute(query)}
