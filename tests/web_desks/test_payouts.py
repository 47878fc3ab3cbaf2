"""The pages of payout runs, and what a case page says of the payment of each instalment."""

import pytest
from fastapi.testclient import TestClient

from tests.finance.payable import due, exported, settled
from tests.support.desks import Desks, faults, field
from tests.support.office import APPLICANT, CHECKER, FINANCE, SECOND, Office
from tests.support.web import words

NEW = {"year": "2026", "scheme": "lingang-2024/user-side-storage"}


@pytest.fixture
def maker(office: Office, desks: Desks) -> TestClient:
    """Two awards can be paid."""
    due(office, 2)
    office.account()
    return desks.of(FINANCE)


def take(client: TestClient, run: str, step: str, **typed: str) -> tuple[int, str]:
    """Opens the page of a step and sends its form, with the version that stands in it."""
    address = f"{run}/steps/{step}"
    page = client.get(address).text
    answer = client.post(address, data={"version": field(page, "version"), **typed})
    return answer.status_code, answer.text


def test_a_run_goes_from_maker_to_checker_and_back_out(maker: TestClient, desks: Desks) -> None:
    checker = desks.of(CHECKER)
    assert maker.post("/finance/payouts/new", data={"year": "x", "scheme": NEW["scheme"]}).status_code == 422
    run = maker.post("/finance/payouts/new", data=NEW).headers["location"]
    assert "上海甲储能科技有限公司" in maker.get(run).text
    assert take(maker, run, "fill")[0] == 303
    page = words(maker.get(run).text)
    assert "1,600,000.00 元 人民币壹佰陆拾万元整 2 笔" in page
    assert take(maker, run, "submit")[0] == 303
    status, page = take(checker, run, "check", control_total="16")
    assert (status, len(faults(page)), field(page, "control_total")) == (422, 1, "16")
    assert take(checker, run, "check", control_total="1,600,000.00 元")[0] == 303
    assert take(maker, run, "approve")[0] == 403
    assert take(checker, run, "approve")[0] == 303
    assert take(maker, run, "export")[0] == 303
    assert "P-2026-0001" in checker.get("/finance/payouts").text


def test_a_step_that_is_not_on_the_way_says_why(maker: TestClient, desks: Desks) -> None:
    run = maker.post("/finance/payouts/new", data=NEW).headers["location"]
    page = maker.get(f"{run}/steps/export").text
    assert 'id="blocked"' in page
    assert take(maker, run, "export")[0] == 409
    assert take(maker, run, "submit")[0] == 409
    assert maker.get(f"{run}/steps/dance").status_code == 404


def test_a_case_page_says_where_the_payment_stands(office: Office, desks: Desks) -> None:
    _, (award,) = due(office)
    case = award.application_id
    before = desks.of(APPLICANT).get(f"/apply/{case}").text
    assert '<a href="/apply/account">无收款账户</a>' in before
    office.account()
    assert "支付： 应付" in words(desks.of(APPLICANT).get(f"/apply/{case}").text)
    run = exported(office)
    assert "支付： 在途 2026-06-30" in words(desks.of(SECOND).get(f"/review/{case}").text)
    settled(office, run)
    for reader, page in ((APPLICANT, f"/apply/{case}"), (SECOND, f"/review/{case}")):
        assert "支付： 已支付 2026-06-30" in words(desks.of(reader).get(page).text)
    told = desks.of(APPLICANT).get(f"/api/v1/applications/{case}").json()["instalments"]
    assert [one["payment"] for one in told] == ["paid", None, None]
