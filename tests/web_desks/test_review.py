"""The administrator's desk: the queue, a case, verifying, judging and deciding."""

from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from rules.facts import Value
from subsidy.records import ApplicationStatus
from subsidy.workflow import notices
from tests.support.desks import ENGLISH, EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, JUDGED, RELATED, SECOND, STORAGE, STRANGER, THIRD, Office
from tests.support.web import words

REASON = {"reason": "并网验收意见第 3 号"}


@pytest.fixture
def administrator(desks: Desks) -> TestClient:
    return desks.of(ADMINISTRATOR)


@pytest.fixture
def case(office: Office) -> str:
    return office.accepted()


def first_unit(office: Office) -> str:
    facts: dict[str, Value] = {
        "in_zone": True,
        "first_unit_level": "first_unit",
        "contract_amount_yuan": 150_000_000_00,
    }
    return office.accepted(facts, "first-unit")


def verified(office: Office, case: str) -> dict[str, str]:
    """What the entries of the record say was verified last."""
    found: dict[str, str] = {}
    for event in office.events(case):
        if event.command in ("judge", "correct", "set_rate"):
            found[event.command] = str(event.after_json)
    return found


def test_the_queue_shows_what_waits_the_longest_first(desks: Desks, office: Office) -> None:
    first = office.submit(office.draft())
    office.day = date(2026, 3, 5)
    second = office.submit(office.draft(actor=STRANGER), actor=STRANGER)
    decided = office.refuse(office.submit(office.draft()))
    office.day = date(2026, 3, 16)
    page = desks.of(ADMINISTRATOR).get("/review").text
    assert page.index(f"/review/{first}") < page.index(f"/review/{second}")
    assert f"/review/{decided}" not in page
    said = words(page)
    assert "2026年3月6日 已超过 6 个工作日 已用 11 个工作日 2,400,000.00 元 最高" in said
    assert "2026年3月12日 已超过 2 个工作日 已用 7 个工作日" in said
    assert "待办 2 我的 0 全部 3" in said


def test_the_queue_is_filtered(administrator: TestClient, office: Office, case: str) -> None:
    other = first_unit(office)
    number = office.application(case).number
    assert f"/review/{other}" not in administrator.get("/review", params={"text": number}).text
    page = administrator.get("/review", params={"scheme": "first-unit"}).text
    assert f"/review/{other}" in page
    assert f"/review/{case}" not in page
    assert "没有符合条件的申报。" in administrator.get("/review", params={"status": "refused"}).text
    assert f"/review/{case}" in administrator.get("/review", params={"status": "all", "text": "甲储能"}).text


@pytest.mark.parametrize("query", [{"status": "lost"}, {"scheme": "no-such"}, {"status": "draft"}])
def test_an_unknown_filter_is_told(query: dict[str, str], administrator: TestClient) -> None:
    page = administrator.get("/review", params=query)
    assert page.status_code == 422
    assert "不是可选项" in page.text


@pytest.mark.parametrize("text", ["%", "_", "'; --", EVIL, "\0%"])
def test_any_text_can_be_sought(text: str, administrator: TestClient, case: str) -> None:
    page = administrator.get("/review", params={"text": text})
    assert page.status_code == 200
    assert f"/review/{case}" not in page.text
    assert EVIL not in page.text


def test_a_case_tells_what_is_in_the_way(administrator: TestClient, case: str) -> None:
    page = administrator.get(f"/review/{case}").text
    assert "不能核定，以下事项尚待认定：技术先进性、产业带动性、典型应用场景。" in words(page)
    assert f'href="/review/{case}/recommend"' in page
    assert f'href="/review/{case}/steps/return"' in page


