"""Operating years on the administrator's desk: figures, corrections, release and forfeiture."""

from datetime import date

import pytest
from fastapi.testclient import TestClient

from subsidy.records import Award
from tests.support.desks import Desks, faults, field
from tests.support.office import ADMINISTRATOR, Office
from tests.support.web import words

REPORT = {"evidence": "检测报告第 7 号"}


@pytest.fixture
def award(office: Office) -> Award:
    made = office.approved()
    office.day = date(2026, 7, 1)
    return made


@pytest.fixture
def administrator(award: Award, desks: Desks) -> TestClient:
    return desks.of(ADMINISTRATOR)


def figure(office: Office, award: Award) -> list[str]:
    return [str(event.after_json) for event in office.events(award.application_id) if event.command == "record_figure"]


def version(office: Office, award: Award) -> str:
    return str(office.application(award.application_id).version)


def test_a_figure_releases_the_instalment_that_waits_for_it(
    administrator: TestClient, office: Office, award: Award
) -> None:
    path = f"/review/{award.application_id}/years/1"
    page = administrator.get(path).text
    assert "2025年3月10日至2026年3月9日" in page
    assert "要求：不低于 450 次" in page
    form = {"cycles_per_year": "４５０ 次", "version": field(page, "version"), **REPORT}
    answer = administrator.post(path, data=form)
    assert answer.headers["location"] == f"/review/{award.application_id}#instalments"
    page = words(administrator.get(f"/review/{award.application_id}").text)
    assert "运行年度数据已登记。" in page
    assert "待拨付" in page
    assert "核实数据 450 次 依据：检测报告第 7 号" in page


def test_a_figure_needs_a_value_and_evidence(administrator: TestClient, office: Office, award: Award) -> None:
    path = f"/review/{award.application_id}/years/1"
    form = {"cycles_per_year": "很多", "evidence": " ", "version": version(office, award)}
    page = administrator.post(path, data=form)
    assert page.status_code == 422
    assert faults(page.text) == [
        "年充放电次数：“很多”不是数字。请填写数字，可带单位，例如 12,000 或 1.2万。",
        "请填写依据材料的编号或名称，例如检测报告编号。",
    ]
    assert field(page.text, "cycles_per_year") == "很多"
    assert figure(office, award) == []


def test_a_correction_needs_a_reason(administrator: TestClient, office: Office, award: Award) -> None:
    office.figure(award, 1, 480)
    path = f"/review/{award.application_id}/years/1"
    assert "更正理由" in administrator.get(path).text
    form = {"cycles_per_year": "431", "version": version(office, award), **REPORT}
    page = administrator.post(path, data=form)
    assert (page.status_code, faults(page.text)) == (422, ["请填写理由。"])
    assert administrator.post(path, data=form | {"reason": "复核后更正"}).status_code == 303
    story = words(administrator.get(f"/review/{award.application_id}").text).split("办理记录")[-1]
    assert "核实数据 480 次 → 431 次" in story
    assert "理由：复核后更正" in story


def test_a_year_that_still_runs_has_no_figure(administrator: TestClient, office: Office, award: Award) -> None:
    page = administrator.get(f"/review/{award.application_id}").text
    assert f"/review/{award.application_id}/years/2" not in page
    assert "运行年度于2027年3月9日结束后可登记" in page
    form = {"cycles_per_year": "480", "version": version(office, award), **REPORT}
    refused = administrator.post(f"/review/{award.application_id}/years/2", data=form)
    assert refused.status_code == 409
    assert "最早可在" in faults(refused.text)[0]
    assert figure(office, award) == []


@pytest.mark.parametrize("decision", ["release", "forfeit"])
def test_deciding_on_a_year_that_falls_short(
    decision: str, administrator: TestClient, office: Office, award: Award
) -> None:
    office.figure(award, 1, 431)
    case = f"/review/{award.application_id}"
    path = f"{case}/instalments/1/{decision}"
    assert path in administrator.get(case).text
    page = administrator.post(path, data={"version": version(office, award), "reason": ""})
    assert (page.status_code, faults(page.text)) == (422, ["请填写理由。"])
    form = {"version": version(office, award), "reason": "电网检修所致"}
    assert administrator.post(path, data=form).headers["location"] == f"{case}#instalments"
    said = words(administrator.get(case).text)
    word = {"release": "准予拨付", "forfeit": "不予拨付"}[decision]
    assert f"{word}：电网检修所致" in said
    assert f"决定第 1 期{word}" in said
    page = administrator.post(path, data=form | {"version": version(office, award)})
    assert "第 1 期已作出决定。" in faults(page.text)


def test_there_is_nothing_to_decide_before_a_year_falls_short(
    administrator: TestClient, office: Office, award: Award
) -> None:
    path = f"/review/{award.application_id}/instalments/1/release"
    assert path not in administrator.get(f"/review/{award.application_id}").text
    form = {"version": version(office, award), "reason": "提前"}
    page = administrator.post(path, data=form)
    assert page.status_code == 409
    assert "尚未登记核实数据" in faults(page.text)[0]
    assert field(page.text, "reason") == "提前"


def test_a_stale_decision_is_not_carried_out(administrator: TestClient, office: Office, award: Award) -> None:
    office.figure(award, 1, 431)
    old = version(office, award)
    office.figure(award, 1, 460, "复核")
    page = administrator.post(
        f"/review/{award.application_id}/instalments/1/forfeit", data={"version": old, "reason": "停运"}
    )
    assert page.status_code == 409
    assert "460 次" in page.text
    assert office.instalments(award)[0].forfeited_at is None


@pytest.mark.parametrize(
    "path", ["years/9", "years/0", "instalments/4/release", "instalments/1/pay", "instalments/0/forfeit"]
)
def test_what_the_award_does_not_have_is_not_found(path: str, administrator: TestClient, award: Award) -> None:
    assert administrator.get(f"/review/{award.application_id}/{path}").status_code == 404
    assert administrator.post(f"/review/{award.application_id}/{path}", data={"reason": "理由"}).status_code == 404


def test_an_application_without_award_has_no_years(office: Office, desks: Desks) -> None:
    case = office.submit(office.draft())
    client = desks.of(ADMINISTRATOR)
    assert client.get(f"/review/{case}/years/1").status_code == 404
    assert client.get(f"/review/{case}/instalments/1/release").status_code == 404
