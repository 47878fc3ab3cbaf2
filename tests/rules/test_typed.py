"""What people type into a form: taken in the ways that are usual, refused in words where it is none of them."""

import pytest

from rules.faults import FactError, Fault
from tests.rules import small
from tests.rules.wording import told

POLICY = small.policy()


def refusal_typed(key: str, text: str) -> tuple[str, str]:
    with pytest.raises(FactError) as refused:
        POLICY.fact(key).read_typed(text)
    return told(refused.value)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("size", "12000", "12000"),
        ("size", "12,000", "12000"),
        ("size", "12,000.5", "12000.5"),
        ("size", "12 000", "12000"),
        ("size", "１２，０００ kWh", "12000"),
        ("size", "１２０００．５", "12000.5"),
        ("size", "1.2MWh", "1200"),
        ("size", "1.2 mwh", "1200"),
        ("size", "1.2 兆瓦时", "1200"),
        ("size", "0.5GWh", "500000"),
        ("size", "500Wh", "0.5"),
        ("size", "12000度", "12000"),
        ("size", "1.2万度", "12000"),
        ("size", "1.2万千瓦时", "12000"),
        ("size", "1.2万", "12000"),
        ("size", "12000千瓦时", "12000"),
        ("size", "  12000\u3000", "12000"),
        ("power", "6MW", "6000"),
        ("power", "6㎿", "6000"),
        ("power", "0.6万千瓦", "6000"),
        ("hours", "2小时", "2"),
        ("hours", "2 h", "2"),
        ("hours", "90分钟", "1.5"),
        ("hours", "0", "0"),
        ("cost", "500万元", "5000000.00"),
        ("cost", "500万", "5000000.00"),
        ("cost", "5,000万元", "50000000.00"),
        ("cost", "1.2亿元", "120000000.00"),
        ("cost", "３亿", "300000000.00"),
        ("cost", "¥1,234.56", "1234.56"),
        ("cost", "￥1234.5元", "1234.50"),
        ("cost", "3千万元", "30000000.00"),
        ("cost", "100 RMB", "100.00"),
        ("cost", "0", "0.00"),
        ("rate", "15%", "0.15"),
        ("rate", "１５％", "0.15"),
        ("rate", "15 percent", "0.15"),
        ("rate", "0.15", "0.15"),
        ("rate", "12.3456%", "0.123456"),
        ("rate", "100%", "1"),
        ("built", "2025-06-30", "2025-06-30"),
        ("built", "2025年6月30日", "2025-06-30"),
        ("built", "2025年6月30号", "2025-06-30"),
        ("built", "2025年06月30", "2025-06-30"),
        ("built", "2025 年 6 月 30 日", "2025-06-30"),
        ("built", "２０２５年６月３０日", "2025-06-30"),
        ("built", "2025/6/30", "2025-06-30"),
        ("built", "2025.6.30", "2025-06-30"),
        ("built", "2025-6-3", "2025-06-03"),
        ("built", "20250630", "2025-06-30"),
        ("new", "是", "true"),
        ("new", "有", "true"),
        ("new", "YES", "true"),
        ("new", "True", "true"),
        ("new", "1", "true"),
        ("new", "否", "false"),
        ("new", "不是", "false"),
        ("new", "No", "false"),
        ("new", "0", "false"),
        ("colour", "green", "green"),
        ("colour", "green（中文）", "green"),
        ("colour", "green(中文)", "green"),
    ],
)
def test_a_form_takes_what_people_type(key: str, text: str, value: str) -> None:
    fact = POLICY.fact(key)
    read = fact.read_typed(text)
    assert read is not None
    assert fact.print(read) == value
    assert fact.parse(value) == read


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\t\n"])
@pytest.mark.parametrize("key", [fact.key for fact in POLICY.facts])
def test_nothing_typed_is_unknown(key: str, text: str) -> None:
    assert POLICY.fact(key).read_typed(text) is None


