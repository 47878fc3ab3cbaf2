"""The bank account of a payee on the pages of both desks: step-up, masking, verification, and the fraud report."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import select

from subsidy.accounts.sessions import PROVED
from subsidy.database import reading
from subsidy.records import BankAccount, Hold
from tests.support.banks import CNAPS, NUMBER, OTHER, propose, verified
from tests.support.desks import Desks, faults
from tests.support.office import ADMINISTRATOR, APPLICANT, AUDITOR, CHECKER, FINANCE, Office
from tests.support.web import PASSWORD, later, words

FORM = {
    "holder": "上海甲储能科技有限公司",
    "bank": "中国工商银行上海市临港支行",
    "number": "0043 0012-3456 7890123",
    "cnaps": CNAPS,
}


def accounts(office: Office) -> list[BankAccount]:
    with reading(office.engine) as session:
        return list(session.exec(select(BankAccount)))


def send(client: TestClient, path: str, **typed: str) -> str:
    answer = client.post(path, data=typed)
    assert answer.status_code == 303, words(answer.text)
    return words(client.get(answer.headers["location"]).text)


def test_an_owner_gives_an_account_and_sees_the_number_in_full_once(office: Office, desks: Desks) -> None:
    owner = desks.of(APPLICANT)
    assert "还没有收款账户" in words(owner.get("/apply/account").text)
    wrong = owner.post("/apply/account/new", data=FORM | {"holder": "李明", "number": "12a"})
    assert wrong.status_code == 422
    assert len(faults(wrong.text)) == 2
    taken = owner.post("/apply/account/new", data=FORM)
    assert (taken.status_code, taken.headers["Cache-Control"]) == (200, "no-store")
    assert NUMBER in taken.text
    page = owner.get("/apply/account").text
    assert NUMBER not in page
    assert f"****{NUMBER[-4:]}" in page
    again = owner.post("/apply/account/new", data=FORM)
    assert again.status_code == 409
    assert [each.number for each in accounts(office)] == [NUMBER]


def test_without_the_password_lately_nothing_is_given_and_all_that_was_typed_is_kept(
    office: Office, desks: Desks
) -> None:
    owner = desks.of(APPLICANT)
    later(owner, PROVED * 2)
    asked = owner.post("/apply/account/new", data=FORM)
    assert asked.status_code == 403
    assert FORM["number"] in asked.text
    assert accounts(office) == []
    assert owner.post("/apply/account/new", data=FORM | {"proof": PASSWORD}).status_code == 200
    assert len(accounts(office)) == 1


def test_another_person_verifies_it_and_then_it_is_used(office: Office, desks: Desks) -> None:
    made = propose(office)
    maker, checker = desks.of(FINANCE), desks.of(CHECKER)
    path = f"/finance/accounts/{made.id}"
    assert f"****{NUMBER[-4:]}" in maker.get("/finance/accounts").text
    assert NUMBER not in maker.get("/finance/accounts").text
    assert NUMBER in maker.get(path).text
    for reader in (ADMINISTRATOR, AUDITOR):
        assert NUMBER not in desks.of(reader).get(path).text
        assert NUMBER not in desks.of(reader).get(f"{path}/verify").text
    assert maker.post(f"{path}/verify", data={"how": "测试汇款"}).status_code == 403
    assert checker.post(f"{path}/verify", data={"how": ""}).status_code == 422
    page = send(checker, f"{path}/verify", how="测试汇款 0.01 元")
    assert "账户已通过核验" in page
    assert "测试汇款 0.01 元" in page
    assert "付款将付到此账户" in words(desks.of(APPLICANT).get("/apply/account").text)


def test_a_change_is_shown_with_what_happens_next_and_when(office: Office, desks: Desks) -> None:
    verified(office)
    new = propose(office, OTHER)
    owner = desks.of(APPLICANT)
    assert "通过后再过 7 天使用" in words(owner.get("/apply/account").text)
    send(desks.of(CHECKER), f"/finance/accounts/{new.id}/verify", how="银行函第 8 号")
    assert "2026年3月8日" in words(owner.get("/apply/account").text)
    office.day += timedelta(days=7)
    assert "付款将付到此账户" in words(desks.of(APPLICANT).get("/apply/account").text)


def test_a_fraud_is_reported_by_an_owner_and_dealt_with_by_a_checker(office: Office, desks: Desks) -> None:
    made = verified(office)
    owner = desks.of(APPLICANT)
    later(owner, PROVED * 2)  # to stop payments nobody has to look for his password
    assert "已报告异常" in send(owner, "/apply/account/fraud", reason="账户不是我们的")
    path = f"/finance/accounts/{made.id}"
    page = words(desks.of(FINANCE).get(path).text)
    assert "账户不是我们的" in page
    assert "处理异常报告" in page
    assert "恢复付款" in send(desks.of(CHECKER), f"{path}/clear", reason="已向该单位核实")
    with reading(office.engine) as session:
        assert [hold.end_reason for hold in session.exec(select(Hold))] == ["已向该单位核实"]


def test_finance_takes_an_account_from_a_paper(office: Office, desks: Desks) -> None:
    maker = desks.of(FINANCE)
    typed = FORM | {"credit_code": "91310115MA1K35XK0N", "evidence": "来函第 12 号"}
    assert maker.post("/finance/accounts/new", data=typed | {"credit_code": "x"}).status_code == 422
    assert "来函第 12 号" in send(maker, "/finance/accounts/new", **typed)
    assert [each.made_by for each in accounts(office)] == [FINANCE.id]
