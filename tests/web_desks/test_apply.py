"""The applicant's desk: from a self-check to a submitted application, and whatever can go wrong on the way."""

from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from subsidy.records import ApplicationStatus
from tests.support.desks import ENGLISH, EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, APPLICANT, STORAGE, STRANGER, Office
from tests.support.web import words

TYPED = {
    "project_name": "临港物流园储能项目",
    "in_zone": "true",
    "new_build": "true",
    "project_side": "user",
    "commissioned_on": "2025年3月10日",
    "capacity_kwh": "１２MWh",
    "rated_power_kw": "6,000 kW",
    "cycles_per_year": "480次",
}
START = {"scheme": "user-side-storage", "then": "check", **TYPED}


@pytest.fixture
def applicant(desks: Desks) -> TestClient:
    return desks.of(APPLICANT)


def started(client: TestClient, **changed: str) -> str:
    """A new application, and its id."""
    answer = client.post("/apply/new", data=START | changed)
    assert answer.status_code == 303, faults(answer.text)
    return answer.headers["location"].split("/")[2]


def test_one_form_sent_twice_makes_one_application(applicant: TestClient) -> None:
    draft = field(applicant.get("/apply/new?scheme=user-side-storage").text, "draft")
    assert started(applicant, draft=draft) == started(applicant, draft=draft) == draft


def test_a_self_check_is_carried_through_the_sign_in_into_the_form(desks: Desks) -> None:
    asked = "/apply/new?scheme=user-side-storage&capacity_kwh=12000&project_side=user"
    sent = desks.of(None).get(asked).headers["location"]
    assert sent.startswith("/sign-in?next=%2Fapply%2Fnew%3Fscheme%3Duser-side-storage")
    page = desks.of(APPLICANT).get(asked).text
    assert field(page, "capacity_kwh") == "12000"
    assert field(page, "project_side") == "user"


def test_a_supposed_rate_is_not_carried_over(applicant: TestClient) -> None:
    page = applicant.get("/apply/new?scheme=first-unit&contract_amount_yuan=1500000&granted_rate=0.15").text
    assert field(page, "contract_amount_yuan") == "1500000"
    assert "granted_rate" not in page


def test_a_rate_that_is_forged_into_the_form_is_refused(applicant: TestClient, office: Office) -> None:
    form = {"scheme": "first-unit", "project_name": "装备", "granted_rate": "0.15"}
    page = applicant.post("/apply/new", data=form)
    assert page.status_code == 422
    assert faults(page.text) == ["“核定比例”由评审核定，申报时无需填写。请删去此项。"]


def test_what_people_type_is_understood_saved_and_shown_to_be_checked(applicant: TestClient, office: Office) -> None:
    case = started(applicant)
    page = words(applicant.get(f"/apply/{case}/check").text)
    for shown in ("临港物流园储能项目", "12,000 kWh", "6,000 kW", "480 次", "2025年3月10日", "2,400,000.00 元"):
        assert shown in page
    assert "凡能核查的条件均已满足；另有 3 项由评审人员认定。" in page


def test_saving_leads_to_the_draft_or_on_to_the_check(applicant: TestClient) -> None:
    answer = applicant.post("/apply/new", data=START | {"then": "leave"})
    page = applicant.get(answer.headers["location"])
    assert "草稿已保存。" in page.text
    assert "草稿已保存。" not in applicant.get(answer.headers["location"]).text
    case = answer.headers["location"].split("/")[2]
    answer = applicant.post(f"/apply/{case}/edit", data={**TYPED, "version": "1", "then": "check"})
    assert answer.headers["location"] == f"/apply/{case}/check"