def test_what_is_verified_stands_beside_what_was_declared_with_the_difference(
    administrator: TestClient, office: Office, case: str
) -> None:
    office.correct(case, "capacity_kwh", Decimal(13000))
    page = words(administrator.get(f"/review/{case}").text)
    assert "按申报内容 ○ 尚不能确定 2,400,000.00 元" in page
    assert "按核实内容 ○ 尚不能确定 2,600,000.00 元" in page
    assert "差额 +200,000.00 元" in page
    assert "装机容量 12,000 kWh 13,000 kWh 与申报不一致 并网验收意见" in page
    office.correct(case, "capacity_kwh", Decimal(999))
    page = words(administrator.get(f"/review/{case}").text)
    assert "按核实内容 × 不符合条件 0.00 元" in page
    assert "差额 −2,400,000.00 元" in page


def test_confirming_what_was_declared_takes_one_step(administrator: TestClient, office: Office, case: str) -> None:
    path = f"/review/{case}/facts/commissioned_on"
    page = administrator.get(path).text
    assert field(page, "commissioned_on") == "2025-03-10"
    form = {"commissioned_on": field(page, "commissioned_on"), "version": field(page, "version"), **REASON}
    answer = administrator.post(path, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/review/{case}#facts")
    assert verified(office, case) == {"correct": '{"facts":{"commissioned_on":"2025-03-10"}}'}
    page = words(administrator.get(f"/review/{case}").text)
    assert "投产日期 2025年3月10日 2025年3月10日 并网验收意见第 3 号" in page


def test_judging_leads_to_the_next_point(administrator: TestClient, office: Office, case: str) -> None:
    for position, key in enumerate(JUDGED):
        path = f"/review/{case}/facts/{key}"
        page = administrator.get(path).text
        assert field(page, key) == ""
        form = {key: "true", "version": field(page, "version"), "then": "next", **REASON}
        answer = administrator.post(path, data=form)
        following = JUDGED[position + 1 : position + 2]
        to = f"/review/{case}/facts/{following[0]}" if following else f"/review/{case}#facts"
        assert answer.headers["location"] == to
    assert "“投产日期”尚未核实" in words(administrator.get(f"/review/{case}").text)


def test_a_judgement_needs_an_answer_and_a_reason_told_together(
    administrator: TestClient, office: Office, case: str
) -> None:
    page = administrator.post(f"/review/{case}/facts/drives_industry", data={"version": "3", "reason": " "})
    assert page.status_code == 422
    assert faults(page.text) == ["请先给出结论或数值。", "请填写理由。"]
    assert verified(office, case) == {}


def test_a_judgement_can_be_taken_back(administrator: TestClient, office: Office, case: str) -> None:
    office.judge(case, "drives_industry", False)
    path = f"/review/{case}/facts/drives_industry"
    page = administrator.get(path).text
    assert "撤回认定" in page
    assert field(page, "drives_industry") == "false"
    form = {"drives_industry": "false", "clear": "1", "version": field(page, "version"), **REASON}
    assert administrator.post(path, data=form).status_code == 303
    assert verified(office, case) == {"judge": '{"facts":{"drives_industry":null}}'}
    assert "（已撤回）" in administrator.get(f"/review/{case}").text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0%", "比例“0%”不在政策规定的范围内：须高于 0% 且不高于 20%。"),
        ("20.01%", "比例“20.01%”不在政策规定的范围内：须高于 0% 且不高于 20%。"),
        ("二成", "核定比例：“二成”不是数字"),
        ("150%", "核定比例：比例“150%”大于 1"),
        ("", "请先给出结论或数值。"),
    ],
)
def test_a_rate_outside_its_range(typed: str, message: str, administrator: TestClient, office: Office) -> None:
    case = first_unit(office)
    path = f"/review/{case}/facts/granted_rate"
    assert "大于 0% 且不高于 20%" in administrator.get(path).text
    page = administrator.post(path, data={"granted_rate": typed, "version": "3", **REASON})
    assert page.status_code == 422
    assert faults(page.text)[0].startswith(message)
    assert field(page.text, "granted_rate") == typed
    assert field(page.text, "reason") == REASON["reason"]
    assert verified(office, case) == {}


