"""Payout runs: from payable to in flight by two people, frozen in between."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from rules.faults import BadInput
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, Refused, Stale
from subsidy.finance import holds, payouts, second_person
from subsidy.finance.holds import Scope
from subsidy.finance.payout_filling import candidates, contents
from subsidy.finance.payout_lines import unfit
from subsidy.records import Organisation, Payment, PaymentState, PayoutRun, PayoutStatus
from tests.finance.payable import (
    PART,
    approved,
    checked,
    due,
    exported,
    filled,
    opened,
    payments,
    present,
    settled,
    submitted,
)
from tests.finance.test_commitments import held
from tests.support.office import CHECKER, FINANCE, JIA, Office


def test_from_payable_to_in_flight(office: Office) -> None:
    envelope, _ = due(office, 2)
    office.account()
    run = exported(office)
    assert (run.status, run.count, run.amount_fen) == (PayoutStatus.EXPORTED, 2, 2 * PART)
    assert held(office.envelope(envelope.id)) == {
        "allotted": 10**9, "available": 10**9 - 2 * PART, "in_flight": 2 * PART
    }  # fmt: skip
    made = payments(office, run)
    assert [(one.line, one.number, one.amount_fen, one.state) for one in made] == [
        (1, 1, PART, PaymentState.IN_FLIGHT),
        (2, 1, PART, PaymentState.IN_FLIGHT),
    ]
    assert [event.command for event in office.events(run.id)] == [
        f"payout.{step}" for step in ("open", "fill", "submit", "check", "approve", "export")
    ]


def test_a_line_says_what_the_bank_and_the_auditor_need(office: Office) -> None:
    due(office)
    account = office.account()
    run = approved(office)
    with reading(office.engine) as session:
        (line,) = payouts.frozen_lines(session, run.id)
    (payment,) = payments(office, run)
    assert (line["application"] or "").startswith("LG-")
    assert line == {
        "application": line["application"],
        "line": "1",
        "key": payment.key,
        "project": "临港园区用户侧储能项目",
        "payee": "上海甲储能科技有限公司",
        "credit_code": "91310115MA1K35XK0N",
        "policy": "lingang-2024",
        "scheme": "user-side-storage",
        "scheme_label": "用户侧储能项目奖励",
        "clause": "A",
        "capacity_kwh": "12000",
        "unit_yuan": "200.00",
        "award": "2400000.00",
        "instalment": "1",
        "of": "3",
        "year": "2026",
        "due_on": "2026-06-30",
        "amount": "800000.00",
        "paid_before": "0.00",
        "remaining": "1600000.00",
        "account_holder": "上海甲储能科技有限公司",
        "bank": "中国工商银行上海临港支行",
        "account_number": account.number,
        "cnaps": "102290012345",
        "account_verified_on": "2026-06-30",
        "release_evidence": "检测报告第 1 号",
        "attempt": "1",
    }
    assert payment.key.isalnum()
    assert len(payment.key) <= 20


def test_filling_again_adds_nothing_and_another_run_gets_nothing(office: Office) -> None:
    due(office, 3)
    office.account()
    run, told = opened(office), list[tuple[int, int | None]]()
    made = payouts.fill(office.engine, run.id, FINANCE, office.now, lambda *done: told.append(done), 2)
    assert (made.count, made.amount) == (3, 3 * PART)
    assert told == [(2, 3), (3, 3)]
    assert payouts.fill(office.engine, run.id, FINANCE, office.now).count == 0
    assert payouts.fill(office.engine, opened(office).id, FINANCE, office.now).count == 0
    assert len(office.events(run.id)) == 3


def test_the_preview_is_what_filling_puts_in(office: Office) -> None:
    due(office, 2)
    office.account()
    run = opened(office)
    with reading(office.engine) as session:
        offered = candidates(session, run, office.day)
    payouts.fill(office.engine, run.id, FINANCE, office.now)
    with reading(office.engine) as session:
        assert contents(session, run) == offered
        assert candidates(session, run, office.day) == []
    assert [(group.payee, group.count, group.amount) for group in offered] == [("上海甲储能科技有限公司", 2, 2 * PART)]


@pytest.mark.parametrize(
    "chosen", [payouts.Choice(payees=frozenset({"yi"})), payouts.Choice(schemes=frozenset({"first-unit"}))]
)
def test_what_was_not_chosen_is_left(office: Office, chosen: payouts.Choice) -> None:
    due(office)
    office.account()
    run = opened(office)
    assert payouts.fill(office.engine, run.id, FINANCE, office.now, choice=chosen).count == 0
    chosen = payouts.Choice(frozenset({"user-side-storage"}), frozenset({JIA}))
    assert payouts.fill(office.engine, run.id, FINANCE, office.now, choice=chosen).count == 1


def test_what_is_taken_out_can_go_into_another_run(office: Office) -> None:
    due(office, 2)
    office.account()
    run = filled(office)
    first = payments(office, run)[0]
    with writing(office.engine) as session:
        run = payouts.take_out(session, FINANCE, office.now, run.id, run.version, [first.id])
    assert (run.count, run.amount_fen) == (1, PART)
    other = filled(office)
    assert [one.key for one in payments(office, other)] == [first.key]
    with writing(office.engine) as session:
        run = payouts.submit(session, FINANCE, office.now, run.id, run.version)
    assert [one.line for one in payments(office, run)] == [1]


def test_an_abandoned_run_frees_its_payments(office: Office) -> None:
    due(office)
    office.account()
    run = filled(office)
    with writing(office.engine) as session:
        run = payouts.abandon(session, FINANCE, office.now, run.id, run.version, "重复编制")
    assert (run.status, run.count, payments(office, run)) == (PayoutStatus.ABANDONED, 0, [])
    assert filled(office).count == 1


def test_an_empty_run_is_not_handed_in(office: Office) -> None:
    run = filled(office)
    with writing(office.engine) as session, pytest.raises(Refused, match="empty"):
        payouts.submit(session, FINANCE, office.now, run.id, run.version)


@pytest.mark.parametrize("typed", ["", "1", "800000.01", "80万", "-800000"])
def test_the_control_total_must_agree(office: Office, typed: str) -> None:
    due(office)
    office.account()
    run = submitted(office)
    with writing(office.engine) as session, pytest.raises(BadInput):
        payouts.check(session, CHECKER, office.now, run.id, run.version, typed)
    assert present(office, run).status is PayoutStatus.SUBMITTED
    with writing(office.engine) as session:
        payouts.check(session, CHECKER, office.now, run.id, run.version, " 800,000.00 元")


def test_a_step_from_an_older_state_is_noticed(office: Office) -> None:
    due(office)
    office.account()
    run = checked(office)
    with writing(office.engine) as session, pytest.raises(Stale):
        payouts.approve(session, CHECKER, office.now, run.id, run.version - 1)


def test_sending_back_voids_what_was_checked_and_approved(office: Office) -> None:
    due(office)
    office.account()
    run = approved(office)
    assert run.digest is not None
    with writing(office.engine) as session:
        run = payouts.send_back(session, CHECKER, office.now, run.id, run.version, "账户有疑")
    assert (run.status, run.digest, run.checked_by, run.approved_by) == (PayoutStatus.OPEN, None, None, None)
    with writing(office.engine) as session, pytest.raises(Refused, match="is_open"):
        payouts.export(session, FINANCE, office.now, run.id, run.version)


def change_account(office: Office) -> None:
    office.account()


def hold_payee(office: Office) -> None:
    with writing(office.engine) as session:
        holds.place(session, CHECKER, office.now, Scope.PAYEE, JIA, "fraud", "举报")


def rename(office: Office) -> None:
    with writing(office.engine) as session:
        session.get_one(Organisation, JIA).name = "上海甲新储能科技有限公司"


CHANGES = {"account": change_account, "hold": hold_payee, "name": rename}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_what_changes_after_submission_keeps_a_run_from_being_approved(office: Office, what: str) -> None:
    due(office)
    office.account()
    run = checked(office)
    CHANGES[what](office)
    with writing(office.engine) as session, pytest.raises(Refused, match="lines_unfit") as refused:
        payouts.approve(session, CHECKER, office.now, run.id, run.version)
    assert refused.value.params == {"count": "1", "lines": "1"}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_what_changes_after_approval_keeps_a_run_from_being_exported(office: Office, what: str) -> None:
    envelope, _ = due(office)
    office.account()
    run = approved(office)
    CHANGES[what](office)
    with writing(office.engine) as session, pytest.raises(Refused, match="lines_unfit"):
        payouts.export(session, FINANCE, office.now, run.id, run.version)
    assert office.envelope(envelope.id).payable_fen == PART
    with reading(office.engine) as session:
        assert [found.line for found in unfit(session, present(office, run), office.day)] == [1]


@pytest.mark.parametrize(
    ("record", "values"),
    [
        (Payment, {"amount_fen": PART + 1}),
        (Payment, {"key": "AAAA01"}),
        (Payment, {"sheet_json": "{}"}),
        (PayoutRun, {"amount_fen": PART + 1}),
        (PayoutRun, {"note": "另付"}),
        (PayoutRun, {"made_by": "yan", "made_person": "yan"}),
    ],
)
def test_what_is_altered_after_approval_is_not_exported(
    office: Office, record: type, values: dict[str, object]
) -> None:
    envelope, _ = due(office)
    office.account()
    run = approved(office)
    with writing(office.engine) as session:
        session.execute(update(record).values(values))
    with writing(office.engine) as session, pytest.raises(Refused, match="altered"):
        payouts.export(session, FINANCE, office.now, run.id, run.version)
    assert office.envelope(envelope.id).payable_fen == PART


def test_a_returned_payment_is_payable_again_as_a_new_attempt(office: Office) -> None:
    due(office)
    office.account()
    run = settled(office, exported(office), "returned")
    assert run.status is PayoutStatus.CONFIRMED


def test_the_files_are_handed_out_once_and_again_only_by_two(office: Office) -> None:
    due(office)
    office.account()
    run = approved(office)
    with reading(office.engine) as session:
        refusal = payouts.may_download(session, FINANCE, office.now, run)
        assert (refusal and refusal.code) == "payout.not_handed_out"
    with writing(office.engine) as session:
        run = payouts.export(session, FINANCE, office.now, run.id, run.version)
    office.day += timedelta(days=1)
    with reading(office.engine) as session:
        assert payouts.may_download(session, FINANCE, office.now, run) is None
    office.day += timedelta(days=1)
    with reading(office.engine) as session:
        refusal = payouts.may_download(session, FINANCE, office.now, run)
        assert (refusal and refusal.code) == "payout.handed_out"
    with writing(office.engine) as session:
        made = payouts.ask_again(session, FINANCE, office.now, run.id, "银行未收到文件")
    with writing(office.engine) as session, pytest.raises(Forbidden):
        second_person.confirm(session, FINANCE, office.now, made.id)
    with writing(office.engine) as session:
        second_person.confirm(session, CHECKER, office.now, made.id)
    with reading(office.engine) as session:
        assert payouts.may_download(session, FINANCE, office.now, run) is None
    assert office.events(run.id)[-1].command == "payout.reissue"
