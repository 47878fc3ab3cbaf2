"""T22: who may give a bank account, who verifies it, when it is used, who is told, and what stops payments meanwhile."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from rules.faults import BadInput
from subsidy.accounts import people
from subsidy.accounts.registration import SUBJECT as ACCOUNT
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, NotFound, Refused
from subsidy.finance import bank_accounts, payee_holds
from subsidy.finance.bank_fields import masked, plain
from subsidy.records import (
    BankAccount,
    BankAccountState,
    Duty,
    Event,
    Hold,
    HoldCategory,
    Message,
    Organisation,
    Record,
    Role,
    User,
)
from subsidy.workflow import events
from subsidy.workflow.actor import Actor
from tests.support.banks import COOLING, NUMBER, OTHER, given, propose, verified, verify
from tests.support.office import (
    ADMINISTRATOR,
    APPLICANT,
    AUDITOR,
    CHECKER,
    FINANCE,
    JIA,
    REGISTRAR,
    STRANGER,
    Office,
)

COLLEAGUE = Actor("zhang", "张蕾", Role.APPLICANT, JIA)
SECOND_OWNER = Actor("liu", "刘洋", Role.APPLICANT, JIA, frozenset({Duty.OWN}))


def account(office: Office, found: BankAccount) -> BankAccount:
    with reading(office.engine) as session:
        return session.get_one(BankAccount, found.id)


def held(office: Office, day: date, category: HoldCategory = HoldCategory.ACCOUNT) -> bool:
    with reading(office.engine) as session:
        return bool(payee_holds.stands(session, JIA, category, day))


def told(office: Office, kind: str) -> list[tuple[str, str | None]]:
    with reading(office.engine) as session:
        query = select(Message).where(col(Message.command) == kind).order_by(col(Message.user_id), col(Message.address))
        return [(message.user_id, message.address) for message in session.exec(query)]


def fault(office: Office, **changed: str) -> str:
    with pytest.raises(BadInput) as bad:
        propose(office, changed.pop("number", NUMBER), APPLICANT, JIA, "", **changed)
    return bad.value.faults[0].code


def test_the_first_account_is_used_as_soon_as_another_person_has_verified_it(office: Office) -> None:
    made = propose(office)
    assert (made.state, made.number, made.usable_from) == ("proposed", NUMBER, None)
    assert not held(office, office.day)
    done = verify(office, made)
    assert (done.state, done.usable_from, done.answer) == ("verified", office.day, "测试汇款 0.01 元")
    assert not held(office, office.day)


def test_a_change_stops_payments_until_it_is_verified_and_the_waiting_period_is_over(office: Office) -> None:
    old = verified(office)
    office.day += timedelta(days=30)
    new = propose(office, OTHER)
    assert account(office, old).state is BankAccountState.VERIFIED
    assert held(office, office.day)
    assert held(office, office.day + timedelta(days=1000))
    office.day += timedelta(days=3)
    done = verify(office, new)
    assert account(office, old).state is BankAccountState.REPLACED
    assert done.usable_from == office.day + timedelta(days=COOLING)
    days = [office.day + timedelta(days=passed) for passed in range(COOLING + 2)]
    assert [held(office, day) for day in days] == [True] * COOLING + [False, False]


def test_a_change_that_is_refused_leaves_the_old_account_and_lets_payments_go_on(office: Office) -> None:
    old, new = verified(office), propose(office, OTHER)
    with writing(office.engine) as session:
        bank_accounts.refuse(session, CHECKER, office.now, new.id, "银行函不符")
    assert account(office, new).state is BankAccountState.REFUSED
    assert account(office, old).state is BankAccountState.VERIFIED
    assert not held(office, office.day)
    propose(office, OTHER)
    assert held(office, office.day)


@pytest.mark.parametrize(
    ("actor", "payee", "error"),
    [
        (COLLEAGUE, JIA, Forbidden),
        (STRANGER, JIA, NotFound),
        (ADMINISTRATOR, JIA, Forbidden),
        (CHECKER, JIA, Forbidden),
        (AUDITOR, JIA, Forbidden),
        (REGISTRAR, JIA, Forbidden),
        (replace(FINANCE, organisation_id=JIA), JIA, Forbidden),
        (FINANCE, "nobody", NotFound),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_who_may_not_give_an_account(office: Office, actor: Actor, payee: str, error: type[Exception]) -> None:
    office.employ(COLLEAGUE)
    with pytest.raises(error), writing(office.engine) as session:
        bank_accounts.propose(session, actor, office.now, payee, given(), "来函")
    with reading(office.engine) as session:
        assert session.exec(select(BankAccount)).all() == []


def test_finance_takes_an_account_from_a_paper_alone(office: Office) -> None:
    with pytest.raises(BadInput, match="evidence_missing"):
        propose(office, actor=FINANCE)
    made = propose(office, actor=FINANCE, evidence="来函第 12 号")
    assert made.evidence == "来函第 12 号"
    assert verify(office, made).state is BankAccountState.VERIFIED


def test_nobody_verifies_what_he_has_given_with_whichever_account(office: Office) -> None:
    made = propose(office, actor=FINANCE, evidence="来函第 12 号")
    again = replace(office.moved(FINANCE), duties=frozenset({Duty.CHECK}))
    for actor in (FINANCE, APPLICANT, ADMINISTRATOR):
        with pytest.raises(Forbidden, match="lacks_check"):
            verify(office, made, actor)
    with pytest.raises(Forbidden, match="own_account"):
        verify(office, made, again)


def test_nobody_verifies_the_account_of_an_organisation_of_his(office: Office) -> None:
    made = propose(office)
    with pytest.raises(Forbidden, match="own_organisation"):
        verify(office, made, replace(CHECKER, organisation_id=JIA))
    insider = Actor("fang2", "方平", Role.APPLICANT, JIA)
    office.employ(insider)
    with writing(office.engine) as session:
        session.get_one(User, insider.id).person_id = "fang"
    with pytest.raises(Forbidden, match="own_organisation"):
        verify(office, made)


def test_the_holder_is_the_registered_name(office: Office) -> None:
    assert plain("上海甲（储能） 科技有限公司") == plain("上海甲(储能)科技有限公司")
    assert fault(office, holder="李明") == "bank.holder_differs"
    assert propose(office, holder="上海甲储能 科技有限公司").holder == "上海甲储能 科技有限公司"


def test_a_name_that_changed_meanwhile_is_noticed_when_the_account_is_verified(office: Office) -> None:
    made = propose(office)
    with writing(office.engine) as session:
        organisation = session.get_one(Organisation, JIA)
        organisation.name = "上海甲储能集团有限公司"
    with pytest.raises(Refused, match="holder_differs"):
        verify(office, made)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("00430 01234 5678", "00430012345678"), ("００４３００１２３４５６７８", "00430012345678"), ("0043-0012–3456—78", "00430012345678")],
)  # fmt: skip
def test_numbers_lose_spaces_and_dashes_and_keep_their_zeros(office: Office, typed: str, kept: str) -> None:
    assert propose(office, typed).number == kept


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"number": "1234567"}, "number_length"),
        ({"number": "1" * 35}, "number_length"),
        ({"number": "12345678a"}, "number_digits"),
        ({"number": "=1+1234567"}, "number_digits"),
        ({"number": "１２三４５６７８９"}, "number_digits"),
        ({"number": "٠١٢٣٤٥٦٧٨"}, "number_digits"),
        ({"number": " "}, "number_missing"),
        ({"cnaps": "10229000200"}, "cnaps_length"),
        ({"cnaps": "102290002005"}, "cnaps_checksum"),
        ({"cnaps": "102290002O04"}, "cnaps_digits"),
        ({"cnaps": ""}, "cnaps_missing"),
        ({"bank": ""}, "bank_missing"),
        ({"holder": ""}, "holder_missing"),
    ],
)
def test_what_cannot_be_an_account_is_told(office: Office, changed: dict[str, str], code: str) -> None:
    assert fault(office, **changed) == f"bank.{code}"


@pytest.mark.parametrize(
    "cnaps", ["102100099996", "103100000026", "104100000004", "105100000017", "301290000007", "308584000013"]
)
def test_codes_that_are_in_use_are_taken(office: Office, cnaps: str) -> None:
    """Head offices of banks, as the payment system lists them."""
    assert propose(office, cnaps=cnaps).cnaps == cnaps


def test_one_account_waits_at_a_time_and_the_present_one_is_no_change(office: Office) -> None:
    made = propose(office)
    with pytest.raises(Refused, match="waiting"):
        propose(office, OTHER, APPLICANT)
    verify(office, made)
    with pytest.raises(Refused, match="same"):
        propose(office)
    with pytest.raises(Refused, match="decided"), writing(office.engine) as session:
        bank_accounts.refuse(session, CHECKER, office.now, made.id, "理由")
    with pytest.raises(Refused, match="decided"):
        verify(office, made)


def test_everybody_of_the_payee_is_told_also_where_he_was_reached_before(office: Office) -> None:
    office.employ(COLLEAGUE, SECOND_OWNER)
    first = propose(office)
    everybody = [(user, None) for user in ("li", "liu", "zhang")]
    assert told(office, "bank_proposed") == everybody
    verify(office, first)
    assert told(office, "bank_verified") == everybody
    # Somebody takes over: another address for one owner, the other one disabled.
    with writing(office.engine) as session:
        user = session.get_one(User, "li")
        before, user.email = user.email, "li@evil.example"
        entry = events.entry(APPLICANT, office.now, "li", "confirm_email", {"email": before}, {}, kind=ACCOUNT)
        events.append(session, [entry])
    with writing(office.engine) as session:
        people.disable(session, APPLICANT, office.now, "liu", "离职")
    office.day += timedelta(days=5)
    propose(office, OTHER)
    assert sorted(told(office, "bank_changed"), key=str) == sorted([*everybody, ("li", "li@example.cn")], key=str)
    office.day += timedelta(days=90)
    with reading(office.engine) as session:
        found = session.exec(select(BankAccount).where(col(BankAccount.state) == "proposed")).one()
    verify(office, found)
    assert [user for user, _ in told(office, "bank_verified")] == ["li", "li", "liu", "zhang", "zhang"]


def test_a_fraud_report_stops_payments_at_once_and_only_a_checker_ends_it(office: Office) -> None:
    made = verified(office)
    with writing(office.engine) as session:
        bank_accounts.report_fraud(session, APPLICANT, office.now, made.id, "账户不是我们的")
    assert held(office, office.day, HoldCategory.FRAUD)
    assert held(office, office.day + timedelta(days=1000), HoldCategory.FRAUD)
    assert "fang" in [user for user, _ in told(office, "fraud_reported")]
    for actor in (APPLICANT, FINANCE, ADMINISTRATOR):
        with pytest.raises(Forbidden), writing(office.engine) as session:
            bank_accounts.end_fraud(session, actor, office.now, made.id, "误报")
    with pytest.raises(BadInput), writing(office.engine) as session:
        bank_accounts.end_fraud(session, CHECKER, office.now, made.id, " ")
    with writing(office.engine) as session:
        bank_accounts.end_fraud(session, CHECKER, office.now, made.id, "已向该单位核实")
    assert not held(office, office.day, HoldCategory.FRAUD)
    with pytest.raises(Refused, match="no_fraud"), writing(office.engine) as session:
        bank_accounts.end_fraud(session, CHECKER, office.now, made.id, "再次")


def test_a_report_that_nobody_deals_with_is_told_to_more_people_each_day(office: Office) -> None:
    made = verified(office)
    with writing(office.engine) as session:
        bank_accounts.report_fraud(session, APPLICANT, office.now, made.id, "账户不是我们的")
    first = office.day
    counts = []
    for day in (first, first + timedelta(days=1), first + timedelta(days=1), first + timedelta(days=2)):
        office.day = day
        payee_holds.escalate_frauds(office.engine, office.now)
        readers = [user for user, _ in told(office, "fraud_waiting")]
        assert {"fang", "qian", "tang"} <= set(readers) or day == first
        counts.append(readers.count("fang"))
    assert counts == [0, 1, 1, 2]
    with writing(office.engine) as session:
        bank_accounts.end_fraud(session, CHECKER, office.now, made.id, "已向该单位核实")
    office.day += timedelta(days=1)
    payee_holds.escalate_frauds(office.engine, office.now)
    assert [user for user, _ in told(office, "fraud_waiting")].count("fang") == 2


@pytest.mark.parametrize("actor", [FINANCE, CHECKER, ADMINISTRATOR, SECOND_OWNER], ids=lambda actor: actor.name)
def test_who_may_report_a_fraud(office: Office, actor: Actor) -> None:
    office.employ(SECOND_OWNER)
    made = verified(office)
    with writing(office.engine) as session:
        bank_accounts.report_fraud(session, actor, office.now, made.id, "来电核实不符")
    assert held(office, office.day, HoldCategory.FRAUD)


@pytest.mark.parametrize("actor", [AUDITOR, REGISTRAR, STRANGER, COLLEAGUE], ids=lambda actor: actor.name)
def test_who_may_not(office: Office, actor: Actor) -> None:
    made = verified(office)
    with pytest.raises((Forbidden, NotFound)), writing(office.engine) as session:
        bank_accounts.report_fraud(session, actor, office.now, made.id, "来电核实不符")


@pytest.mark.parametrize(
    ("last", "today", "overdue"),
    [
        (date(2025, 3, 1), date(2026, 3, 1), False),
        (date(2025, 3, 1), date(2026, 3, 2), True),
        (date(2025, 12, 31), date(2026, 12, 31), False),
        (date(2025, 12, 31), date(2027, 1, 1), True),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
    ],
)
def test_after_a_year_an_account_is_to_be_verified_again(
    office: Office, last: date, today: date, overdue: bool
) -> None:
    office.day = last
    made = verified(office)
    assert bank_accounts.overdue(account(office, made), today) is overdue
    office.day = today
    with writing(office.engine) as session:
        bank_accounts.verify_again(session, CHECKER, office.now, made.id, "银行函第 8 号")
    again = account(office, made)
    assert not bank_accounts.overdue(again, today)
    assert (again.state, again.usable_from) == ("verified", last)


def test_the_number_stands_in_its_own_row_and_nowhere_else(office: Office) -> None:
    made = verified(office)
    new = propose(office, OTHER)
    with writing(office.engine) as session:
        bank_accounts.report_fraud(session, FINANCE, office.now, made.id, "来电核实不符")
    verify(office, new)
    with reading(office.engine) as session:
        rows = {
            name: str(session.execute(table.select()).all())
            for name, table in Record.metadata.tables.items()
            if name != "bank_account"
        }
        assert session.exec(select(Event).where(col(Event.subject_kind) == bank_accounts.SUBJECT)).all()
        assert session.exec(select(Hold)).all()
    assert [name for name, kept in rows.items() if NUMBER in kept or OTHER in kept] == []
    assert masked(OTHER) in rows["event"]
    assert masked(OTHER) in rows["message"]
    assert NUMBER not in repr(made)
