"""Two at once at payout runs, on PostgreSQL: each payment is in one run, each step is taken once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from subsidy.database import create, reading, writing
from subsidy.errors import SubsidyError
from subsidy.finance import holds, payouts
from subsidy.finance.holds import Scope
from subsidy.records import Payment, PaymentState, PayoutStatus, Posting
from tests.finance.payable import PART, approved, checked, due, opened, present
from tests.support.office import CHECKER, FINANCE, JIA, Office

pytestmark = pytest.mark.postgres


def at_once(url: str, *steps: Callable[[Engine], object]) -> Sequence[str]:
    """Takes steps at the same moment, each over connections of its own; tells of each `done` or the code of its refusal."""
    together = Barrier(len(steps))

    def take(step: Callable[[Engine], object]) -> str:
        engine = create(url)
        together.wait()
        try:
            step(engine)
        except SubsidyError as refusal:
            return refusal.code
        finally:
            engine.dispose()
        return "done"

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(take, steps))


def address(office: Office) -> str:
    return office.engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("repetition", range(3))
def test_two_fills_put_each_payment_into_one_run(postgres_engine: Engine, repetition: int) -> None:
    office = Office(postgres_engine)
    due(office, 5)
    office.account()
    runs = [opened(office), opened(office)]
    fills = [
        lambda engine, run=run: payouts.fill(engine, run.id, FINANCE, office.now, None, 1 + repetition) for run in runs
    ]
    assert at_once(address(office), *fills) == ["done", "done"]
    counts = [present(office, run).count for run in runs]
    assert sum(counts) == 5
    with reading(postgres_engine) as session:
        for run, count in zip(runs, counts, strict=True):
            assert session.exec(select(func.count()).where(col(Payment.run_id) == run.id)).one() == count
        assert session.exec(select(func.count(func.distinct(col(Payment.disbursement_id))))).one() == 5


@pytest.mark.parametrize("repetition", range(3))
def test_of_two_approvals_and_a_sending_back_one_is_done(postgres_engine: Engine, repetition: int) -> None:
    office = Office(postgres_engine)
    due(office, 2)
    office.account()
    run = checked(office)

    def approve(engine: Engine) -> None:
        with writing(engine) as session:
            payouts.approve(session, CHECKER, office.now, run.id, run.version)

    def send_back(engine: Engine) -> None:
        with writing(engine) as session:
            payouts.send_back(session, FINANCE, office.now, run.id, run.version, "有误")

    told = at_once(address(office), *[approve, send_back, approve][repetition:], approve)
    assert told.count("done") == 1
    assert present(office, run).version == run.version + 1


@pytest.mark.parametrize("repetition", range(3))
def test_two_exports_move_the_money_once(postgres_engine: Engine, repetition: int) -> None:
    office = Office(postgres_engine)
    envelope, _ = due(office, 3)
    office.account()
    run = approved(office)

    def export(engine: Engine) -> None:
        with writing(engine) as session:
            payouts.export(session, FINANCE, office.now, run.id, run.version if repetition else None)

    told = at_once(address(office), export, export)
    assert sorted(told) == ["done", "payout.is_exported"]
    assert office.envelope(envelope.id).in_flight_fen == 3 * PART
    with reading(postgres_engine) as session:
        moved = select(func.count(), func.sum(Posting.amount_fen)).where(col(Posting.target) == "in_flight")
        assert session.exec(moved).one() == (3, 3 * PART)


@pytest.mark.parametrize("repetition", range(3))
def test_a_hold_comes_before_the_hand_out_or_after_it(postgres_engine: Engine, repetition: int) -> None:
    office = Office(postgres_engine)
    due(office, 1 + repetition)
    office.account()
    run = approved(office)

    def export(engine: Engine) -> None:
        with writing(engine) as session:
            payouts.export(session, FINANCE, office.now, run.id, run.version)

    def hold(engine: Engine) -> None:
        with writing(engine) as session:
            holds.place(session, CHECKER, office.now, Scope.PAYEE, JIA, "fraud", "举报")

    exported, held = at_once(address(office), export, hold)
    assert held == "done"
    now = present(office, run)
    with reading(postgres_engine) as session:
        states = set(session.exec(select(Payment.state).where(col(Payment.run_id) == run.id)))
    if exported == "done":
        assert (now.status, states) == (PayoutStatus.EXPORTED, {PaymentState.IN_FLIGHT})
    else:
        assert (exported, now.status, states) == ("payout.lines_unfit", PayoutStatus.APPROVED, {PaymentState.DRAFTED})
