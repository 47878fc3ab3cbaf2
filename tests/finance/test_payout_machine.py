"""Runs, holds, hand-outs and the bank's answers in any order: paid ≤ released ≤ awarded, and no yuan comes or goes."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, col, func, select

from rules.faults import BadInput
from rules.money import yuan
from subsidy.audit_record import discrepancies
from subsidy.database import create, migrate, reading, writing
from subsidy.errors import SubsidyError
from subsidy.finance import holds, payouts, results
from subsidy.finance.ledger import of_instalments
from subsidy.records import Disbursement, Envelope, Hold, HoldCategory, Payment, PaymentState, PayoutRun, PayoutStatus
from tests.finance.payable import DUE, PART, due, held, payments
from tests.support.office import CHECKER, FINANCE, Office
from tests.support.results import csv_file, paid, returned
from tests.support.treasury import Treasury

COUNT = 3


@contextmanager
def template() -> Iterator[Path]:
    """A database with so many first instalments due, an account, and no run yet."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        engine = create(f"sqlite:///{path}")
        migrate(engine)
        office = Office(engine)
        due(office, COUNT)
        office.account()
        engine.dispose()
        yield path


class Payouts(RuleBasedStateMachine):
    """The model: of each instalment whether it is payable, in flight (in which payment) or paid."""

    source: Path
    reached: ClassVar[Counter[str]] = Counter()
    """How often what the machine is about came to pass."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "machine.db"
        shutil.copyfile(self.source, path)
        self.office = Treasury(create(f"sqlite:///{path}"))
        self.office.day = DUE + timedelta(days=10)
        with reading(self.office.engine) as session:
            self.envelope = session.exec(select(Envelope.id)).one()
        self.where: dict[str, str] = {}
        self.told = 0

    def runs(self, *statuses: PayoutStatus) -> list[PayoutRun]:
        with reading(self.office.engine) as session:
            return [run for run in payouts.runs(session) if run.status in statuses]

    def tried(self, step: object) -> bool:
        """Takes a step; whether it was not refused."""
        try:
            with writing(self.office.engine) as session:
                step(session)  # type: ignore[operator]
        except (SubsidyError, BadInput):
            return False
        return True

    @initialize(chunk=st.integers(1, 3), steps=st.integers(1, 3))
    def begin(self, chunk: int, steps: int) -> None:
        self.open(chunk)
        self.go_on(steps)

    @rule(chunk=st.integers(0, 3))
    def open(self, chunk: int) -> None:
        if len(self.runs(PayoutStatus.OPEN)) < 2:
            with writing(self.office.engine) as session:
                run = payouts.open_run(session, FINANCE, self.office.now, "lingang-2024", 2026)
            if chunk:
                payouts.fill(self.office.engine, run.id, FINANCE, self.office.now, None, chunk)

    @rule(at=st.integers(0, 1), chunk=st.integers(1, 3))
    def fill(self, at: int, chunk: int) -> None:
        for run in self.runs(PayoutStatus.OPEN)[at : at + 1]:
            payouts.fill(self.office.engine, run.id, FINANCE, self.office.now, None, chunk)

    @rule(at=st.integers(0, 1), which=st.integers(0, COUNT - 1))
    def take_out(self, at: int, which: int) -> None:
        for run in self.runs(PayoutStatus.OPEN)[at : at + 1]:
            ids = [one.id for one in payments(self.office, run)[which : which + 1]]
            self.tried(
                lambda session, run=run, ids=ids: payouts.take_out(session, FINANCE, self.office.now, run.id, None, ids)
            )

    @rule(steps=st.integers(1, 3))
    def go_on(self, steps: int) -> None:
        """Every run that can goes some steps further, up to the approval."""
        for _ in range(steps):
            for run in self.runs(PayoutStatus.OPEN, PayoutStatus.SUBMITTED, PayoutStatus.CHECKED):
                self.tried(lambda session, run=run: self.further(session, run))

    def further(self, session: Session, run: PayoutRun) -> None:
        now = self.office.now
        match run.status:
            case PayoutStatus.OPEN:
                payouts.submit(session, FINANCE, now, run.id, run.version)
            case PayoutStatus.SUBMITTED:
                payouts.check(session, CHECKER, now, run.id, run.version, yuan(run.amount_fen))
            case _:
                payouts.approve(session, CHECKER, now, run.id, run.version)

    @rule()
    def export(self) -> None:
        for run in self.runs(PayoutStatus.APPROVED):
            sent = [one.instalment_id for one in payments(self.office, run)]
            stopped = bool(self.standing())
            done = self.tried(lambda session, run=run: payouts.export(session, FINANCE, self.office.now, run.id, None))
            assert not (done and stopped), "a hold stood on the payee"
            assert done or stopped
            self.reached["stopped by a hold" if stopped else "handed out"] += 1
            if done:
                if any(one.number > 1 for one in payments(self.office, run)):
                    self.reached["another attempt"] += 1
                assert all(self.where.get(one, "payable") == "payable" for one in sent)
                self.where |= dict.fromkeys(sent, "in_flight")

    @rule(data=st.data(), good=st.sampled_from([True, True, False]))
    def answer(self, data: st.DataObject, good: bool) -> None:
        """The bank tells of some payment, of whatever state, that it was paid or came back."""
        with reading(self.office.engine) as session:
            known = session.exec(select(Payment).order_by(col(Payment.key))).all()
        if not known:
            return
        one = known[data.draw(st.integers(0, len(known) - 1))]
        self.told += 1  # the same bytes once more would change nothing
        rows = [(paid if good else returned)(one.key, yuan(one.amount_fen), ref=f"R{self.told}")]
        results.take(self.office.engine, FINANCE, self.office.now, "回单.csv", csv_file(rows))
        if good and one.state is PaymentState.IN_FLIGHT:
            self.reached["paid"] += 1
            self.where[one.instalment_id] = "paid"
        if not good and one.state in (PaymentState.IN_FLIGHT, PaymentState.PAID):
            self.reached["returned"] += 1
            self.where[one.instalment_id] = "payable"

    @rule()
    def hold(self) -> None:
        if not self.standing():
            held(self.office, self.instalments()[0], CHECKER, "evidence")
            with writing(self.office.engine) as session:
                holds.put(session, CHECKER, self.office.now, holds.Scope.PAYEE, "jia", HoldCategory.OTHER, "核实")

    @rule()
    def end_holds(self) -> None:
        for hold in self.standing():
            self.tried(lambda session, hold=hold: holds.end(session, CHECKER, self.office.now, hold.id, "已澄清"))

    @rule()
    def send_back(self) -> None:
        for run in self.runs(PayoutStatus.SUBMITTED, PayoutStatus.CHECKED, PayoutStatus.APPROVED)[:1]:
            self.tried(
                lambda session, run=run: payouts.send_back(session, CHECKER, self.office.now, run.id, None, "有误")
            )

    @rule()
    def abandon(self) -> None:
        for run in self.runs(PayoutStatus.OPEN)[:1]:
            self.tried(
                lambda session, run=run: payouts.abandon(session, FINANCE, self.office.now, run.id, None, "作废")
            )

    def standing(self) -> list[Hold]:
        with reading(self.office.engine) as session:
            return list(session.exec(select(Hold).where(col(Hold.ended_at).is_(None))))

    def instalments(self) -> list[str]:
        with reading(self.office.engine) as session:
            return sorted(self.generated(session))

    def generated(self, session: Session) -> list[str]:
        return list(session.exec(select(Disbursement.instalment_id)))

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        with reading(self.office.engine) as session:
            envelope = session.get_one(Envelope, self.envelope)
            ids = sorted(self.generated(session))
            found = of_instalments(session, ids)
            for one in ids:
                (position,) = [each for each in found[one] if each.amount > 0]
                assert (position.account.value, position.amount) == (self.where.get(one, "payable"), PART)
            states = [self.where.get(one, "payable") for one in ids]
            assert envelope.payable_fen == PART * states.count("payable")
            assert envelope.in_flight_fen == PART * states.count("in_flight")
            assert envelope.paid_fen == PART * states.count("paid")
            assert envelope.available_fen + COUNT * PART == envelope.allotted_fen

    @invariant()
    def each_payment_is_in_one_run_and_a_run_is_what_it_says(self) -> None:
        with reading(self.office.engine) as session:
            live = select(func.count(), func.count(func.distinct(col(Payment.disbursement_id))))
            count, different = session.exec(live.where(col(Payment.state) != PaymentState.RETURNED)).one()
            assert count == different
            for run in payouts.runs(session):
                sums = select(func.count(), func.coalesce(func.sum(Payment.amount_fen), 0))
                assert session.exec(sums.where(col(Payment.run_id) == run.id)).one() == (run.count, run.amount_fen)
                if run.status is PayoutStatus.CONFIRMED:
                    flying = col(Payment.run_id) == run.id, col(Payment.state) == PaymentState.IN_FLIGHT
                    assert session.exec(select(func.count()).where(*flying)).one() == 0

    def teardown(self) -> None:
        with reading(self.office.engine) as session:
            assert list(discrepancies(session)) == []
        self.office.engine.dispose()
        self.folder.cleanup()


def test_in_any_order_no_yuan_is_lost_or_paid_twice() -> None:
    with template() as path:
        Payouts.source = path
        run_state_machine_as_test(
            Payouts,
            settings=settings(
                max_examples=20,
                stateful_step_count=30,
                phases=[Phase.generate],
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert Payouts.reached["handed out"], Payouts.reached
