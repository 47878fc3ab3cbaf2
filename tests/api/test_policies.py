"""Policies over HTTP: whole, with clauses and questions, for anybody."""

from fastapi.testclient import TestClient

from rules.load import packs
from rules.reading import DEFAULT_POLICY


def test_the_list_names_every_policy(anybody: TestClient) -> None:
    listed = anybody.get("/api/v1/policies").json()["policies"]
    assert [(each["id"], each["version"], each["digest"]) for each in listed] == [
        (each.id, each.version, each.digest) for each in packs().values()
    ]


def test_a_policy_is_given_with_all_that_it_states(anybody: TestClient) -> None:
    policy, told = packs()[DEFAULT_POLICY], anybody.get(f"/api/v1/policies/{DEFAULT_POLICY}").json()
    assert told.pop("digest") == policy.digest
    assert told == policy.model_dump(mode="json", by_alias=True)
    assert {each["id"]: each["quote"] for each in told["clauses"]} == {each.id: each.quote for each in policy.clauses}
    assert [each["id"] for each in told["questions"]] == [f"Q{number}" for number in range(1, 18)]


def test_nothing_in_it_passes_through_a_float(anybody: TestClient) -> None:
    def floats(part: object) -> list[float]:
        if isinstance(part, dict | list):
            return [found for each in (part.values() if isinstance(part, dict) else part) for found in floats(each)]
        return [part] if isinstance(part, float) else []

    assert floats(anybody.get(f"/api/v1/policies/{DEFAULT_POLICY}").json()) == []