def test_a_rate_is_set_and_the_award_recommended_published_and_approved(
    administrator: TestClient, desks: Desks, office: Office
) -> None:
    case = first_unit(office)
    form = {"granted_rate": "１５％", "version": "3", **REASON}
    assert administrator.post(f"/review/{case}/facts/granted_rate", data=form).status_code == 303
    page = administrator.get(f"/review/{case}/recommend").text
    assert "22,500,000.00 元" in page
    assert "须由拟定意见者以外的 2 人审批" in page
    form = {"outcome": "grant", "version": field(page, "version"), **REASON}
    assert administrator.post(f"/review/{case}/recommend", data=form).status_code == 303
    page = administrator.get(f"/review/{case}/steps/publish").text
    form = {"version": field(page, "version")}
    assert administrator.post(f"/review/{case}/steps/publish", data=form).status_code == 303
    office.day = date(2026, 3, 9)
    notices.end_notices(office.engine, office.now, office.day)
    assert "您拟定，须由他人审批" in desks.of(ADMINISTRATOR).get(f"/review/{case}/approve").text
    for number, actor in enumerate((SECOND, THIRD)):
        page = desks.of(actor).get(f"/review/{case}/approve").text
        assert "以2026年3月9日核定的分期拨付计划" in page
        assert f"须 2 人审批，已有 {number} 人" in page
        form = {"version": field(page, "version"), **REASON}
        answer = desks.of(actor).post(f"/review/{case}/approve", data=form)
        assert answer.headers["location"] == f"/review/{case}"
    said = words(desks.of(ADMINISTRATOR).get(f"/review/{case}").text)
    assert "22,500,000.00 元" in said
    assert "sha256:" in said
    assert "钱进" in said
    assert "审批人数 2 / 2" in said


def test_what_cannot_be_granted_is_refused_in_words(administrator: TestClient, office: Office, case: str) -> None:
    page = administrator.get(f"/review/{case}/recommend")
    assert page.status_code == 200
    assert "以下事项尚待认定" in page.text
    form = {"version": "3", "outcome": "grant", **REASON}
    page = administrator.post(f"/review/{case}/recommend", data=form)
    assert page.status_code == 409
    assert "以下事项尚待认定" in faults(page.text)[0]
    assert field(page.text, "reason") == REASON["reason"]
    assert office.application(case).status is ApplicationStatus.ACCEPTED
    page = administrator.post(f"/review/{case}/recommend", data={"version": "3", "outcome": "maybe", "reason": " "})
    assert faults(page.text) == ["请先给出结论或数值。", "请填写理由。"]


def test_a_stale_decision_is_not_carried_out(desks: Desks, office: Office, case: str) -> None:
    office.before_decision(office.ready(case))
    version = str(office.application(case).version)
    office.sign(case, SECOND)
    client = desks.of(THIRD)
    page = client.post(f"/review/{case}/approve", data={"version": version, **REASON})
    assert page.status_code == 409
    assert "在您打开之后，内容已发生变更" in faults(page.text)[0]
    assert "须 2 人审批，已有 1 人" in page.text
    assert field(page.text, "reason") == REASON["reason"]
    assert office.application(case).status is ApplicationStatus.DECISION
    again = {"version": field(page.text, "version"), **REASON}
    assert client.post(f"/review/{case}/approve", data=again).status_code == 303
    assert office.application(case).status is ApplicationStatus.APPROVED


def test_a_stale_correction_keeps_what_a_colleague_wrote(administrator: TestClient, office: Office, case: str) -> None:
    office.correct(case, "capacity_kwh", Decimal(11000))
    page = administrator.post(
        f"/review/{case}/facts/capacity_kwh", data={"capacity_kwh": "10 MWh", "version": "3", **REASON}
    )
    assert page.status_code == 409
    assert "11,000 kWh" in page.text
    assert field(page.text, "capacity_kwh") == "10 MWh"
    assert verified(office, case) == {"correct": '{"facts":{"capacity_kwh":"11000"}}'}


