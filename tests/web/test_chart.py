"""The drawing says what the rules say: where the award stops rising, where the project stands, what does not count."""

import re
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from rules.facts import Value
from rules.load import packs
from subsidy.web.check import chart
from subsidy.web.check.axis import scale, short_amount, ticks

POLICY = packs()["lingang-2024"]
ON = date(2026, 3, 1)


def drawn(scheme: str, **facts: Value) -> chart.Chart:
    made = chart.chart(POLICY, POLICY.scheme(scheme), facts, ON, "zh")
    assert made is not None
    return made


def points(path: str) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(x), Decimal(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]


def test_the_curve_rises_to_the_cap_and_stays_there() -> None:
    made = drawn("user-side-storage", capacity_kwh=Decimal(12000))
    assert made.cap is not None
    heights = [y for _, y in points(made.outline)]
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] == made.cap.y
    assert "25,000 kWh" in made.summary
    assert made.cap.label == "上限 500 万元"


@pytest.mark.parametrize(
    ("scheme", "at"),
    [
        ("user-side-storage", "25,000 kWh"),
        ("strategic-project", "1,000,000,000.00 元"),
        ("first-unit", "150,000,000.00 元"),
        ("domestic-first-unit", "200,000,000.00 元"),
    ],
)
def test_the_cap_binds_where_the_policy_says(scheme: str, at: str) -> None:
    assert f"达到 {at} 起不再增加" in drawn(scheme).summary


@pytest.mark.parametrize("rate", ["0.2", "0.15", "0.07", "0.013", "0.199999", "0.000001"])
def test_one_step_below_the_binding_base_the_cap_does_not_bind(rate: str) -> None:
    curve = chart._curve(POLICY, POLICY.scheme("first-unit"), {"granted_rate": Decimal(rate)}, ON)
    binding = curve.binding()
    assert binding is not None
    assert curve.award(binding).capped
    assert not curve.award(binding - 1).capped


def test_the_project_stands_on_the_curve() -> None:
    made = drawn("user-side-storage", capacity_kwh=Decimal(12000))
    assert made.here is not None
    assert (made.here.x, made.here.y) in points(made.line)
    assert made.here.value == "240 万元"
    assert made.summary.endswith("您在这里：240 万元")


@pytest.mark.parametrize(("capacity", "counts"), [("999.999", False), ("1000", True), ("1000.001", True)])
def test_a_base_that_falls_short_is_given_no_amount(capacity: str, counts: bool) -> None:
    made = drawn("user-side-storage", capacity_kwh=Decimal(capacity))
    assert made.here is not None
    assert ("万元" in made.here.value) == counts
    assert (made.here.y == made.foot) == (not counts)


def test_what_does_not_count_is_not_drawn_in_full() -> None:
    made = drawn("user-side-storage", capacity_kwh=Decimal(12000))
    assert points(made.line)[0][0] > points(made.outline)[0][0] == chart.LEFT


def test_an_open_rate_is_drawn_as_an_area_and_a_set_one_as_a_line() -> None:
    assert drawn("core-technology", new_investment_yuan=5_000_000_000).area
    assert not drawn("core-technology", new_investment_yuan=5_000_000_000, granted_rate=Decimal("0.15")).area
    assert not drawn("strategic-project", new_investment_yuan=5_000_000_000).area


def test_without_a_cap_and_a_project_there_is_nothing_to_draw() -> None:
    assert chart.chart(POLICY, POLICY.scheme("core-technology"), {}, ON, "zh") is None
    assert drawn("first-unit").here is None


@pytest.mark.parametrize("scheme", [scheme.id for scheme in POLICY.schemes])
@pytest.mark.parametrize("base", [1, 10**3, 10**9, 10**15 - 1])
def test_everything_stays_inside_the_frame(scheme: str, base: int) -> None:
    key = POLICY.scheme(scheme).benefit.fact
    value: Value = Decimal(base).scaleb(-3) if key == "capacity_kwh" else base
    made = drawn(scheme, **{key: value})
    for x, y in points(made.outline + made.line + made.area):
        assert chart.LEFT <= x <= chart.WIDTH - chart.RIGHT
        assert chart.TOP <= y <= chart.HEIGHT - chart.BOTTOM
    assert 2 <= len(made.x_ticks) <= 6
    assert 2 <= len(made.y_ticks) <= 6


@pytest.mark.parametrize(
    ("most", "expected"),
    [(1, [0, 1]), (9, [0, 2, 4, 6, 8]), (600, [0, 200, 400, 600]), (35_000, [0, 10_000, 20_000, 30_000])],
)
def test_ticks_are_round(most: int, expected: list[int]) -> None:
    assert ticks(most) == expected


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (500_000_000, "500 万元", "CNY 5 million"),
        (10_000_000_000, "1 亿元", "CNY 100 million"),
        (123_456_789, "123.456789 万元", "CNY 1.234567 million"),
        (99, "0.99 元", "CNY 0.99"),
        (0, "0 元", "CNY 0"),
    ],
)
def test_short_amounts(fen: int, zh: str, en: str) -> None:
    assert short_amount(fen, "zh") == zh
    assert short_amount(fen, "en") == en


def test_a_quantity_keeps_its_unit() -> None:
    assert scale(POLICY.fact("capacity_kwh"), 10**9, "zh").label(12_500) == "12.5"


def test_a_picture_has_a_title_and_a_description(visitor: TestClient) -> None:
    page = visitor.get("/check/user-side-storage/result", params={"capacity_kwh": "12000"}).text
    assert 'role="img" aria-labelledby="chart-title chart-desc"' in page
    assert '<title id="chart-title">奖励金额随装机容量的变化</title>' in page
    assert re.search(r"您在这里<tspan[^>]*>240 万元</tspan>", page)
