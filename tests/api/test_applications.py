"""The whole way of an application over HTTP, and who may not go it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from subsidy.workflow import notices
from tests.support import application as files
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, RELATED, SECOND, STRANGER, THIRD, Office

ADDRESS = "/api/v1/applications"


def draft(client: TestClient, **facts: Any) -> Any:
    body = {"scheme": "user-side-storage", "project_name": "临港园区储能", "facts": {**files.STORAGE, **facts}}
    answer = client.post(ADDRESS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def give(client: TestClient, case: Any, command: str, **body: Any) -> Any:
    """The case after a command, given on its present version."""
    answer = client.post(f"{ADDRESS}/{case['id']}/{command}", json={"version": case["version"], **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def submitted(desks: Desks) -> Any:
    applicant = desks.of(APPLICANT)
    return give(applicant, draft(applicant), "submission")


def accepted(desks: Desks) -> Any:
    return give(desks.of(ADMINISTRATOR), submitted(desks), "acceptance")


def ready(desks: Desks) -> Any:
    """Judged and verified, so that it can be approved."""
    chen, case = desks.of(ADMINISTRATOR), accepted(desks)
    for key in files.JUDGED:
        case = give(chen, case, "judgements", key=key, value=True, reason="专家评审意见")
    return give(chen, case, "corrections", key="commissioned_on", value="2025-03-10", reason="并网验收意见")


def decided(desks: Desks, office: Office, case: Any) -> Any:
    """Recommended, published, objected to, answered and approved by two."""
    chen = desks.of(ADMINISTRATOR)
    case = give(chen, case, "recommendation", outcome="grant", reason="符合条件")
    case = give(chen, case, "publication")
    notice = case["proceedings"]["notice"]
    said = {"name": "王强", "contact": "13800000000", "text": "装机容量不实"}
    public = desks.of(None).post(f"/api/v1/notices/{notice}/objections", json=said)
    assert (public.status_code, public.json()["status"]) == (201, "running")
    assert "13800000000" not in public.text
    case = chen.get(f"{ADDRESS}/{case['id']}").json()
    objection = case["proceedings"]["objections"][0]
    case = give(chen, case, "answers", objection=objection["id"], answer="经核查，容量属实")
    assert case["proceedings"]["objections"][0]["answer"] == "经核查，容量属实"
    office.day = date(2026, 3, 9)
    assert notices.end_notices(office.engine, office.now, office.day) == 1
    refused(
        desks.of(ADMINISTRATOR).post(
            f"{ADDRESS}/{case['id']}/approval",
            json={"version": office.application(case["id"]).version, "reason": "r"},
        ),
        403,
        "workflow.own_recommendation",
    )
    for actor in (SECOND, THIRD):
        case = desks.of(actor).get(f"{ADDRESS}/{case['id']}").json()
        case = give(desks.of(actor), case, "approval", reason="符合条件")
    return case


def refused(answer: Any, status: int, code: str) -> Any:
    """The problem of a refused request."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_from_the_draft_to_the_last_instalment(desks: Desks, office: Office) -> None:
    applicant = desks.of(APPLICANT)
    made = applicant.post(
        ADDRESS, json={"scheme": "user-side-storage", "project_name": " 临港  园区储能 ", "facts": {"capacity_kwh": 1}}
    )
    case = made.json()
    assert made.headers["location"] == f"{ADDRESS}/{case['id']}"
    assert (case["number"], case["status"], case["project_name"]) == ("LG-2026-0001", "draft", "临港 园区储能")
    assert case["organisation"]["credit_code"] == "91310115MA1K35XK0N"

    body = {"project_name": "临港储能二期", "facts": files.STORAGE, "version": case["version"]}
    case = applicant.put(f"{ADDRESS}/{case['id']}", json=body).json()
    stated = {each["key"]: each["declared"] for each in case["facts"] if each["declared"] is not None}
    assert stated["capacity_kwh"] == "12000"
    assert stated["rated_power_kw"] == "6000"

    case = give(applicant, case, "submission")
    assert (case["status"], case["submitted_on"]) == ("submitted", "2026-03-01")

    chen = desks.of(ADMINISTRATOR)
    case = give(chen, case, "acceptance")
    assert (case["status"], case["next_step"]["days_left"]) == ("accepted", 20)
    for key in files.JUDGED:
        case = give(chen, case, "judgements", key=key, value=True, reason="专家评审意见")
    case = give(chen, case, "corrections", key="commissioned_on", value="2025-03-10", reason="并网验收意见")
    for key, value in (("capacity_kwh", "10000.001"), ("rated_power_kw", 5000)):
        case = give(chen, case, "corrections", key=key, value=value, reason="检测报告")
    case = decided(desks, office, case)
    assert (case["status"], case["award_amount"], case["award"]["amount"]) == ("approved", "2000000.20", "2000000.20")
    assert [each["amount"] for each in case["instalments"]] == ["666666.73", "666666.73", "666666.74"]
    assert case["instalments"][0]["year"] == {"number": 1, "start": "2025-03-10", "end": "2026-03-09"}

    office.day = date(2026, 4, 1)
    chen = desks.of(ADMINISTRATOR)
    case = give(chen, case, "figures", year=1, value=449, evidence="检测报告 1 号")
    first = case["instalments"][0]
    assert (first["status"], first["reason"], first["figure"]["value"]) == ("held", "year_falls_short", "449")

    body = {"version": case["version"], "reason": "电网检修所致"}
    case = chen.post(f"/api/v1/instalments/{first['id']}/release", json=body).json()
    assert case["instalments"][0]["decision"]["decision"] == "release"

    office.day = date(2026, 6, 30)
    run = desks.of(FINANCE).post("/api/v1/disbursements", json={}).json()
    assert (run["generated"], run["amount"]) == (1, "666666.73")
    case = desks.of(APPLICANT).get(f"{ADDRESS}/{case['id']}").json()
    assert (case["instalments"][0]["status"], case["instalments"][0]["disbursed_on"]) == ("generated", "2026-06-30")


