"""The document that other systems build upon: it says of facts what their packs say, and of answers what they are."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from rules.facts import Fact
from rules.faults import FactError
from rules.load import packs
from subsidy.api.facts import facts_schema
from tests.support.web import site

FACTS: dict[str, Fact] = {fact.key: fact for policy in packs().values() for fact in policy.facts}
WRITTEN = facts_schema()["properties"]
PATTERNS = {
    key: branch["pattern"] for key, one in WRITTEN.items() for branch in one["anyOf"] if branch.get("type") == "string"
}


@pytest.fixture(scope="module")
def document() -> Any:
    return site(create_engine("sqlite://")).get("/api/v1/openapi.json").json()


def takes(fact: Fact, text: str) -> bool:
    try:
        fact.read(text)
    except FactError:
        return False
    return True


def test_it_describes_the_facts_of_the_packs(document: Any) -> None:
    assert document["components"]["schemas"]["Facts"]["properties"].keys() == FACTS.keys()
    assert {key for key, fact in FACTS.items() if fact.kind in ("quantity", "money", "rate", "date")} == PATTERNS.keys()


@pytest.mark.parametrize("key", PATTERNS)
def test_what_a_pattern_allows_is_read_and_nothing_else(key: str) -> None:
    fact, pattern = FACTS[key], re.compile(PATTERNS[key], re.ASCII)

    @settings(max_examples=150, derandomize=True, deadline=None)
    @given(st.from_regex(pattern, fullmatch=True))
    def allowed(text: str) -> None:
        assert takes(fact, text)

    @settings(max_examples=300, derandomize=True, deadline=None)
    @given(st.text("0123456789.-+e, １/年", max_size=18) | st.dates().map(str))
    def either(text: str) -> None:
        # Digits that lead with zeros beyond the pattern's length are read as well; nobody writes them.
        assert takes(fact, text) == bool(pattern.fullmatch(text)) or text.startswith("00")

    allowed()
    either()


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("capacity_kwh", ["0.001", "999999999999.999", "1.0"], ["0", "0.000", "1000000000000", "1.0000", "", "1e3", "１"]),
        ("cycles_per_year", ["0", "450"], ["-1", "450.0001"]),
        ("new_investment_yuan", ["0", "10000000000000", "10000000000000.00", "9999999999999.99"], ["10000000000000.01", "0.001"]),
        ("granted_rate", ["0", "0.000001", "1", "1.000000"], ["1.000001", "0.0000001", "15"]),
        (
            "commissioned_on",
            ["1900-01-01", "2000-02-29", "2024-02-29", "2099-12-31"],
            ["1900-02-29", "2025-02-29", "2025-04-31", "2100-01-01", "2025-13-01", "2025-00-10"],
        ),
    ],
)  # fmt: skip
def test_patterns_at_their_edges(key: str, good: list[str], bad: list[str]) -> None:
    pattern = re.compile(PATTERNS[key])
    assert [text for text in good if not (pattern.search(text) and takes(FACTS[key], text))] == []
    assert [text for text in bad if pattern.search(text) or takes(FACTS[key], text)] == []


def operations(document: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_pages_are_not_in_it(document: Any) -> None:
    assert all(path.startswith("/api/v1/") for path in document["paths"])


def test_every_refusal_is_a_problem_document(document: Any) -> None:
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], name
                assert answer["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem"), name


def test_what_needs_no_session_is_just_what_the_contract_says(document: Any) -> None:
    public = {name for name, operation in operations(document) if not operation.get("security")}
    assert public == {
        "POST /api/v1/assessments", "GET /api/v1/policies", "GET /api/v1/policies/{policy_id}", "POST /api/v1/sessions",
        "GET /api/v1/notices", "GET /api/v1/notices/{notice_id}", "POST /api/v1/notices/{notice_id}/objections",
    }  # fmt: skip


def test_every_body_refuses_what_it_does_not_know(document: Any) -> None:
    for name, operation in operations(document):
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert schema["additionalProperties"] is False, name


def test_every_reference_leads_somewhere(document: Any) -> None:
    names = set(re.findall(r"'#/components/schemas/([^']+)'", str(document)))
    assert names <= document["components"]["schemas"].keys()


def test_money_is_text(document: Any) -> None:
    schemas = document["components"]["schemas"]
    amounts = [
        (name, field, part)
        for name, schema in schemas.items()
        for field, part in schema.get("properties", {}).items()
        if re.search(r"amount|at_most|at_least|result", field) and name not in ("Facts",)
    ]
    assert len(amounts) > 10
    for name, field, part in amounts:
        kinds = [each.get("type") for each in part.get("anyOf", [part])]
        assert set(kinds) <= {"string", "null"}, (name, field, kinds)


def test_it_is_the_same_for_everybody(document: Any) -> None:
    client: TestClient = site(create_engine("sqlite://"))
    assert client.get("/api/v1/openapi.json", headers={"Accept-Language": "en"}).json() == document