def test_refusing(desks: Desks, office: Office, case: str) -> None:
    office.correct(case, "cycles_per_year", Decimal(400))
    office.recommend(case, "refuse")
    administrator = desks.of(SECOND)
    assert "发布公示" not in administrator.get(f"/review/{case}").text
    said = words(administrator.get(f"/review/{case}/refuse").text)
    assert "年充放电次数：400 次（要求不低于 450 次）" in said
    page = administrator.post(f"/review/{case}/refuse", data={"version": "5", "reason": ""})
    assert (page.status_code, faults(page.text)) == (422, ["请填写理由。"])
    answer = administrator.post(f"/review/{case}/refuse", data={"version": "5", "reason": EVIL})
    assert answer.status_code == 303
    page = administrator.get(f"/review/{case}")
    assert EVIL not in page.text
    assert "&lt;script&gt;" in page.text
    assert office.application(case).status is ApplicationStatus.REFUSED


def test_a_refusal_without_an_unmet_condition_is_warned_of(administrator: TestClient, case: str) -> None:
    assert "没有未满足的条件" in administrator.get(f"/review/{case}/refuse").text


def test_nobody_decides_on_his_own_organisation(desks: Desks, office: Office, case: str) -> None:
    office.before_decision(office.ready(case))
    client = desks.of(RELATED)
    page = client.get(f"/review/{case}").text
    assert "须回避" in page
    assert page.count(" disabled ") == 3
    assert f'href="/review/{case}/facts/' not in page
    assert "disabled" in client.get(f"/review/{case}/facts/capacity_kwh").text
    answer = client.post(f"/review/{case}/approve", data={"version": str(office.application(case).version), **REASON})
    assert answer.status_code == 403
    assert "须回避" in answer.text
    assert office.application(case).status is ApplicationStatus.DECISION


def test_who_may_not_decide_is_told_so_before_his_typing_is(desks: Desks, office: Office, case: str) -> None:
    wrong = {"capacity_kwh": "?", "cycles_per_year": "?", "version": "1"}
    award = office.approved()
    for path in (f"{case}/facts/capacity_kwh", f"{award.application_id}/years/1"):
        assert desks.of(RELATED).post(f"/review/{path}", data=wrong).status_code == 403


def test_a_fact_the_scheme_does_not_ask_for_is_not_found(administrator: TestClient, case: str) -> None:
    for key in ("contract_amount_yuan", "granted_rate", "no_such_fact"):
        assert administrator.get(f"/review/{case}/facts/{key}").status_code == 404
        assert administrator.post(f"/review/{case}/facts/{key}", data=REASON).status_code == 404


def test_the_record_tells_before_and_after(administrator: TestClient, office: Office, case: str) -> None:
    office.correct(case, "capacity_kwh", Decimal(13000))
    office.correct(case, "capacity_kwh", Decimal(14000))
    story = words(administrator.get(f"/review/{case}").text).split("办理记录")[-1]
    assert "核实事实 2026年3月1日 12:00 · 陈立 装机容量 13,000 kWh → 14,000 kWh 理由：并网验收意见" in story
    assert "提交申报 2026年3月1日 12:00 · 李明 状态 草稿 → 待受理" in story


def test_in_english(desks: Desks, office: Office, case: str) -> None:
    office.correct(case, "capacity_kwh", Decimal(13000))
    page = words(desks.of(ADMINISTRATOR, **ENGLISH).get(f"/review/{case}").text)
    assert "Difference +CNY 200,000.00" in page
    assert (
        "these points are still to be judged: Technologically advanced, Drives the industry, Typical scenario" in page
    )


def test_switching_the_language_keeps_the_reason(administrator: TestClient, office: Office, case: str) -> None:
    form = {"capacity_kwh": "９９９", "reason": "写了一半", "version": "3", "switch_lang": "en"}
    page = administrator.post(f"/review/{case}/facts/capacity_kwh", data=form)
    assert page.status_code == 200
    assert "Verify: Installed capacity" in page.text
    assert (field(page.text, "capacity_kwh"), field(page.text, "reason")) == ("９９９", "写了一半")
    assert verified(office, case) == {}


def test_the_declared_facts_are_all_there(administrator: TestClient, case: str) -> None:
    page = administrator.get(f"/review/{case}").text
    assert all(f"/facts/{key}" in page for key in (*STORAGE, *JUDGED, "full_discharge_hours"))
