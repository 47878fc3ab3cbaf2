"""A policy amended by dated values, its digest, and the text from which it comes back."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from rules.load import load_content, packs
from rules.model import Dated, in_force
from rules.money import yuan
from tests.rules import small

AMENDED = small.policy(
    small.scheme(
        {
            **small.condition("at_least", "size"),
            "value": [{"from": "2024-01-01", "value": "10"}, {"from": "2025-07-01", "value": "20"}],
        },
        benefit={
            **small.PER_UNIT,
            "rate": [{"from": "2024-01-01", "value": "200"}, {"from": "2026-01-01", "value": "100"}],
            "cap": [{"from": "2024-01-01", "value": "3000"}, {"from": "2026-02-01", "value": "1000"}],
        },
    )
)


@pytest.mark.parametrize(
    ("on", "outcome", "amount"),
    [
        ("1900-01-01", "eligible", "3000.00"),
        ("2023-12-31", "eligible", "3000.00"),
        ("2024-01-01", "eligible", "3000.00"),
        ("2025-06-30", "eligible", "3000.00"),
        ("2025-07-01", "ineligible", None),
        ("2026-01-01", "ineligible", None),
        ("2099-12-31", "ineligible", None),
    ],
)
def test_a_threshold_is_amended_from_its_day_on(on: str, outcome: str, amount: str | None) -> None:
    answer = small.answer(AMENDED, on, size="15.5")
    assert answer.outcome.value == outcome
    assert (answer.award and yuan(answer.award.at_most)) == amount


@pytest.mark.parametrize(
    ("on", "amount", "capped"),
    [
        ("2025-12-31", "3000.00", True),
        ("2026-01-01", "2550.00", False),
        ("2026-01-31", "2550.00", False),
        ("2026-02-01", "1000.00", True),
        ("2030-01-01", "1000.00", True),
    ],
)
def test_rate_and_cap_are_amended_each_from_its_own_day(on: str, amount: str, capped: bool) -> None:
    award = small.answer(AMENDED, on, size="25.5").award
    assert award is not None
    assert (yuan(award.at_most), award.capped) == (amount, capped)


def test_before_the_first_day_the_policy_answers_as_of_it_whatever_its_values_are_dated() -> None:
    early = [{"from": "2020-01-01", "value": "1"}, {"from": "2024-01-01", "value": "10"}]
    later = [{"from": "2025-01-01", "value": "10"}, {"from": "2026-01-01", "value": "20"}]
    policy = small.policy(small.scheme({**small.condition("at_least", "size"), "value": early}))
    for on in ("1999-01-01", "2020-01-01", "2023-12-31", "2024-01-01"):
        assert small.answer(policy, on, size="5").outcome.value == "ineligible"
    policy = small.policy(small.scheme({**small.condition("at_least", "size"), "value": later}))
    for on in ("2023-01-01", "2024-06-01", "2025-12-31"):
        assert small.answer(policy, on, size="10").outcome.value == "eligible"


def test_the_days_of_change_are_those_of_the_values_and_the_first_day() -> None:
    assert [day.isoformat() for day in AMENDED.change_days] == [
        *("2024-01-01", "2025-07-01", "2026-01-01", "2026-02-01")
    ]
    assert AMENDED.on(date(2025, 7, 1)) is AMENDED.on(date(2025, 12, 31))
    assert AMENDED.scheme_on("only", small.DAY) is AMENDED.on(small.DAY)[0]


def test_the_value_in_force() -> None:
    series = [Dated[str].model_validate(each) for each in small.dated("a", "b", "c")]
    days = ["2000-01-01", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2090-01-01"]
    assert [in_force(series, date.fromisoformat(day)) for day in days] == ["a", "a", "b", "b", "c", "c"]


def test_what_is_named_is_found_and_what_is_not_is_a_key_error() -> None:
    for find, name in (
        (AMENDED.fact, "size"),
        (AMENDED.scheme, "only"),
        (AMENDED.clause, "A"),
        (AMENDED.question, "Q1"),
        (AMENDED.schemes[0].condition, "size"),
    ):
        found: Any = find(name)
        assert name in (getattr(found, "id", None), getattr(found, "key", None))
        with pytest.raises(KeyError, match=r"^'other'$"):
            find("other")
    with pytest.raises(KeyError):
        AMENDED.scheme_on("other", small.DAY)


def test_a_scheme_uses_the_facts_of_its_conditions_benefit_and_terms() -> None:
    release = {"condition": "hours", "from": "1", "period": "operating_year", "earlier": "never", "starts": "built"}
    policy = small.policy(
        small.scheme(small.condition("at_least", "hours", "2"), terms={**small.ONCE, "release": release}),
        small.scheme(small.condition("is", "new", True, decided_by="person"), benefit=small.BAND, id="band"),
    )
    first, band = policy.schemes
    assert [fact.key for fact in policy.facts_of(first)] == ["size", "power", "hours", "built"]
    assert [fact.key for fact in policy.facts_of(band)] == ["cost", "rate", "new"]
    assert policy.person_decides(first) == frozenset()
    assert policy.person_decides(band) == {"new", "rate"}


@pytest.mark.parametrize("policy", [AMENDED, *packs().values()], ids=lambda policy: policy.id)
def test_a_policy_comes_back_from_its_text(policy: Any) -> None:
    again = load_content(policy.content)
    assert again == policy
    assert (again.digest, again.content) == (policy.digest, policy.content)
    assert policy.digest.startswith("sha256:")
    assert len(policy.digest) == len("sha256:") + 64


def places(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a tree's leaves are."""
    if isinstance(part, dict | list) and part:
        for step, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(inner, (*path, step))
    else:
        yield path


