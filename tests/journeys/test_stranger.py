"""A stranger without an account: from the start page to a result on paper."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.journeys.person import Person

pytestmark = pytest.mark.browser

ANSWERS = {
    "in_zone": "true",
    "new_build": "true",
    "project_side": "user",
    "commissioned_on": "2025年6月30日",
    "capacity_kwh": "1.2MWh",
    "rated_power_kw": "600kW",
    "cycles_per_year": "500",
}
"""As people type them."""


def begins(reader: Person, **changed: str) -> None:
    """From the start page to the form, filled in."""
    reader.opens("/")
    reader.page.get_by_role("link", name="用户侧储能项目奖励").click()
    reader.fills(**ANSWERS | changed)


def test_a_check_answers_with_reasons_an_amount_and_dates(stranger: Person) -> None:
    begins(stranger)
    stranger.presses("check.submit")

    assert stranger.heading == "凡能核查的条件均已满足；另有 3 项由评审人员认定。"
    stranger.sees("240,000.00 元")
    plan = stranger.page.get_by_role("table", name="获批推算")
    assert plan.locator("tbody tr").count() == 3
    for words in ("2026年6月30日", "80,000.00 元", "2027年6月30日", "2028年6月30日"):
        assert words in plan.inner_text()
    assert stranger.page.get_by_role("table", name="核查").locator("tbody tr").count() == 10
    chart = stranger.page.locator("svg.chart")
    chart.scroll_into_view_if_needed()
    assert chart.is_visible()
    assert "您在这里" in (chart.text_content() or "")


def test_full_width_digits_are_read_and_the_cap_binds(stranger: Person) -> None:
    begins(stranger, capacity_kwh="３０，０００ kWh", rated_power_kw="15MW")
    stranger.enters("cycles_per_year")

    stranger.sees("5,000,000.00 元")
    stranger.reads("report.capped")
    stranger.sees("1,666,666.66 元")


def test_a_threshold_that_fails_is_an_answer_with_a_way_out(stranger: Person) -> None:
    begins(stranger, capacity_kwh="999 kWh", rated_power_kw="400")
    stranger.presses("check.submit")

    assert stranger.heading == "按所填情况，有 1 项条件未满足。"
    assert stranger.page.locator(".fault").count() == 0
    (way,) = stranger.page.locator(".ways li").all_inner_texts()
    assert way.startswith("装机容量：1,000 kWh")
    assert way.endswith("200,000.00 元")


def test_the_result_on_paper_says_what_the_page_says(stranger: Person) -> None:
    begins(stranger, capacity_kwh="１２，０００ kWh", rated_power_kw="6MW")
    stranger.presses("check.submit")
    address = stranger.page.get_by_role("link", name=stranger.words("check.pdf")).get_attribute("href")
    assert address

    paper = PdfReader(BytesIO(stranger.downloads(address)))
    said = "".join("".join(page.extract_text() for page in paper.pages).split())
    for words in ("2,400,000.00元", "800,000.00元", "2026年6月30日", "本结果不是审批决定", "12,000kWh"):
        assert words in said


def test_a_wrong_value_is_told_and_all_answers_stay(stranger: Person) -> None:
    begins(stranger, capacity_kwh="很大", commissioned_on="2025-02-30")
    stranger.presses("check.submit")

    assert stranger.page.title().startswith("错误：")
    links = stranger.page.locator("#faults a")
    assert links.count() == 2
    links.first.click()
    assert stranger.page.url.endswith("#commissioned_on")
    for name, value in (ANSWERS | {"capacity_kwh": "很大", "commissioned_on": "2025-02-30"}).items():
        assert stranger.typed(name) == value

    stranger.fills(capacity_kwh="12MWh", rated_power_kw="6MW", commissioned_on="2025.6.30")
    stranger.presses("check.submit")
    stranger.sees("2,400,000.00 元")


def test_switching_the_language_keeps_what_was_typed(stranger: Person) -> None:
    begins(stranger, capacity_kwh="１２，０００ kWh", rated_power_kw="oops", cycles_per_year="")
    stranger.presses("base.language")

    stranger.lang = "en"
    assert stranger.page.locator("html").get_attribute("lang") == "en"
    assert stranger.heading == "Award for user-side storage"
    for name, value in (ANSWERS | {"capacity_kwh": "１２，０００ kWh", "rated_power_kw": "oops"}).items():
        assert stranger.typed(name) == ("" if name == "cycles_per_year" else value)

    stranger.fills(rated_power_kw="6 MW", cycles_per_year="500")
    stranger.presses("check.submit")
    assert stranger.heading == "Everything that can be checked is met. Points decided by a reviewer: 3."
    stranger.sees("CNY 2,400,000.00")
    stranger.follows("base.language")

    stranger.lang = "zh"
    assert stranger.heading == "凡能核查的条件均已满足；另有 3 项由评审人员认定。"
    stranger.sees("2,400,000.00 元")
