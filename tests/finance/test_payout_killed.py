"""A process killed in the middle of filling a run or of handing it out: nothing twice, nothing half."""

import signal
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from subsidy.audit_record import discrepancies
from subsidy.database import reading, writing
from subsidy.finance import payouts
from subsidy.records import Payment, PaymentState, PayoutRun, PayoutStatus, Posting
from tests.finance.payable import PART, approved, due, opened, payments, present
from tests.support.killing import NEVER, killed_at
from tests.support.office import FINANCE, Office

COUNT = 3


def carried(office: Office, point: int, step: Callable[[Engine], object]) -> int:
    """Carries a step out in a process that is killed at that point."""
    address = office.engine.url.render_as_string(hide_password=False)
    office.engine.dispose()
    return killed_at(point, address, step, from_start=True)


def filling(office: Office, run: PayoutRun) -> Callable[[Engine], object]:
    return lambda bind: payouts.fill(bind, run.id, FINANCE, office.now, None, 1)


def handing_out(office: Office, run: PayoutRun) -> Callable[[Engine], object]:
    def export(bind: Engine) -> None:
        with writing(bind) as session:
            payouts.export(session, FINANCE, office.now, run.id, run.version)

    return export


def broken(office: Office) -> set[str]:
    """What the record does not tell as it is."""
    with reading(office.engine) as session:
        return {found.kind for found in discrepancies(session)}


@pytest.mark.parametrize("part", range(4))
def test_killed_while_filling_it_goes_on(office: Office, part: int) -> None:
    due(office, COUNT)
    office.account()
    whole = carried(office, NEVER, filling(office, opened(office)))
    with writing(office.engine) as session:
        done = session.exec(select(PayoutRun)).one()
        payouts.abandon(session, FINANCE, office.now, done.id, done.version, "重做")
    run = opened(office)
    for point in range(1 + part, whole, 4):
        # Every fourth point, each time from where the one before was killed.
        assert carried(office, point, filling(office, run)) in (-signal.SIGKILL, *range(whole))
        kept = payments(office, run)
        told = present(office, run)
        assert (told.count, told.amount_fen) == (len(kept), PART * len(kept))
        assert len({one.disbursement_id for one in kept}) == len(kept)
    payouts.fill(office.engine, run.id, FINANCE, office.now)
    assert [one.number for one in payments(office, run)] == [1] * COUNT
    assert broken(office) == set()


@pytest.mark.parametrize("part", range(4))
def test_killed_while_handing_out_all_is_in_flight_or_nothing(office: Office, part: int) -> None:
    envelope, _ = due(office, COUNT)
    office.account()
    run = approved(office)
    point = 1 + part
    while carried(office, point, handing_out(office, run)) == -signal.SIGKILL:
        now = present(office, run)
        assert (now.status, now.version) == (PayoutStatus.APPROVED, run.version)
        assert {one.state for one in payments(office, run)} == {PaymentState.DRAFTED}
        assert (office.envelope(envelope.id).payable_fen, office.envelope(envelope.id).in_flight_fen) == (
            COUNT * PART,
            0,
        )
        point += 4
    assert point > 10
    assert present(office, run).status is PayoutStatus.EXPORTED
    assert {one.state for one in payments(office, run)} == {PaymentState.IN_FLIGHT}
    assert office.envelope(envelope.id).in_flight_fen == COUNT * PART
    with reading(office.engine) as session:
        moved = select(func.count(), func.sum(Posting.amount_fen)).where(col(Posting.target) == "in_flight")
        assert session.exec(moved).one() == (COUNT, COUNT * PART)
        assert session.exec(select(func.count()).select_from(Payment)).one() == COUNT
    assert broken(office) == set()
