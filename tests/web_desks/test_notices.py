"""The public pages of notices, as anybody sees them, and objections on the administrator's desk."""

import pytest
from fastapi.testclient import TestClient

from subsidy.records import Notice
from tests.support.desks import ENGLISH, EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, APPLICANT, RELATED, Office
from tests.support.web import words

SAID = {"name": "王强", "contact": "13800000000", "text": "装机容量不实"}


@pytest.fixture
def case(office: Office) -> str:
    return office.recommend(office.ready(office.accepted()))


@pytest.fixture
def notice(office: Office, case: str) -> Notice:
    return office.publish(case)


@pytest.fixture
def visitor(desks: Desks) -> TestClient:
    return desks.of(None)


def test_anybody_reads_what_is_on_notice_and_no_more(visitor: TestClient, notice: Notice) -> None:
    for path in ("/notices", f"/notices/{notice.id}"):
        page = words(visitor.get(path).text)
        for said in (
            "LG-2026-0001",
            "临港园区用户侧储能项目",
            "上海甲储能科技有限公司",
            "2,400,000.00 元",
            "2026年3月6日",
        ):
            assert said in page
        for kept in ("91310115MA1K35XK0N", "李明", "陈立", "专家", "12,000"):
            assert kept not in page
    assert "正在公示 1 项" in words(visitor.get("/notices").text)


def test_objecting(visitor: TestClient, desks: Desks, office: Office, case: str, notice: Notice) -> None:
    path = f"/notices/{notice.id}"
    page = visitor.post(path, data={**SAID, "contact": " ", "text": ""})
    assert page.status_code == 422
    assert faults(page.text) == ["请填写联系方式，例如电话或电子邮箱。", "请写明异议的内容和依据。"]
    assert field(page.text, "name") == "王强"
    answer = visitor.post(path, data={**SAID, "text": EVIL})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page_after = visitor.get(path)
    assert "异议已收到" in page_after.text
    for kept in ("王强", "13800000000", "alert"):
        assert kept not in page_after.text
        assert kept not in desks.of(APPLICANT).get(f"/apply/{case}").text
    desk = desks.of(ADMINISTRATOR).get(f"/review/{case}")
    assert "13800000000" in desk.text
    assert EVIL not in desk.text
    assert "&lt;script&gt;" in desk.text


def test_answering_an_objection(desks: Desks, office: Office, case: str, notice: Notice) -> None:
    objection = office.object_to(notice)
    path, client = f"/review/{case}/objections/{objection.id}", desks.of(ADMINISTRATOR)
    page = client.get(path).text
    assert "装机容量不实" in page
    assert client.post(path, data={"version": field(page, "version"), "reason": " "}).status_code == 422
    assert desks.of(RELATED).post(path, data={"version": "1", "reason": "x"}).status_code == 403
    form = {"version": field(page, "version"), "reason": "经核查，容量属实"}
    assert client.post(path, data=form).status_code == 303
    assert "经核查，容量属实" in words(client.get(f"/review/{case}").text)
    assert client.post(path, data=form).status_code == 409
    assert client.get(f"/review/{case}/objections/nosuch").status_code == 404


def test_a_notice_that_is_over_has_no_form(desks: Desks, office: Office, case: str, notice: Notice) -> None:
    office.take_back(case)
    visitor = desks.of(None)
    page = visitor.get(f"/notices/{notice.id}").text
    assert "公示已撤销" in page
    assert "<textarea" not in page
    assert "公示已经结束" in visitor.post(f"/notices/{notice.id}", data=SAID).text
    assert "目前没有正在公示的项目。" in visitor.get("/notices").text


@pytest.mark.parametrize("unknown", ["nosuchnotice", "..%2F..", "%00", "’"])
def test_an_unknown_notice_is_not_found(visitor: TestClient, unknown: str) -> None:
    assert visitor.get(f"/notices/{unknown}").status_code == 404
    assert visitor.post(f"/notices/{unknown}", data=SAID).status_code == 404


def test_an_objection_from_another_site_is_refused(visitor: TestClient, notice: Notice) -> None:
    answer = visitor.post(f"/notices/{notice.id}", data=SAID, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_switching_the_language_keeps_what_was_typed(desks: Desks, notice: Notice) -> None:
    page = desks.of(None, **ENGLISH).post(f"/notices/{notice.id}", data={**SAID, "switch_lang": "zh"})
    assert page.status_code == 200
    assert field(page.text, "text") == SAID["text"]
