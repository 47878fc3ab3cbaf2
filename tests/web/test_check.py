"""A self-check from the start page to its result: what is typed is understood, kept and answered; nothing is stored."""

from typing import Final

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, inspect, text

from rules.load import packs
from tests.support.web import site, words

STORAGE: Final = {
    "in_zone": "true",
    "new_build": "true",
    "project_side": "user",
    "commissioned_on": "2025年6月30日",
    "capacity_kwh": "12MWh",
    "rated_power_kw": "６，０００ kW",
    "cycles_per_year": "500 次",
}
JUDGED: Final = {"advanced_technology": "true", "drives_industry": "true", "typical_scenario": "true"}
RESULT: Final = "/check/user-side-storage/result"
SCHEMES: Final = [scheme.id for scheme in packs()["lingang-2024"].schemes]


def test_the_start_page_offers_every_scheme_with_its_numbers(visitor: TestClient) -> None:
    page = words(visitor.get("/").text)
    for scheme in packs()["lingang-2024"].schemes:
        assert scheme.label.zh in page
    for number in (
        "200 元",
        "500 万元",
        "1 亿元",
        "10%—30%",
        "最高为合同金额的 20%",
        "3,000 万元",
        "2,000 万元",
        "未载明上限",
    ):
        assert number in page
    assert "首期2026年6月30日到期" in page
    assert "7 项条件当场核查，3 项由评审认定" in page


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_form_asks_each_fact_of_its_scheme_once(visitor: TestClient, scheme: str) -> None:
    page = visitor.get(f"/check/{scheme}").text
    policy = packs()["lingang-2024"]
    for fact in policy.facts:
        named = f'name="{fact.key}"' in page
        assert named == (fact in policy.facts_of(policy.scheme(scheme)))
        assert page.count(f'id="{fact.key}"') == int(named)


def test_what_people_type_is_understood(visitor: TestClient) -> None:
    page = words(visitor.get(RESULT, params=STORAGE).text)
    assert "凡能核查的条件均已满足；另有 3 项由评审人员认定。" in page
    assert "2,400,000.00 元" in page
    assert "12,000 kWh × 200 元/kWh" in page
    assert "2 小时（推算）" in page
    assert page.count("800,000.00 元") == 3
    assert "2028年6月30日 暂定" in page
    assert "本结果不是审批决定" in page
    assert "按2026年3月1日核查" in page
    assert "还需要填写" not in page


def test_everything_met(visitor: TestClient) -> None:
    page = visitor.get(RESULT, params={**STORAGE, **JUDGED}).text
    assert "verdict done" in page
    assert words(page).count("您的判断；最终由评审人员认定") == 3


def test_missing_answers_are_named_and_lead_to_their_field(visitor: TestClient) -> None:
    page = visitor.get(RESULT, params={"in_zone": "true"}).text
    assert "还需要填写" in page
    assert "/check/user-side-storage?in_zone=true#capacity_kwh" in page
    assert "#advanced_technology" not in page
    assert "verdict warn" in page


def test_a_failing_threshold_is_an_answer_and_says_what_would_change_it(visitor: TestClient) -> None:
    page = visitor.get(
        RESULT, params={**STORAGE, "capacity_kwh": "999", "rated_power_kw": "400", "commissioned_on": "2026-12-01"}
    )
    assert page.status_code == 200
    said = words(page.text)
    assert "有 1 项条件未满足" in said
    assert "怎样调整后可符合条件 装机容量：1,000 kWh 调整后奖励最高 200,000.00 元" in said
    assert "错误：" not in page.text
    assert "您在这里：未达到要求" in said


def test_the_past_is_not_asked_to_change(visitor: TestClient) -> None:
    said = words(visitor.get(RESULT, params={**STORAGE, "commissioned_on": "2023-12-31"}).text)
    assert "调整答案不能改变结论" in said


def test_a_planned_date_counts_as_a_plan(visitor: TestClient) -> None:
    said = words(visitor.get(RESULT, params={**STORAGE, "commissioned_on": "2026-03-02"}).text)
    assert "核定须在投产并核验之后" in said
    assert "核定须在投产并核验之后" not in words(visitor.get(RESULT, params=STORAGE).text)


def test_a_rate_still_to_be_set_gives_bounds_and_one_supposed_gives_the_amount(visitor: TestClient) -> None:
    path, typed = "/check/core-technology/result", {"in_zone": "是", "new_investment_yuan": "5000万"}
    said = words(visitor.get(path, params=typed).text)
    assert "5,000,000.00 元至 15,000,000.00 元" in said
    said = words(visitor.get(path, params={**typed, "granted_rate": "15%"}).text)
    assert "7,500,000.00 元" in said