def test_an_instalment_may_be_forfeited(desks: Desks, office: Office) -> None:
    award = office.approved()
    office.day = date(2026, 4, 1)
    office.figure(award, 1, 12)
    first = office.instalments(award)[0]
    body = {"version": office.application(award.application_id).version, "reason": "长期停运"}
    case = desks.of(ADMINISTRATOR).post(f"/api/v1/instalments/{first.id}/forfeiture", json=body).json()
    assert (case["instalments"][0]["status"], case["instalments"][0]["decision"]["decision"]) == (
        "forfeited",
        "forfeit",
    )


def test_a_rate_is_granted_within_its_range(desks: Desks) -> None:
    applicant, chen = desks.of(APPLICANT), desks.of(ADMINISTRATOR)
    facts = {"in_zone": True, "first_unit_level": "first_unit", "contract_amount_yuan": "1000000.01"}
    made = applicant.post(ADDRESS, json={"scheme": "first-unit", "project_name": "首台装备", "facts": facts}).json()
    case = give(chen, give(applicant, made, "submission"), "acceptance")
    for rate, code in (("0.21", "workflow.rate_up_to"), (0, "workflow.rate_up_to"), ("20%", "not_a_number")):
        body = {"version": case["version"], "rate": rate, "reason": "评审会议纪要"}
        problem = refused(chen.post(f"{ADDRESS}/{case['id']}/rate", json=body), 422, "bad_input")
        assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [("/rate", code)]
    case = give(chen, case, "rate", rate="0.15", reason="评审会议纪要")
    case = give(chen, case, "recommendation", outcome="grant", reason="符合条件")
    assert (case["proceedings"]["amount"], case["proceedings"]["people"]) == ("150000.00", 1)


