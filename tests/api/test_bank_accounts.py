"""Bank accounts over the API: the same steps, the same second person, and numbers that only finance reads."""

from subsidy.accounts.sessions import PROVED
from tests.support.banks import CNAPS, NUMBER, propose
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, CHECKER, FINANCE, STRANGER, Office
from tests.support.web import later

PATH = "/api/v1/bank-accounts"
BODY = {"holder": "上海甲储能科技有限公司", "bank": "中国工商银行上海市临港支行", "number": NUMBER, "cnaps": CNAPS}


def test_an_account_goes_its_way(office: Office, desks: Desks) -> None:
    owner, maker, checker = (desks.of(actor) for actor in (APPLICANT, FINANCE, CHECKER))
    made = owner.post(PATH, json=BODY)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["number"]) == ("proposed", f"****{NUMBER[-4:]}")
    path = f"{PATH}/{made.json()['id']}"
    assert owner.post(PATH, json=BODY).json()["code"] == "bank.waiting"
    assert maker.post(f"{path}/verification", json={"how": "测试汇款"}).status_code == 403
    done = checker.post(f"{path}/verification", json={"how": "测试汇款"}).json()
    assert (done["state"], done["usable_from"], done["number"]) == ("verified", "2026-03-01", NUMBER)
    assert checker.post(f"{path}/refusal", json={"reason": "理由"}).json()["code"] == "bank.decided"
    assert [each["number"] for each in maker.get(PATH).json()["bank_accounts"]] == [NUMBER]
    assert NUMBER not in desks.of(ADMINISTRATOR).get(PATH).text
    assert desks.of(STRANGER).get(PATH).json() == {"bank_accounts": []}


def test_it_needs_the_password_lately(office: Office, desks: Desks) -> None:
    owner = desks.of(APPLICANT)
    later(owner, PROVED * 2)
    assert owner.post(PATH, json=BODY).json()["code"] == "proof_needed"
    assert owner.get(PATH).json() == {"bank_accounts": []}


def test_a_fraud_is_reported_and_cleared(office: Office, desks: Desks) -> None:
    path = f"{PATH}/{propose(office).id}"
    assert desks.of(APPLICANT).post(f"{path}/fraud-reports", json={"reason": "不是我们的"}).status_code == 200
    assert desks.of(FINANCE).post(f"{path}/fraud-clearance", json={"reason": "误报"}).status_code == 403
    assert desks.of(CHECKER).post(f"{path}/fraud-clearance", json={"reason": "已核实"}).status_code == 200


def test_another_enterprise_finds_nothing(office: Office, desks: Desks) -> None:
    path = f"{PATH}/{propose(office).id}"
    assert desks.of(STRANGER).post(f"{path}/fraud-reports", json={"reason": "不是我们的"}).status_code == 404
