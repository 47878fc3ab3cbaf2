"""Appealing on the applicant's page, and deciding on it and closing at the administrator's desk."""

import pytest

from tests.support.desks import EVIL, Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, STRANGER, THIRD, Office
from tests.support.web import words


@pytest.fixture
def refused(office: Office) -> str:
    return office.refuse(office.ready(office.accepted()))


def sent(office: Office, case: str, reason: str = "铭牌容量有误") -> dict[str, str]:
    return {"reason": reason, "version": str(office.application(case).version)}


def test_an_applicant_appeals_on_a_page_that_says_until_when(desks: Desks, office: Office, refused: str) -> None:
    applicant, path = desks.of(APPLICANT), f"/apply/{refused}/appeal"
    assert "2026年4月30日前（含当日）可以申请复核" in words(applicant.get(f"/apply/{refused}").text)
    assert applicant.post(path, data=sent(office, refused, " ")).status_code == 422
    assert applicant.post(path, data=sent(office, refused, EVIL), follow_redirects=False).status_code == 303
    assert office.application(refused).status == "appealed"
    page = applicant.get(f"/apply/{refused}").text
    assert EVIL not in page
    assert path not in page
    assert applicant.post(path, data=sent(office, refused)).status_code == 409


def test_others_find_no_appeal_to_make(desks: Desks, office: Office, refused: str) -> None:
    assert desks.of(STRANGER).get(f"/apply/{refused}/appeal").status_code == 404


@pytest.mark.parametrize(("step", "status"), [("uphold", "refused"), ("reopen", "accepted")])
def test_somebody_else_decides_on_the_appeal(
    desks: Desks, office: Office, refused: str, step: str, status: str
) -> None:
    office.appeal(refused)
    path = f"/review/{refused}/steps/{step}"
    own = desks.of(ADMINISTRATOR)
    assert "您参与了原决定" in words(own.get(path).text)
    assert own.post(path, data=sent(office, refused)).status_code == 403
    other = desks.of(THIRD)
    assert path in other.get(f"/review/{refused}").text
    assert other.post(path, data=sent(office, refused, "")).status_code == 422
    stale = sent(office, refused) | {"version": "1"}
    assert other.post(path, data=stale).status_code == 409
    assert other.post(path, data=sent(office, refused), follow_redirects=False).status_code == 303
    assert office.application(refused).status == status


def test_a_case_with_money_to_pay_is_not_closed(desks: Desks, office: Office) -> None:
    case = office.approved().application_id
    path = f"/review/{case}/steps/close"
    desk = desks.of(ADMINISTRATOR)
    assert path not in desk.get(f"/review/{case}").text
    assert desk.post(path, data={"version": sent(office, case)["version"]}).status_code == 409
    assert office.application(case).status == "approved"


def test_the_api_takes_the_same_steps(desks: Desks, office: Office, refused: str) -> None:
    base = f"/api/v1/applications/{refused}"
    body = {"reason": "铭牌容量有误", "version": office.application(refused).version}
    answer = desks.of(APPLICANT).post(f"{base}/appeal", json=body)
    assert (answer.status_code, office.application(refused).status) == (200, "appealed")
    body["version"] = office.application(refused).version
    assert desks.of(ADMINISTRATOR).post(f"{base}/uphold", json=body).status_code == 403
    assert desks.of(THIRD).post(f"{base}/reopening", json=body).status_code == 200
    assert office.application(refused).status == "accepted"
    version = {"version": office.application(refused).version}
    assert desks.of(THIRD).post(f"{base}/closing", json=version).status_code == 409
