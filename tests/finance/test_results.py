"""Reconciliation (T07): whatever files come in whatever order, each payment is paid once and returned once, and no line is lost."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine
from sqlmodel import Session, col, select

from rules.faults import BadInput
from rules.money import yuan
from subsidy import audit_ledger
from subsidy.database import create, reading, writing
from subsidy.errors import Forbidden, Refused
from subsidy.finance import result_lists, results
from subsidy.finance.result_lists import Age
from subsidy.records import Envelope, Payment, PaymentState, PayoutRun, PayoutStatus, Reconciled, ResultFile, ResultLine
from tests.finance.payable import DUE, PART, approved, due, exported, payments, present
from tests.finance.test_commitments import held
from tests.support.killing import NEVER, killed_at
from tests.support.office import CHECKER, FINANCE, Office
from tests.support.results import csv_file, paid, returned

AMOUNT = yuan(PART)
OTHER = yuan(PART - 1)


def flying(office: Office, count: int) -> tuple[PayoutRun, list[Payment]]:
    """A run of so many payments that was handed out on the day they were due, and is answered ten days later."""
    due(office, count)
    office.account()
    run = exported(office)
    office.day = DUE + timedelta(days=10)
    return run, payments(office, run)


def take(office: Office, data: bytes, name: str = "回单.csv") -> results.Taken:
    return results.take(office.engine, FINANCE, office.now, name, data)


def outcomes(office: Office, file: ResultFile) -> list[tuple[int, str]]:
    with reading(office.engine) as session:
        return [(line.line, line.outcome.value) for line in result_lists.lines(session, file.id)]


def states(office: Office, run: PayoutRun) -> list[str]:
    return [payment.state.value for payment in payments(office, run)]


def envelope(office: Office) -> Envelope:
    with reading(office.engine) as session:
        return session.exec(select(Envelope)).one()


def test_every_kind_of_line_finds_its_outcome(office: Office) -> None:
    run, (one, two, three, four) = flying(office, 4)
    rows = [
        paid(one.key, AMOUNT), returned(two.key, AMOUNT), paid(three.key, OTHER), paid("LG0", "1.00"),
        paid(one.key, AMOUNT), returned(four.key, AMOUNT), paid(four.key, AMOUNT),
    ]  # fmt: skip
    taken = take(office, csv_file(rows))
    assert outcomes(office, taken.file) == [
        (2, "matched"), (3, "returned"), (4, "different"), (5, "unknown"), (6, "repeated"), (7, "returned"), (8, "matched"),
    ]  # fmt: skip
    assert states(office, run) == ["paid", "returned", "in_flight", "returned"]
    kept = payments(office, run)
    assert [(each.settled_on, each.bank_ref) for each in kept] == [
        (date(2026, 7, 1), "R1"), (date(2026, 7, 3), "R2"), (None, None), (date(2026, 7, 3), "R2"),
    ]  # fmt: skip
    assert held(envelope(office)) == {
        "allotted": 10**9, "available": 10**9 - 4 * PART, "payable": 2 * PART, "in_flight": PART, "paid": PART
    }  # fmt: skip
    with reading(office.engine) as session:
        totals = result_lists.totals(session, taken.file.id)
        assert sum(total.amount for total in totals.values()) == taken.file.amount_fen
        assert sum(total.count for total in totals.values()) == taken.file.lines == 7
        assert [line.line for line in result_lists.waiting(session)] == [4, 5]
    assert present(office, run).status is PayoutStatus.EXPORTED
    with reading(office.engine) as session:
        assert [each.kind for each in audit_ledger.discrepancies(session)] == []


def test_the_run_is_confirmed_with_its_last_outcome(office: Office) -> None:
    run, (one, two) = flying(office, 2)
    take(office, csv_file([paid(one.key, AMOUNT)]))
    assert present(office, run).status is PayoutStatus.EXPORTED
    take(office, csv_file([returned(two.key, AMOUNT)]))
    assert present(office, run).status is PayoutStatus.CONFIRMED


def test_the_same_bytes_once_more_change_nothing(office: Office) -> None:
    run, (one,) = flying(office, 1)
    data = csv_file([paid(one.key, AMOUNT)])
    first = take(office, data)
    before = held(envelope(office)), office.events(run.id)
    again = take(office, data, "又一次.csv")
    assert (first.again, again.again, again.file.id) == (False, True, first.file.id)
    assert (held(envelope(office)), office.events(run.id)) == before
    third = take(office, csv_file([paid(one.key, AMOUNT)], "gb18030"))
    assert outcomes(office, third.file) == [(2, "repeated")]
    assert held(envelope(office)) == before[0]


def test_what_came_back_is_payable_again_as_a_new_attempt(office: Office) -> None:
    run, (one,) = flying(office, 1)
    take(office, csv_file([paid(one.key, AMOUNT)]))
    take(office, csv_file([returned(one.key, AMOUNT)]))
    assert states(office, run) == ["returned"]
    again = exported(office)
    (second,) = payments(office, again)
    assert (second.number, second.disbursement_id, second.key != one.key) == (2, one.disbursement_id, True)
    # What is still heard of the first attempt does not touch the second.
    late = take(office, csv_file([paid(one.key, AMOUNT, "2026-07-04"), returned(one.key, AMOUNT, "2026-07-05")]))
    assert outcomes(office, late.file) == [(2, "repeated"), (3, "repeated")]
    assert states(office, again) == ["in_flight"]
    take(office, csv_file([paid(second.key, AMOUNT)]))
    assert held(envelope(office)) == {"allotted": 10**9, "available": 10**9 - PART, "paid": PART}


def test_what_cannot_have_been_is_listed_and_moves_nothing(office: Office) -> None:
    _, (one, two) = flying(office, 2)
    take(office, csv_file([paid(one.key, AMOUNT, "2026-07-05"), returned(two.key, AMOUNT, "2026-07-05")]))
    before = held(envelope(office))
    rows = [returned(one.key, AMOUNT, "2026-07-04"), paid(two.key, AMOUNT, "2026-07-06")]
    assert outcomes(office, take(office, csv_file(rows)).file) == [(2, "unknown"), (3, "unknown")]
    assert held(envelope(office)) == before


def test_a_payment_that_was_never_handed_out_is_not_paid(office: Office) -> None:

    due(office)
    office.account()
    (one,) = payments(office, approved(office))
    office.day = date(2026, 7, 10)
    taken = take(office, csv_file([paid(one.key, AMOUNT)]))
    assert outcomes(office, taken.file) == [(2, "unknown")]
    assert held(envelope(office))["payable"] == PART


def test_one_line_that_cannot_be_read_keeps_the_whole_file_out(office: Office) -> None:
    run, (one, two) = flying(office, 2)
    with pytest.raises(BadInput):
        take(office, csv_file([paid(one.key, AMOUNT), paid(two.key, "x")]))
    assert states(office, run) == ["in_flight", "in_flight"]
    with reading(office.engine) as session:
        assert session.exec(select(ResultFile)).all() == []


def test_only_a_maker_takes_files_and_deals_with_lines(office: Office) -> None:
    flying(office, 1)
    with pytest.raises(Forbidden):
        results.take(office.engine, CHECKER, office.now, "回单.csv", csv_file([paid("LG0", "1.00")]))
    taken = take(office, csv_file([paid("LG0", "1.00"), paid("LG0", "1.00")]))
    with pytest.raises(Forbidden), writing(office.engine) as session:
        result_lists.settle(session, CHECKER, office.now, taken.file.id, 2, "他单位款项")
    with pytest.raises(BadInput), writing(office.engine) as session:
        result_lists.settle(session, FINANCE, office.now, taken.file.id, 2, " ")
    with writing(office.engine) as session:
        result_lists.settle(session, FINANCE, office.now, taken.file.id, 2, "他单位款项")
    with pytest.raises(Refused), writing(office.engine) as session:
        result_lists.settle(session, FINANCE, office.now, taken.file.id, 2, "他单位款项")
    with reading(office.engine) as session:
        assert [line.line for line in result_lists.waiting(session)] == [3]
    assert [event.command for event in office.events(taken.file.id)] == ["take_results", "settle_line"]


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, Age.FRESH), (3, Age.FRESH), (4, Age.WEEK), (7, Age.WEEK), (8, Age.MONTH), (30, Age.MONTH), (31, Age.OLD)],
)
def test_what_is_in_flight_ages(office: Office, days: int, bucket: Age) -> None:
    flying(office, 1)
    today = DUE + timedelta(days=days)
    with reading(office.engine) as session:
        (row,) = result_lists.in_flight(session, today)[0:10]
        assert (row.days(today), result_lists.age(days)) == (days, bucket)
        assert {each for each, total in result_lists.ageing(session, today).items() if total.count} == {bucket}
        assert [each for each in Age if len(result_lists.in_flight(session, today, each))] == [bucket]


class Said(NamedTuple):
    """A line: of which payment, and whether it was paid or came back."""

    payment: int
    paid: bool


COUNT = 3
HISTORIES = ((), (True,), (False,), (True, False))
"""What can become of a payment: nothing yet, paid, come back, or paid and then come back."""


@st.composite
def told(draw: st.DrawFn) -> tuple[list[tuple[bool, ...]], list[list[Said]]]:
    """What became of each payment, and files that tell it: in any order, overlapping, each line once or more."""
    histories = [draw(st.sampled_from(HISTORIES)) for _ in range(COUNT)]
    lines = [Said(number, step) for number, history in enumerate(histories) for step in history]
    if lines:
        lines += draw(st.lists(st.sampled_from(lines), max_size=4))
    lines.append(Said(-1, True))  # of nobody's
    shuffled = draw(st.permutations(lines))
    files: list[list[Said]] = [[]]
    for line in shuffled:
        parted: bool = draw(st.booleans())
        if files[-1] and parted:
            files.append([])
        files[-1].append(line)
    return histories, files


@pytest.fixture
def flight(office: Office) -> Iterator[tuple[Connection, Office, list[Payment]]]:
    _, made = flying(office, COUNT)
    with office.engine.connect() as connection:
        yield connection, office, made


def row(said: Said, made: list[Payment]) -> tuple[str, ...]:
    key = made[said.payment].key if said.payment >= 0 else "LG0"
    return paid(key, AMOUNT) if said.paid else returned(key, AMOUNT)


@given(told())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_files_in_any_order_lead_to_what_became_of_the_payments(
    flight: tuple[Connection, Office, list[Payment]], case: tuple[list[tuple[bool, ...]], list[list[Said]]]
) -> None:
    connection, office, made = flight
    histories, files = case
    with connection.begin() as transaction:
        sent = 0
        for number, lines in enumerate(files):
            # A name in a reference makes each file another one.
            data = csv_file([*(row(said, made) for said in lines), paid(f"NOBODY{number}", "1.00")])
            taken = results.take(connection, FINANCE, office.now, "回单.csv", data)
            assert not taken.again
            sent += taken.file.amount_fen
        with Session(connection) as session:
            ids = [each.id for each in made]
            found = {each.id: each for each in session.exec(select(Payment).where(col(Payment.id).in_(ids)))}
            kept = session.exec(select(ResultLine)).all()
            books = held(session.exec(select(Envelope)).one())
        transaction.rollback()
    ends = [(history[-1] if history else None) for history in histories]
    names = {None: PaymentState.IN_FLIGHT, True: PaymentState.PAID, False: PaymentState.RETURNED}
    assert [found[one.id].state for one in made] == [names[end] for end in ends]
    assert sum(line.amount_fen for line in kept) == sent
    assert len(kept) == sum(len(lines) + 1 for lines in files)
    for outcome in (Reconciled.MATCHED, Reconciled.RETURNED):
        effects = [line.payment_id for line in kept if line.outcome is outcome]
        assert len(effects) == len(set(effects))
        assert len(effects) == sum((outcome is Reconciled.MATCHED) in history for history in histories)
    expected = {
        "allotted": 10**9,
        "available": 10**9 - COUNT * PART,
        "in_flight": ends.count(None) * PART,
        "paid": ends.count(True) * PART,
        "payable": ends.count(False) * PART,
    }
    assert books == {name: amount for name, amount in expected.items() if amount}


def import_killed(office: Office, data: bytes, point: int) -> int:
    address, now = office.engine.url.render_as_string(hide_password=False), office.now
    office.engine.dispose()
    return killed_at(point, address, lambda bind: results.take(bind, FINANCE, now, "回单.csv", data), from_start=True)


@pytest.mark.parametrize("point", [1, 2, 4, 7, 9, 11, 13, 15, 17, 19, 21, 23])
def test_an_import_that_is_killed_has_done_nothing_and_is_done_by_the_next(office: Office, point: int) -> None:
    run, (one, two) = flying(office, 2)
    data = csv_file([paid(one.key, AMOUNT), returned(two.key, AMOUNT)])
    before = held(envelope(office))
    assert import_killed(office, data, point) == -signal.SIGKILL
    assert states(office, run) == ["in_flight", "in_flight"]
    assert held(envelope(office)) == before
    with reading(office.engine) as session:
        assert session.exec(select(ResultFile)).all() == []
    assert not take(office, data).again
    assert states(office, run) == ["paid", "returned"]
    assert present(office, run).status is PayoutStatus.CONFIRMED


def test_the_points_of_the_kill_lie_inside_the_import(office: Office) -> None:
    run, (one, two) = flying(office, 2)
    assert import_killed(office, csv_file([paid(one.key, AMOUNT), returned(two.key, AMOUNT)]), NEVER) > 23
    assert states(office, run) == ["paid", "returned"]


@pytest.mark.postgres
@pytest.mark.parametrize("repetition", range(3))
def test_the_same_payment_in_files_taken_at_once_is_paid_once(postgres_engine: Engine, repetition: int) -> None:
    office = Office(postgres_engine)
    run, (one, two) = flying(office, 2)
    same = csv_file([paid(one.key, AMOUNT), returned(two.key, AMOUNT)])
    overlapping = csv_file([returned(two.key, AMOUNT), paid(one.key, AMOUNT), paid("LG0", f"{repetition + 1}.00")])
    together = Barrier(4)

    def one_by_one(data: bytes) -> bool:
        engine = create(postgres_engine.url.render_as_string(hide_password=False))
        together.wait()
        again = results.take(engine, FINANCE, office.now, "回单.csv", data).again
        engine.dispose()
        return again

    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(one_by_one, [same, overlapping, same, overlapping]))
    assert sorted(again) == [False, False, True, True]
    assert states(office, run) == ["paid", "returned"]
    assert held(envelope(office)) == {"allotted": 10**9, "available": 10**9 - 2 * PART, "payable": PART, "paid": PART}
    with reading(postgres_engine) as session:
        effects = [line.outcome.value for line in session.exec(select(ResultLine))]
    assert sorted(effects) == ["matched", "repeated", "repeated", "returned", "unknown"]
