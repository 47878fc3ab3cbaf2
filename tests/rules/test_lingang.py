"""The Lingang pack states what its text states, and what others rely on keeps its name."""

from datetime import date
from typing import Any

import pytest

from rules.benefits import RateEnds
from rules.conditions import Ends
from rules.load import packs

POLICY = packs()["lingang-2024"]

A, B, C = "user-side-storage", "strategic-project", "core-technology"
D1, D2 = "first-unit", "domestic-first-unit"
STORAGE = {"new_build", "project_side", "commissioned_on", "capacity_kwh", "rated_power_kw", "full_discharge_hours"}
STORAGE |= {"cycles_per_year", "advanced_technology", "drives_industry", "typical_scenario"}

FACTS = {
    **dict.fromkeys(("in_zone", "new_build", "advanced_technology", "drives_industry", "typical_scenario"), "yes_no"),
    "project_side": "choice",
    "commissioned_on": "date",
    **dict.fromkeys(("capacity_kwh", "rated_power_kw", "full_discharge_hours", "cycles_per_year"), "quantity"),
    **dict.fromkeys(("strategic_project", "core_technology"), "yes_no"),
    "new_investment_yuan": "money",
    "first_unit_level": "choice",
    "contract_amount_yuan": "money",
    "granted_rate": "rate",
}
USED = {
    A: {"in_zone", *STORAGE},
    B: {"in_zone", "strategic_project", "new_investment_yuan"},
    C: {"in_zone", "core_technology", "new_investment_yuan", "granted_rate"},
    D1: {"in_zone", "first_unit_level", "contract_amount_yuan", "granted_rate"},
    D2: {"in_zone", "first_unit_level", "contract_amount_yuan", "granted_rate"},
}
CONDITIONS = {
    A: [
        *("in_zone", "new_build", "project_side", "commissioned", "capacity", "duration", "cycles"),
        *("advanced_technology", "drives_industry", "typical_scenario"),
    ],
    B: ["in_zone", "strategic"],
    C: ["in_zone", "core_technology"],
    D1: ["in_zone", "recognition"],
    D2: ["in_zone", "recognition"],
}
PERSONS = {
    A: {"advanced_technology", "drives_industry", "typical_scenario"},
    B: {"strategic_project"},
    C: {"core_technology", "granted_rate"},
    D1: {"granted_rate"},
    D2: {"granted_rate"},
}


def test_facts_have_the_names_and_kinds_that_others_rely_on() -> None:
    assert {fact.key: fact.kind for fact in POLICY.facts} == FACTS
    options = {fact.key: [option.id for option in fact.options] for fact in POLICY.facts if fact.kind == "choice"}
    assert options == {
        "project_side": ["user", "grid", "generation"],
        "first_unit_level": ["first_unit", "domestic_first_unit", "none"],
    }
    assert {fact.key: fact.unit for fact in POLICY.facts if fact.kind == "quantity"} == {
        "capacity_kwh": "kWh",
        "rated_power_kw": "kW",
        "full_discharge_hours": "h",
        "cycles_per_year": "cycles",
    }


def test_schemes_conditions_and_what_a_person_decides() -> None:
    assert {scheme.id: [condition.id for condition in scheme.conditions] for scheme in POLICY.schemes} == CONDITIONS
    assert {scheme.id: {fact.key for fact in POLICY.facts_of(scheme)} for scheme in POLICY.schemes} == USED
    assert {scheme.id: POLICY.person_decides(scheme) for scheme in POLICY.schemes} == PERSONS
    assert {fact.key for fact in POLICY.facts if fact.set_by == "reviewer"} == {"granted_rate"}