def test_faults_are_all_told_and_everything_typed_is_kept(visitor: TestClient) -> None:
    typed = {
        "capacity_kwh": "abc",
        "commissioned_on": "2025-02-30",
        "cycles_per_year": "-3",
        "rated_power_kw": "6MW",
        "in_zone": "true",
    }
    answer = visitor.get(RESULT, params=typed)
    assert answer.status_code == 422
    page = answer.text
    assert "<title>错误：" in page
    for field in ("capacity_kwh", "commissioned_on", "cycles_per_year"):
        assert f'<a href="#{field}">' in page
        assert f'id="{field}-fault"' in page
        assert f'value="{typed[field]}"' in page
    assert 'value="6MW"' in page
    assert page.count('aria-invalid="true"') == 3
    assert 'name="in_zone" value="true" checked' in page


@pytest.mark.parametrize("path", ["", "/result.pdf"])
def test_a_rate_outside_the_range_is_refused_with_the_range(visitor: TestClient, path: str) -> None:
    typed = {"granted_rate": "9%", "checked": "1"}
    page = visitor.get(f"/check/core-technology{path}", params=typed).text
    assert "9%" in page
    assert "不低于 10% 且不高于 30%" in page


def test_a_day_that_is_none_is_refused(visitor: TestClient) -> None:
    answer = visitor.get(RESULT, params={**STORAGE, "on": "2026-13-01"})
    assert answer.status_code == 422
    assert "核查日期" in answer.text


def test_a_result_can_be_had_for_another_day(visitor: TestClient) -> None:
    assert "按2025年5月1日核查" in words(visitor.get(RESULT, params={**STORAGE, "on": "2025-05-01"}).text)


def test_answers_are_carried_into_an_application_and_other_schemes(visitor: TestClient) -> None:
    page = visitor.get(RESULT, params=STORAGE).text
    assert "/apply/new?scheme=user-side-storage&amp;in_zone=true&amp;new_build=true&amp;project_side=user" in page
    assert "commissioned_on=2025-06-30&amp;capacity_kwh=12000&amp;rated_power_kw=6000" in page
    assert '<a href="/check/first-unit?in_zone=true' in page


def test_the_paper_says_the_same(visitor: TestClient) -> None:
    paper = visitor.get("/check/user-side-storage/result.pdf", params=STORAGE)
    assert paper.status_code == 200
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")


@pytest.mark.parametrize("path", ["/check/no-such-scheme", "/check/no-such-scheme/result", "/policy/no-such-policy"])
def test_what_does_not_exist_is_not_found(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_a_check_never_touches_the_database(sqlite_engine: Engine) -> None:
    statements: list[str] = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    client = site(sqlite_engine)
    for path in (
        "/",
        "/check/user-side-storage",
        RESULT,
        "/check/user-side-storage/result.pdf",
        "/policy/lingang-2024",
    ):
        assert client.get(path, params=STORAGE).status_code == 200
    assert statements == []
    assert client.get("/readyz").status_code == 200
    assert statements
    with sqlite_engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            if table != "alembic_version":
                assert connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == 0  # noqa: S608


def test_the_policy_page_shows_every_clause_question_and_target(visitor: TestClient) -> None:
    policy = packs()["lingang-2024"]
    page = visitor.get("/policy/lingang-2024").text
    for clause in policy.clauses:
        assert f'id="clause-{clause.id}"' in page
        assert clause.quote in words(page)
    for question in policy.questions:
        assert f'id="{question.id}"' in page
        assert question.reading.zh in words(page)
    for entry in policy.information:
        assert entry.text.zh in words(page)
    english = words(visitor.get("/policy/lingang-2024?lang=en").text)
    assert all(question.reading.en in english for question in policy.questions)


TEMPLATE = "{{ 7 * 7 }}"
ATTACKS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onfocus='alert(1)", TEMPLATE]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_typed_becomes_markup(visitor: TestClient, scheme: str, attack: str) -> None:
    policy = packs()["lingang-2024"]
    typed = {fact.key: attack for fact in policy.facts_of(policy.scheme(scheme))} | {
        "on": attack,
        "lang": attack,
        "checked": attack,
    }
    for path in (f"/check/{scheme}", f"/check/{scheme}/result", f"/check/{scheme}/result.pdf"):
        page = visitor.get(path, params=typed).text
        assert attack not in page or attack == TEMPLATE
        assert "<script" not in page
        assert "<img" not in page
        assert "onfocus='" not in page
        assert "49" not in page


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "9" * 50_000, "-1", "0", "😀", "\x00", "٣", "½"])
def test_no_number_breaks_the_page(visitor: TestClient, value: str) -> None:
    answer = visitor.get(RESULT, params={"capacity_kwh": value})
    assert answer.status_code == 422
    assert len(answer.text) < 400_000