def test_a_draft_may_be_incomplete(applicant: TestClient, office: Office) -> None:
    case = started(applicant, capacity_kwh="", commissioned_on="", rated_power_kw="", then="leave")
    assert office.application(case).status is ApplicationStatus.DRAFT
    page = applicant.get(f"/apply/{case}/check")
    assert "还不能提交，请先补全以下内容" in page.text
    assert '<button disabled aria-describedby="blocked">' in page.text
    refused = applicant.post(f"/apply/{case}/check", data={"version": "1"})
    assert refused.status_code == 422
    assert faults(refused.text) == [
        "请填写：投产日期。",
        "请填写：装机容量。",
        "请填写其中之一：全容量放电时长、额定功率。",
    ]
    assert office.application(case).status is ApplicationStatus.DRAFT


def test_every_fault_is_told_at_once_nothing_is_kept_and_everything_typed_stays(
    applicant: TestClient, office: Office
) -> None:
    wrong = {"project_name": " ", "capacity_kwh": "-5", "commissioned_on": "2025-02-30", "rated_power_kw": "六千"}
    page = applicant.post("/apply/new", data=START | wrong)
    assert page.status_code == 422
    assert "<title>错误：" in page.text
    assert [message.split("：")[0] for message in faults(page.text)] == [
        "请填写项目名称。",
        "投产日期",
        "装机容量",
        "额定功率",
    ]
    for name, typed in (START | wrong).items():
        if name not in ("then", "project_name"):
            assert field(page.text, name) == typed
    assert "我的申报" in applicant.get("/apply").text
    assert "本单位还没有申报。" in applicant.get("/apply").text


@pytest.mark.parametrize("capacity", ["NaN", "inf", "1e400", "9" * 100_000, "0", "true", "０", "12 apples"])
def test_no_number_is_misread(capacity: str, applicant: TestClient) -> None:
    page = applicant.post("/apply/new", data=START | {"capacity_kwh": capacity})
    assert page.status_code == 422
    assert len(faults(page.text)) == 1
    assert "装机容量：“" in faults(page.text)[0]


def test_switching_the_language_keeps_what_was_typed_and_does_nothing_else(applicant: TestClient) -> None:
    page = applicant.post("/apply/new", data=START | {"capacity_kwh": "很多", "switch_lang": "en"})
    assert page.status_code == 200
    assert "Save and check" in page.text
    assert field(page.text, "capacity_kwh") == "很多"
    assert field(page.text, "scheme") == "user-side-storage"
    assert "Your organisation has made no application yet." in applicant.get("/apply").text


def test_an_unknown_scheme_is_not_found(applicant: TestClient) -> None:
    assert applicant.get("/apply/new?scheme=no-such-scheme").status_code == 404
    assert applicant.post("/apply/new", data=START | {"scheme": "no-such-scheme"}).status_code == 404


def test_without_a_scheme_one_is_chosen_first(applicant: TestClient) -> None:
    page = applicant.get("/apply/new").text
    assert page.count("/apply/new?scheme=") == 5


def test_a_changed_draft_is_not_overwritten(applicant: TestClient, office: Office) -> None:
    case = started(applicant)
    assert (
        applicant.post(f"/apply/{case}/edit", data={**TYPED, "version": "1", "cycles_per_year": "500"}).status_code
        == 303
    )
    late = {**TYPED, "version": "1", "capacity_kwh": "20 MWh"}
    page = applicant.post(f"/apply/{case}/edit", data=late)
    assert page.status_code == 409
    assert "在您打开之后，内容已发生变更" in faults(page.text)[0]
    assert "装机容量：12,000 kWh" in words(page.text)
    assert "年充放电次数：500 次" in words(page.text)
    assert field(page.text, "capacity_kwh") == "20 MWh"
    assert office.application(case).version == 2
    again = late | {"version": field(page.text, "version")}
    assert applicant.post(f"/apply/{case}/edit", data=again).status_code == 303
    assert "20,000 kWh" in applicant.get(f"/apply/{case}").text