def test_every_number_is_that_of_the_text_from_the_first_day_on() -> None:
    found: dict[tuple[str, str], Any] = {}
    for scheme in POLICY.schemes:
        parts = [(condition.id, condition.value) for condition in scheme.conditions]
        parts += [("rate", scheme.benefit.rate), ("cap", scheme.benefit.cap or ())]
        for name, series in parts:
            for entry in series:
                assert entry.since == date(2024, 1, 1)
                value = entry.value
                found[scheme.id, name] = (value.low, value.high) if isinstance(value, Ends | RateEnds) else value
    in_zone = {(scheme, "in_zone"): True for scheme in CONDITIONS}
    assert found == {
        **in_zone,
        (A, "new_build"): True,
        (A, "project_side"): ("user",),
        (A, "commissioned"): ("2024-01-01", "2026-12-31"),
        (A, "capacity"): "1000",
        (A, "duration"): "2",
        (A, "cycles"): "450",
        (A, "advanced_technology"): True,
        (A, "drives_industry"): True,
        (A, "typical_scenario"): True,
        (A, "rate"): "200",
        (A, "cap"): "5000000",
        (B, "strategic"): True,
        (B, "rate"): "0.1",
        (B, "cap"): "100000000",
        (C, "core_technology"): True,
        (C, "rate"): ("0.1", "0.3"),
        (D1, "recognition"): ("first_unit",),
        (D1, "rate"): "0.2",
        (D1, "cap"): "30000000",
        (D2, "recognition"): ("domestic_first_unit",),
        (D2, "rate"): "0.1",
        (D2, "cap"): "20000000",
    }
    assert POLICY.in_force_from == date(2024, 1, 1)


def test_terms_of_payment() -> None:
    for scheme in POLICY.schemes:
        terms = scheme.terms
        assert terms.weights == ((1, 1, 1) if scheme.id == A else (1,))
        assert (terms.round.month, terms.round.day) == (6, 30)
        assert (terms.release is not None) is (scheme.id == A)
    release = POLICY.scheme(A).terms.release
    assert release is not None
    assert (release.condition, release.from_number, release.earlier) == ("cycles", 2, "if_ended")
    assert (release.starts, release.period, release.question) == ("commissioned_on", "operating_year", "Q2")


def test_clauses_of_the_text_are_quoted_with_their_numbers() -> None:
    assert {clause.id: clause.source for clause in POLICY.clauses} == dict.fromkeys(
        ("T1", "T2", "A", "B", "C", "D1", "D2", "E"), "《中国环境报》2024年3月"
    )
    for clause, words in {
        "T1": ("应用规模达到5万千瓦时", "产业规模达到500亿元"),
        "T2": ("应用规模达到30万千瓦时", "千亿级"),
        "A": (
            *("新建用户侧储能项目", "2024年—2026年投产", "装机容量不低于1MWh", "全容量放电时长不低于2h"),
            *("年充放电次数不低于450次", "200元/千瓦时", "分3年进行发放", "单个项目最高不超过500万元"),
        ),
        "B": ("新增投资的10%", "不超过1亿元"),
        "C": ("新增投资的10%—30%",),
        "D1": ("最高按合同金额的20%", "不超过3000万元"),
        "D2": ("最高按合同金额的10%", "不超过2000万元"),
        "E": ("积极推动银企对接",),
    }.items():
        assert POLICY.clause(clause).quote == "……".join(words)
    assert {entry.id: entry.clause for entry in POLICY.information} == {
        "target-2025": "T1",
        "target-2030": "T2",
        "finance-matching": "E",
    }
    for scheme in POLICY.schemes:
        for cited in (
            scheme.clause,
            scheme.benefit.clause,
            scheme.terms.clause,
            *(c.clause for c in scheme.conditions),
        ):
            assert cited == {A: "A", B: "B", C: "C", D1: "D1", D2: "D2"}[scheme.id]


def test_every_open_question_is_stated_and_shown_where_it_bears() -> None:
    questions = {question.id for question in POLICY.questions}
    assert questions == {f"Q{number}" for number in range(1, 18)}
    used = {fact.question for fact in POLICY.facts} - {None}
    for scheme in POLICY.schemes:
        used |= {*scheme.questions, *scheme.terms.questions}
        used |= {condition.question for condition in scheme.conditions if condition.question}
        used |= {scheme.terms.release.question} if scheme.terms.release else set()
    used |= {POLICY.procedure.question} if POLICY.procedure else set()
    assert used == questions


@pytest.mark.parametrize("key", ["in_zone", "new_build", "project_side"])
def test_what_is_settled_by_commissioning(key: str) -> None:
    assert POLICY.fact(key).fixed_by == "commissioned_on"
    assert POLICY.fact("capacity_kwh").fixed_by is None