def test_a_refusal_and_a_withdrawal_keep_their_reason(desks: Desks) -> None:
    case = give(desks.of(ADMINISTRATOR), accepted(desks), "recommendation", outcome="refuse", reason="不属于储能项目")
    case = give(desks.of(SECOND), case, "refusal", reason="不属于储能项目")
    assert (case["status"], case["decided_on"], case["decision_reason"]) == ("refused", "2026-03-01", "不属于储能项目")
    applicant = desks.of(APPLICANT)
    case = give(applicant, draft(applicant), "withdrawal", reason="项目终止")
    assert case["status"] == "withdrawn"
    assert case["events"][-1]["reason"] == "项目终止"


def test_what_staff_verified_is_not_shown_to_the_applicant(desks: Desks) -> None:
    case = ready(desks)
    seen = desks.of(APPLICANT).get(f"{ADDRESS}/{case['id']}").json()
    assert {each["verified"] for each in seen["facts"]} == {None}
    assert {each["reason"] for each in seen["facts"]} == {None}
    assert seen["assessment_effective"] is None
    assert "专家评审意见" not in str(seen)
    assert "陈立" not in str(seen)
    assert case["assessment_effective"]["outcome"] == "eligible"
    assert "专家评审意见" in str(case)


def test_a_case_says_what_may_be_done_and_why_not(desks: Desks) -> None:
    case = accepted(desks)
    told = {each["command"]: each for each in desks.of(ADMINISTRATOR).get(f"{ADDRESS}/{case['id']}").json()["commands"]}
    assert told["recommend"] == {"command": "recommend", "allowed": True, "why_not": None}
    assert (told["approve"]["allowed"], "正在审核" in told["approve"]["why_not"]) == (False, True)


def test_nobody_decides_for_his_own_enterprise(desks: Desks) -> None:
    case = ready(desks)
    for command in ("approval", "refusal"):
        body = {"version": case["version"], "reason": "符合条件"}
        answer = desks.of(RELATED).post(f"{ADDRESS}/{case['id']}/{command}", json=body)
        problem = refused(answer, 403, "workflow.own_organisation")
        assert "上海甲储能科技有限公司" in problem["detail"]


COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("submission", {}),
    ("withdrawal", {"reason": "r"}),
    ("acceptance", {}),
    ("return", {"defects": "r"}),
    ("claim", {}),
    ("claim-release", {}),
    ("judgements", {"key": "advanced_technology", "value": True, "reason": "r"}),
    ("corrections", {"key": "capacity_kwh", "value": 1, "reason": "r"}),
    ("rate", {"rate": 1, "reason": "r"}),
    ("recommendation", {"outcome": "grant", "reason": "r"}),
    ("publication", {}),
    ("answers", {"objection": "x", "answer": "r"}),
    ("take-back", {"reason": "r"}),
    ("approval", {"reason": "r"}),
    ("refusal", {"reason": "r"}),
    ("figures", {"year": 1, "value": 1, "evidence": "e"}),
]


@pytest.mark.parametrize(("command", "body"), COMMANDS)
def test_another_enterprise_finds_nothing(desks: Desks, command: str, body: dict[str, Any]) -> None:
    case = submitted(desks)
    answer = desks.of(STRANGER).post(f"{ADDRESS}/{case['id']}/{command}", json={"version": case["version"], **body})
    problem = refused(answer, 404, "not_found")
    none = desks.of(STRANGER).post(f"{ADDRESS}/aaaaaaaaaaaaaaaa/{command}", json={"version": 1, **body})
    assert none.json() == problem


@pytest.mark.parametrize(("command", "body"), COMMANDS)
def test_nobody_gives_commands_without_a_session(desks: Desks, command: str, body: dict[str, Any]) -> None:
    case = submitted(desks)
    answer = desks.of(None).post(f"{ADDRESS}/{case['id']}/{command}", json={"version": case["version"], **body})
    refused(answer, 401, "sign_in")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("command", "body"), COMMANDS[2:15])
def test_an_applicant_gives_no_commands_of_the_zone(desks: Desks, command: str, body: dict[str, Any]) -> None:
    case = submitted(desks)
    answer = desks.of(APPLICANT).post(f"{ADDRESS}/{case['id']}/{command}", json={"version": case["version"], **body})
    refused(answer, 403, "role")