def changed(content: str, path: tuple[str | int, ...], value: Any) -> Any:
    whole = json.loads(content)
    part = whole
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return load_content(json.dumps(whole))


LINGANG = packs()["lingang-2024"]
PLACES = list(places(json.loads(LINGANG.content)))
WORDING = [path for path in PLACES if path[-1] in ("zh", "en")]
NAMES = {"value", "low", "high", "above", "below", "at_least", "from", "month", "day"}
NUMBERS = [path for path in PLACES if path[-1] in NAMES or path[-2:-1] in {("weights",), ("value",)}]


def test_no_wording_changes_the_digest() -> None:
    assert len(WORDING) > 200
    whole = json.loads(LINGANG.content)
    for path in WORDING:
        part = whole
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] += "!"
    reworded = load_content(json.dumps(whole))
    assert reworded.digest == LINGANG.digest
    assert reworded.content != LINGANG.content


OTHER: dict[str | bool, str | bool] = {
    True: False,
    "0": "1",
    "1": "2",
    "user": "grid",
    "first_unit": "none",
    "domestic_first_unit": "none",
    "2": "3",
    "6": "7",
    "30": "29",
    "450": "451",
    "200": "201",
    "1000": "1001",
    "0.1": "0.11",
    "0.2": "0.21",
    "0.3": "0.31",
    "5000000": "5000001",
    "1000000000000": "1000000000001",
    "100000000": "100000001",
    "30000000": "30000001",
    "20000000": "20000001",
    "2024-01-01": "2023-12-31",
    "2026-12-31": "2027-01-01",
}


@pytest.mark.parametrize("path", NUMBERS, ids=lambda path: "/".join(map(str, path)))
def test_every_number_changes_the_digest(path: tuple[str | int, ...]) -> None:
    part: Any = json.loads(LINGANG.content)
    for step in path:
        part = part[step]
    assert changed(LINGANG.content, path, OTHER[part]).digest != LINGANG.digest


def test_the_source_and_quote_of_a_clause_are_part_of_the_digest() -> None:
    for path in (("clauses", 2, "quote"), ("clauses", 2, "source"), ("version",)):
        assert changed(LINGANG.content, path, "other").digest != LINGANG.digest


def test_another_paper_does_not_change_the_digest() -> None:
    whole = json.loads(LINGANG.content)
    whole["documents"].append({"id": "photograph", "label": {"zh": "照片", "en": "Photograph"}})
    whole["facts"][0]["documents"].append("photograph")
    amended = load_content(json.dumps(whole))
    assert amended.digest == LINGANG.digest
    assert amended.content != LINGANG.content
    assert amended.document("photograph") in amended.documents_of(amended.schemes[0])


def test_a_text_that_told_its_papers_in_prose_is_still_read() -> None:
    whole = json.loads(LINGANG.content)
    del whole["documents"]
    for fact in whole["facts"]:
        del fact["documents"]
        fact["proof"] = {"zh": "证明", "en": "Proof"}
    assert load_content(json.dumps(whole)).digest == LINGANG.digest


def test_a_scheme_takes_the_papers_of_its_facts_and_those_of_none() -> None:
    kinds = {scheme.id: [kind.id for kind in LINGANG.documents_of(scheme)] for scheme in LINGANG.schemes}
    assert kinds["first-unit"] == [
        "project-filing", "site-title", "first-unit-certificate", "equipment-contract", "review-opinion", "other"
    ]  # fmt: skip
    assert "grid-test-report" in kinds["user-side-storage"]
    assert "equipment-contract" not in kinds["user-side-storage"]


def test_an_option_or_condition_more_changes_the_digest() -> None:
    whole = json.loads(LINGANG.content)
    whole["schemes"][1]["conditions"].pop()
    assert load_content(json.dumps(whole)).digest != LINGANG.digest
    whole = json.loads(LINGANG.content)
    options = next(fact["options"] for fact in whole["facts"] if fact["key"] == "project_side")
    options.append({"id": "other", "label": {"zh": "其他", "en": "Other"}})
    assert load_content(json.dumps(whole)).digest != LINGANG.digest


def test_a_policy_cannot_be_changed() -> None:
    for part, name in ((LINGANG, "version"), (LINGANG.schemes[0].label, "zh"), (LINGANG.schemes[0].terms, "weights")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(part, name, "x")


def test_the_order_of_keys_and_spaces_of_a_pack_do_not_matter() -> None:
    whole = json.loads(LINGANG.content)
    turned = json.dumps(dict(reversed(whole.items())), indent=3, ensure_ascii=False)
    assert load_content(turned).content == LINGANG.content