@pytest.mark.parametrize("version", ["", "abc", "0", "-1", "9" * 50])
def test_a_form_that_does_not_say_what_it_was_filled_in_from_is_stale(
    version: str, applicant: TestClient, office: Office
) -> None:
    case = started(applicant)
    answer = applicant.post(f"/apply/{case}/edit", data={**TYPED, "version": version})
    assert answer.status_code == 409
    assert office.application(case).version == 1


def test_a_wrong_value_in_a_stale_form_does_not_take_the_new_version(applicant: TestClient, office: Office) -> None:
    case = started(applicant)
    applicant.post(f"/apply/{case}/edit", data={**TYPED, "version": "1", "cycles_per_year": "500"})
    page = applicant.post(f"/apply/{case}/edit", data={**TYPED, "version": "1", "capacity_kwh": "?"})
    assert page.status_code == 422
    assert field(page.text, "version") == "1"


def test_submitting(applicant: TestClient, office: Office) -> None:
    case = started(applicant)
    answer = applicant.post(f"/apply/{case}/check", data={"version": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/apply/{case}")
    page = words(applicant.get(f"/apply/{case}").text)
    assert "申报已提交" in page
    assert "由管理部门受理，或一次告知补正" in page
    assert "办理期限 2026年3月6日 还有 5 个工作日" in page
    assert office.application(case).submitted_on == office.day
    twice = applicant.post(f"/apply/{case}/check", data={"version": "1"})
    assert twice.status_code == 409
    assert "已提交，尚未受理" in faults(twice.text)[0]


def test_a_threshold_that_is_not_met_does_not_keep_from_submitting(applicant: TestClient, office: Office) -> None:
    case = started(applicant, capacity_kwh="999", rated_power_kw="100")
    page = applicant.get(f"/apply/{case}/check")
    assert page.status_code == 200
    assert "仍可提交，由管理部门核实后决定" in page.text
    assert applicant.post(f"/apply/{case}/check", data={"version": "1"}).status_code == 303


def test_what_changed_since_it_was_checked_is_checked_again(applicant: TestClient, office: Office) -> None:
    case = started(applicant)
    applicant.post(f"/apply/{case}/edit", data={**TYPED, "version": "1", "cycles_per_year": "400"})
    page = applicant.post(f"/apply/{case}/check", data={"version": "1"})
    assert page.status_code == 409
    assert "以下为最新保存的内容，请重新核对后再提交" in page.text
    assert field(page.text, "version") == "2"
    assert office.application(case).status is ApplicationStatus.DRAFT


def test_withdrawing_needs_a_reason_and_is_final(applicant: TestClient, office: Office) -> None:
    case = office.submit(office.draft())
    page = applicant.post(f"/apply/{case}/withdraw", data={"version": "2", "reason": "  "})
    assert (page.status_code, faults(page.text)) == (422, ["请填写理由。"])
    assert office.application(case).status is ApplicationStatus.SUBMITTED
    answer = applicant.post(f"/apply/{case}/withdraw", data={"version": "2", "reason": f"项目终止\r\n{EVIL}"})
    assert answer.status_code == 303
    page = applicant.get(f"/apply/{case}")
    assert EVIL not in page.text
    assert "&lt;script&gt;" in page.text
    assert "撤回申报</a>" not in page.text
    assert applicant.get(f"/apply/{case}/withdraw").text.count("disabled aria-describedby") == 1
    assert applicant.post(f"/apply/{case}/withdraw", data={"version": "3", "reason": "再次"}).status_code == 409


def test_names_are_shown_as_typed_never_run(applicant: TestClient, desks: Desks, office: Office) -> None:
    case = started(applicant, project_name=EVIL)
    office.submit(case)
    pages = [applicant.get(path).text for path in ("/apply", f"/apply/{case}")]
    pages += [
        desks.of(ADMINISTRATOR).get(path).text for path in ("/review", f"/review/{case}", f"/review/{case}/refuse")
    ]
    for page in pages:
        assert EVIL not in page
        assert "&lt;script&gt;alert(&#39;项目&#39;)&lt;/script&gt;" in page


def test_a_nul_makes_a_form_malformed(applicant: TestClient) -> None:
    assert applicant.post("/apply/new", data=START | {"project_name": "项目\0"}).status_code == 400


def test_the_list_says_who_acts_next(applicant: TestClient, office: Office) -> None:
    office.approved()
    office.submit(office.draft())
    office.refuse(office.submit(office.draft()))
    office.draft({"capacity_kwh": Decimal(12000)})
    page = words(applicant.get("/apply").text)
    assert page.index("由您填写完整并提交") < page.index("由管理部门受理，或一次告知补正")
    assert "第 1 期于2026年6月30日到期" in page
    assert "第 1 期 计划中 第 2 期 计划中 第 3 期 计划中" in page
    assert "2,400,000.00 元" in page
    assert "已办结" in page


def test_another_organisation_sees_nothing(desks: Desks, office: Office) -> None:
    office.approved()
    assert "本单位还没有申报。" in desks.of(STRANGER).get("/apply").text


def test_the_case_tells_instalments_with_the_reasons_why_they_wait(desks: Desks, office: Office) -> None:
    award = office.approved()
    office.day = date(2026, 7, 1)
    page = words(desks.of(APPLICANT).get(f"/apply/{award.application_id}").text)
    assert "第 1 期 2026年6月30日 800,000.00 元 暂缓 上一运行年度的数据尚未核定" in page
    assert "2025年3月10日至2026年3月9日" in page
    assert "第 1 期待管理部门核定运行年度数据" in page
    office.figure(award, 1, 431)
    page = words(desks.of(APPLICANT).get(f"/apply/{award.application_id}").text)
    assert "上一运行年度的数据未达到条件，待决定" in page
    assert "核实数据 431 次" in page
    office.forfeit(office.instalments(award)[0])
    page = words(desks.of(APPLICANT).get(f"/apply/{award.application_id}").text)
    assert "不予拨付：长期停运" in page


def test_the_applicant_reads_his_record_without_names_of_staff_and_inner_steps(desks: Desks, office: Office) -> None:
    case = office.approved().application_id
    story = words(desks.of(APPLICANT).get(f"/apply/{case}").text).split("办理记录")[1]
    told = ("新建申报", "提交申报", "受理", "发布公示", "公示结束", "审批同意")
    assert [word for word in told if word in story] == list(told)
    assert story.count("审批同意") == 1
    assert "李明" in story
    assert "新片区管理部门" in story
    assert "理由：符合条件" in story
    for hidden in ("陈立", "认定事项", "核实事实", "专家评审意见", "sha256"):
        assert hidden not in story


def test_judgements_are_told_once_it_is_decided(desks: Desks, office: Office) -> None:
    case = office.ready(office.submit(office.draft()))
    assert "评审认定：" not in desks.of(APPLICANT).get(f"/apply/{case}").text
    office.correct(case, "capacity_kwh", Decimal(13000))
    office.approve(case)
    page = words(desks.of(APPLICANT).get(f"/apply/{case}").text)
    assert "评审认定：是" in page
    assert "核实为：13,000 kWh" in page
    assert "已核实" in page


def test_in_english(desks: Desks, office: Office) -> None:
    case = office.approved().application_id
    page = words(desks.of(APPLICANT, **ENGLISH).get(f"/apply/{case}").text)
    assert "Instalments as of 2026-03-01" in page
    assert "CNY 2,400,000.00" in page
    assert "The zone's office" in page


def test_the_form_shows_a_stored_draft(desks: Desks, office: Office) -> None:
    case = office.draft(STORAGE)
    page = desks.of(APPLICANT).get(f"/apply/{case}/edit").text
    assert field(page, "project_name") == "临港园区用户侧储能项目"
    assert field(page, "capacity_kwh") == "12000"
    assert field(page, "commissioned_on") == "2025-03-10"
    assert field(page, "project_side") == "user"
    assert field(page, "version") == "1"
