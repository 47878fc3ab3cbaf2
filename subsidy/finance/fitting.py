"""Whether an award would find its money: told before it is recommended or approved, and nothing is set aside by it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import Session, col, select

from rules.money import Fen
from schedules.instalments import PlannedInstalment
from subsidy.finance import ledger
from subsidy.finance.commitments import drawn_on
from subsidy.records import Account, Application, Envelope, Exhausted


class Verdict(StrEnum):
    """What becomes of a part of an award."""

    FITS = "fits"
    WAITS = "waits"
    REFUSED = "refused"
    NO_ENVELOPE = "no_envelope"


class Fit(NamedTuple):
    """What the parts of an award that are due in a year would find: `available` also counts what is set aside for the case."""

    year: int
    amount: Fen
    available: Fen
    verdict: Verdict


def fits(session: Session, application: Application, parts: Sequence[PlannedInstalment]) -> Sequence[Fit]:
    """Year by year, in order, as `commitments.commit` would take it now."""
    query = select(Envelope).where(
        col(Envelope.policy_id) == application.policy_id, col(Envelope.scheme_id) == application.scheme_id
    )
    own = {one.year: one for one in session.exec(query)}
    left = {one.id: one.available_fen for one in own.values()}
    for envelope_id, account, amount in ledger.of_case(session, application.id):
        if account is Account.RESERVED:
            left[envelope_id] += amount
    found = []
    for part in parts:
        if not part.amount:
            continue
        envelope = drawn_on(own, part.due_on.year)
        if envelope is None:
            found.append(Fit(part.due_on.year, part.amount, Fen(0), Verdict.NO_ENVELOPE))
            continue
        available, verdict = Fen(left[envelope.id]), Verdict.FITS
        if part.amount > available:
            verdict = Verdict.REFUSED if envelope.exhausted is Exhausted.REFUSE else Verdict.WAITS
        else:
            left[envelope.id] -= part.amount
        found.append(Fit(envelope.year, part.amount, available, verdict))
    return found