@pytest.mark.parametrize("who", [FINANCE, ADMINISTRATOR])
def test_the_zones_staff_start_no_application(desks: Desks, who: Any) -> None:
    body = {"scheme": "user-side-storage", "project_name": "x"}
    refused(desks.of(who).post(ADDRESS, json=body), 403, "role")


def test_of_two_changes_on_one_version_the_second_is_refused(desks: Desks) -> None:
    chen, case = desks.of(ADMINISTRATOR), accepted(desks)
    give(chen, case, "judgements", key="advanced_technology", value=True, reason="第一次")
    body = {"version": case["version"], "key": "advanced_technology", "value": False, "reason": "第二次"}
    told = refused(chen.post(f"{ADDRESS}/{case['id']}/judgements", json=body), 409, "stale")
    assert told["present"] == {"status": "accepted", "version": case["version"] + 1}
    now = chen.get(f"{ADDRESS}/{case['id']}").json()
    kept = {each["key"]: (each["verified"], each["reason"]) for each in now["facts"]}
    assert kept["advanced_technology"] == ("true", "第一次")


def test_what_stands_in_the_way_of_an_approval_is_told(desks: Desks) -> None:
    case = accepted(desks)
    body = {"version": case["version"], "outcome": "grant", "reason": "符合条件"}
    problem = refused(
        desks.of(ADMINISTRATOR, **{"Accept-Language": "en"}).post(f"{ADDRESS}/{case['id']}/recommendation", json=body),
        409,
        "workflow.not_judged",
    )
    assert "Technologically advanced" in problem["detail"]


def test_a_draft_with_gaps_is_not_submitted(desks: Desks) -> None:
    applicant = desks.of(APPLICANT)
    case = draft(applicant, capacity_kwh=None, in_zone=None)
    answer = applicant.post(f"{ADDRESS}/{case['id']}/submission", json={"version": case["version"]})
    pointers = [each["pointer"] for each in refused(answer, 422, "bad_input")["errors"]]
    assert pointers == ["/facts/in_zone", "/facts/capacity_kwh"]


def faults_of(answer: Any) -> list[tuple[str, str]]:
    return sorted((each["pointer"], each["code"]) for each in refused(answer, 422, "bad_input")["errors"])


