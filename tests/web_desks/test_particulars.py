"""Stating particulars and other support at the applicant's desk; duplicates at both."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from subsidy.workflow.particulars import Support
from tests.support.desks import ENGLISH, EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, APPLICANT, STRANGER, Office
from tests.support.web import words


@pytest.fixture
def draft(office: Office) -> str:
    return office.draft()


@pytest.fixture
def applicant(desks: Desks) -> TestClient:
    return desks.of(APPLICANT)


FORM = {
    "site": "临港新片区飞渡路 66 号",
    "filing": "2404-310115",
    "meters": "0310-1\r\n\r\n 0310-2 \r\n",
    "serials": "",
    "other_support": "some",
    "support_0_programme": "上海市新型储能补贴",
    "support_0_amount": "１２０万元",
    "support_0_year": "2025年",
    "support_1_programme": "",
    "support_1_amount": "",
    "support_1_year": "",
}


def test_stating_and_changing(applicant: TestClient, office: Office, draft: str) -> None:
    page = f"/apply/{draft}/particulars"
    assert "以下内容尚未填写" in applicant.get(f"/apply/{draft}/check").text
    answer = applicant.post(page, data={**FORM, "version": field(applicant.get(page).text, "version")})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/apply/{draft}")
    for shown in (words(applicant.get(f"/apply/{draft}{more}").text) for more in ("", "/check")):
        assert "关口计量点编号 0310-1、0310-2" in shown
        assert "上海市新型储能补贴 · 1,200,000.00 元 · 2025" in shown
        assert "Q9" in shown
        assert "尚未填写，请补充，以便核对是否重复申报： 主要设备出厂编号" in shown
    form = applicant.get(page).text
    assert field(form, "support_0_amount") == "1,200,000.00"
    assert field(form, "meters") == "0310-1\n0310-2"
    assert 'id="support_2_year"' in form
    sent = {**FORM, "support_0_programme": "", "support_0_amount": "", "support_0_year": "", "other_support": "none"}
    assert applicant.post(page, data={**sent, "version": field(form, "version")}).status_code == 303
    assert "申报单位声明没有其他财政支持" in applicant.get(f"/apply/{draft}").text


def test_a_faulty_form_keeps_what_was_typed(applicant: TestClient, office: Office, draft: str) -> None:
    wrong = {
        **FORM,
        "version": "1",
        "other_support": "none",
        "support_0_amount": "很多",
        "support_0_year": "25",
        "support_1_amount": "5",
        "support_1_year": "1999",
        "site": EVIL,
    }
    page = applicant.post(f"/apply/{draft}/particulars", data=wrong)
    assert page.status_code == 422
    told = faults(page.text)
    assert told[:2] == [
        "第 1 项：金额“很多”无法识别。请填写数字，例如 500,000 元或 50万元。",
        "第 1 项：年度“25”应为 2000 至 2099 之间的四位数字。",
    ]
    assert told[2:] == [
        "第 2 项：请填写项目或政策名称。",
        "第 2 项：年度“1999”应为 2000 至 2099 之间的四位数字。",
        "您选择了“没有”，但又列出了其他财政支持。请改正其中之一。",
    ]
    for name in ("site", "filing", "support_0_amount", "support_1_year", "other_support"):
        assert field(page.text, name) == wrong[name]
    assert EVIL not in page.text
    assert len(office.events(draft)) == 1
    page = applicant.post(f"/apply/{draft}/particulars", data={"version": "1", "other_support": "some"})
    assert faults(page.text) == ["您选择了“有”，请至少列明一项。"]
    page = applicant.post(f"/apply/{draft}/particulars", data={"version": "1", "meters": "7\n７"})
    assert faults(page.text) == ["“７”重复填写。请删去一处。"]


def test_a_stale_form_is_told(applicant: TestClient, office: Office, draft: str) -> None:
    office.describe(draft, site="飞渡路 1 号")
    page = applicant.post(f"/apply/{draft}/particulars", data={**FORM, "version": "1"})
    assert page.status_code == 409
    assert field(page.text, "site") == FORM["site"]


def test_script_is_shown_as_text(desks: Desks, office: Office, draft: str) -> None:
    stated: dict[str, Any] = {
        "site": EVIL,
        "filing": EVIL,
        "meters": (EVIL,),
        "serials": (EVIL,),
        "other_support": (Support(EVIL, 1, 2025),),
    }
    office.submit(office.describe(draft, **stated))
    office.submit(office.describe(office.draft(), **stated))
    for page in (desks.of(ADMINISTRATOR).get(f"/review/{draft}"), desks.of(APPLICANT).get(f"/apply/{draft}")):
        assert EVIL not in page.text
        assert "&lt;script&gt;" in page.text


def test_the_office_sees_what_is_shared(desks: Desks, office: Office, draft: str) -> None:
    office.submit(office.describe(draft, serials=("PCS-O1",), other_support=()))
    other = office.submit(office.describe(office.draft(actor=STRANGER), STRANGER, serials=("pcs01",)), STRANGER)
    alone = office.submit(office.draft(actor=STRANGER), STRANGER)
    chen = desks.of(ADMINISTRATOR)
    queue = chen.get("/review").text
    assert queue.count("疑似重复") == 2
    shown = chen.get(f"/review/{draft}").text
    assert f'href="/review/{other}"' in shown
    assert "主要设备出厂编号 疑似相同 PCS-O1 pcs01" in words(shown)
    assert f'href="/review/{alone}"' not in shown
    assert "申报单位声明没有其他财政支持" in shown
    assert "申报单位尚未填写以下内容： 项目地址" in words(shown)
    mine = desks.of(APPLICANT).get(f"/apply/{draft}").text
    assert other not in mine
    assert "pcs01" not in mine


def test_an_applicant_sees_his_own_duplicates(desks: Desks, office: Office, draft: str) -> None:
    office.describe(draft, site="飞渡路 66 号")
    other = office.describe(office.draft(), site="飞渡路66号")
    shown = desks.of(APPLICANT, **ENGLISH).get(f"/apply/{draft}").text
    assert f'href="/apply/{other}"' in shown
    assert "Make sure that it is not the same project" in shown


def test_what_was_handed_in_is_not_changed(applicant: TestClient, office: Office, draft: str) -> None:
    office.submit(draft)
    page = applicant.post(f"/apply/{draft}/particulars", data={**FORM, "version": "2"})
    assert page.status_code == 409
    assert "disabled" in page.text