@pytest.mark.parametrize(
    ("key", "text", "code", "value"),
    [
        ("size", "约12000", "not_a_number_typed", "约12000"),
        ("size", "1e400", "not_a_number_typed", "1e400"),
        ("size", "NaN", "not_a_number_typed", "NaN"),
        ("size", "10²", "unit", "10²"),
        ("size", "①", "not_a_number_typed", "①"),
        ("size", "½", "not_a_number_typed", "½"),
        ("size", "1,2", "not_a_number_typed", "1,2"),
        ("size", "1,20,000", "not_a_number_typed", "1,20,000"),
        ("size", "12,0000", "not_a_number_typed", "12,0000"),
        ("size", "1亿2000万", "not_a_number_typed", "1亿2000万"),
        ("size", "9" * 21, "not_a_number_typed", "9" * 21),
        ("size", "-12000", "signed", "-12000"),
        ("size", "－12,000 kWh", "signed", "-12,000kWh"),
        ("size", "−5", "signed", "−5"),
        ("size", "+5", "signed", "+5"),
        ("size", "12000元", "unit", "12000元"),
        ("size", "5km", "unit", "5km"),
        ("size", "12000.", "unit", "12000."),
        ("cost", "500万kWh", "unit", "500万kWh"),
        ("size", "0.5Wh", "too_many_decimals", "0.5Wh"),
        ("hours", "100分钟", "too_many_decimals", "100分钟"),
        ("cost", "0.001", "too_many_decimals", "0.001"),
        ("rate", "0.00001%", "too_many_decimals", "0.00001%"),
        ("size", "0MWh", "not_above", "0MWh"),
        ("size", "1000MWh", "not_above", "1000MWh"),
        ("size", "99999999999999999999", "not_above", "99999999999999999999"),
        ("cost", "200000亿元", "money_range", "200000亿元"),
        ("cost", "99999999999999999999亿", "money_range", "99999999999999999999亿"),
        ("rate", "101%", "rate_above_one", "101%"),
        ("rate", "15", "rate_above_one", "15"),
        ("rate", "15‰", "unit", "15‰"),
        ("built", "2025年2月30日", "no_such_day", "2025-02-30"),
        ("built", "2025年6月", "date_format", "2025年6月"),
        ("built", "30/6/2025", "date_format", "30/6/2025"),
        ("built", "2025/6-30", "date_format", "2025/6-30"),
        ("built", "1899年12月31日", "date_range", "1899-12-31"),
        ("new", "也许", "not_yes_or_no", "也许"),
        ("colour", "紫", "not_an_option", "紫"),
    ],
)
def test_what_was_typed_wrongly_is_named(key: str, text: str, code: str, value: str) -> None:
    assert refusal_typed(key, text) == (code, value)


@pytest.mark.parametrize(
    ("key", "text", "most"),
    [
        ("size", "0.0001", "3"),
        ("rate", "0.0000001", "6"),
        ("cost", "0.001", "2"),
        ("cost", "200000亿", "10000000000000.00"),
    ],
)
def test_what_was_typed_too_finely_or_too_large_is_told_the_most(key: str, text: str, most: str) -> None:
    with pytest.raises(FactError) as refused:
        POLICY.fact(key).read_typed(text)
    assert refused.value.params == {"value": text, "most": most}
    for lang in ("zh", "en"):
        assert f" {most} " in Fault("", refused.value.code, refused.value.params).message(lang)


def test_a_unit_that_does_not_fit_is_answered_with_those_that_do() -> None:
    with pytest.raises(FactError) as refused:
        POLICY.fact("power").read_typed("6kWh")
    assert refused.value.params["unit"] == "kWh"
    assert refused.value.params["units"].startswith("kW, 千瓦, 万, MW, ")
    with pytest.raises(FactError) as refused:
        POLICY.fact("rate").read_typed("6成")
    assert refused.value.params["units"] == "%, percent"