def test_every_fault_of_a_new_application_is_told_at_once(desks: Desks) -> None:
    applicant = desks.of(APPLICANT)
    body = {"scheme": "first-unit", "project_name": " ", "facts": {"capacity_kwh": -1}, "status": "approved"}
    assert faults_of(applicant.post(ADDRESS, json=body)) == [
        ("/facts/capacity_kwh", "signed"),
        ("/project_name", "workflow.project_name_missing"),
        ("/status", "unknown_key"),
    ]
    assert faults_of(applicant.post(ADDRESS, json={})) == [
        ("/project_name", "api.missing"),
        ("/scheme", "api.missing"),
    ]
    assert faults_of(applicant.post(ADDRESS, json=[])) == [("", "not_a_mapping")]
    assert applicant.get(ADDRESS).json() == {"total": 0, "applications": []}


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"version": "1", "reason": "r"}, [("/version", "api.whole")]),
        ({"version": 0, "reason": "r"}, [("/version", "api.whole")]),
        ({"version": 1.5, "reason": "r"}, [("/version", "api.whole")]),
        ({"version": True, "reason": "r"}, [("/version", "api.whole")]),
        ({"version": 10**400, "reason": "r"}, [("/version", "api.whole")]),
        ({"version": None}, [("/reason", "api.missing"), ("/version", "api.whole")]),
        ({"version": 1, "reason": 5}, [("/reason", "api.text")]),
        ({"version": 1, "reason": None}, [("/reason", "api.text")]),
        ({"version": 1, "reason": "r", "by": "chen"}, [("/by", "unknown_key")]),
    ],
)
def test_fields_of_the_wrong_type(desks: Desks, body: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    case = submitted(desks)
    assert faults_of(desks.of(ADMINISTRATOR).post(f"{ADDRESS}/{case['id']}/refusal", json=body)) == faults


@pytest.mark.parametrize(
    ("command", "body", "faults"),
    [
        ("recommendation", {"outcome": "grant", "reason": " \n "}, [("/reason", "workflow.reason_missing")]),
        ("recommendation", {"outcome": "refuse", "reason": "长" * 2001}, [("/reason", "workflow.too_long")]),
        ("recommendation", {"outcome": "maybe", "reason": "r"}, [("/outcome", "not_an_option")]),
        ("judgements", {"key": "advanced_technology", "value": "true", "reason": "r"}, [("/value", "not_yes_or_no")]),
        ("judgements", {"key": "capacity_kwh", "value": 1, "reason": "r"}, [("/key", "workflow.not_to_judge")]),
        ("judgements", {"key": "no/such", "value": 1, "reason": "r"}, [("/key", "workflow.not_to_judge")]),
        (
            "corrections",
            {"key": "advanced_technology", "value": True, "reason": "r"},
            [("/key", "workflow.not_to_correct")],
        ),
        ("corrections", {"key": "capacity_kwh", "value": 0, "reason": "r"}, [("/value", "not_above")]),
    ],
)
def test_values_that_the_zone_cannot_record(
    desks: Desks, command: str, body: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    case = accepted(desks)
    body = {"version": case["version"], **body}
    assert faults_of(desks.of(ADMINISTRATOR).post(f"{ADDRESS}/{case['id']}/{command}", json=body)) == faults


def test_a_figure_is_for_an_award_with_yearly_figures(desks: Desks) -> None:
    case = submitted(desks)
    body = {"version": case["version"], "year": 1, "value": 450, "evidence": "e"}
    refused(desks.of(ADMINISTRATOR).post(f"{ADDRESS}/{case['id']}/figures", json=body), 404, "not_found")


def test_lists_are_cut_into_parts_and_filtered(desks: Desks, office: Office) -> None:
    for _ in range(3):
        office.submit(office.draft())
    office.draft()
    office.submit(
        office.draft({"in_zone": True, "first_unit_level": "first_unit", "contract_amount_yuan": 100}, "first-unit")
    )

    def found(who: Any, **query: Any) -> list[str]:
        answer = desks.of(who).get(ADDRESS, params=query)
        assert answer.status_code == 200, answer.text
        return [each["number"] for each in answer.json()["applications"]]

    numbers = [f"LG-2026-000{each}" for each in (1, 2, 3, 5, 4)]
    assert found(APPLICANT) == numbers
    assert found(ADMINISTRATOR) == numbers[:4]
    assert found(STRANGER) == []
    assert found(ADMINISTRATOR, limit=2, offset=1) == numbers[1:3]
    assert found(ADMINISTRATOR, scheme="first-unit") == ["LG-2026-0005"]
    assert found(APPLICANT, status="draft") == ["LG-2026-0004"]
    assert found(ADMINISTRATOR, text="甲储能", limit=1) == numbers[:1]
    assert desks.of(ADMINISTRATOR).get(ADDRESS, params={"limit": 1}).json()["total"] == 4


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("status=paid", "api.parameter_choice"),
        ("limit=0", "api.parameter_whole"),
        ("offset=x", "api.parameter_whole"),
        ("stauts=draft", "api.parameter_unknown"),
        ("text=" + "x" * 201, "api.parameter"),
    ],
)
def test_a_parameter_that_is_none(desks: Desks, query: str, code: str) -> None:
    for lang in ("zh", "en"):
        answer = desks.of(ADMINISTRATOR, **{"Accept-Language": lang}).get(f"{ADDRESS}?{query}")
        assert faults_of(answer) == [(query.partition("=")[0], code)]


@pytest.mark.parametrize("unknown", ["x", "…", "a%00b", "'", "aaaaaaaaaaaaaaaa"])
def test_an_unknown_id_is_not_found(desks: Desks, unknown: str) -> None:
    ask: Callable[[str], Any] = desks.of(ADMINISTRATOR).get
    refused(ask(f"{ADDRESS}/{unknown}"), 404, "not_found")
