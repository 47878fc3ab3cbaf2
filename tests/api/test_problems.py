"""What is refused before any handler, or because of our own fault, is a problem document as well."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from subsidy.api import problem
from subsidy.locale import LANGUAGES, catalogue
from tests.support.desks import Desks
from tests.support.office import FINANCE, Office
from tests.support.web import site


def test_an_address_that_is_none(anybody: TestClient) -> None:
    for address in (
        "/api/v1/nothing",
        "/api/v2/assessments",
        "/api/",
        "/api/v1/policies/lingang-2023",
        "/api/v1/policies/%00",
    ):
        answer = anybody.get(address)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("GET", "/api/v1/assessments", "POST"),
        ("PUT", "/api/v1/sessions", "GET, POST, DELETE"),
        ("DELETE", "/api/v1/applications/aaaaaaaaaaaaaaaa", "GET, PUT"),
        ("POST", "/api/v1/policies", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_take(anybody: TestClient, method: str, address: str, allowed: str) -> None:
    answer = anybody.request(method, address)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_messages_change_with_the_language_and_codes_do_not(anybody: TestClient) -> None:
    told = [anybody.get("/api/v1/me", headers={"Accept-Language": lang}) for lang in LANGUAGES]
    assert [each.headers["content-language"] for each in told] == ["zh", "en"]
    assert len({each.json()["detail"] for each in told}) == 2
    assert {each.json()["code"] for each in told} == {"sign_in"}


def test_our_own_fault_is_told_without_its_details(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("geheim")

    office = Office(sqlite_engine)
    monkeypatch.setattr("subsidy.api.schedule.payout_schedule", broken)
    client = Desks(office).of(FINANCE)
    quiet = TestClient(client.app, headers=dict(client.headers), raise_server_exceptions=False)
    answer = quiet.get("/api/v1/schedule")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "geheim" not in answer.text


def test_a_list_that_is_cut_says_so(anybody: TestClient) -> None:
    facts = {f"k{number}": 1 for number in range(150)}
    answer = anybody.post("/api/v1/assessments", json={"facts": facts}, headers={"Accept-Language": "en"})
    assert len(answer.json()["errors"]) == 100
    assert answer.json()["detail"].startswith("150 things are to be corrected")


def test_every_status_that_may_be_told_has_its_words() -> None:
    told = {*problem.CODES, 409, 429}
    assert {key for key in catalogue() if key.startswith("api.title_")} == {f"api.title_{each}" for each in told}
    assert {key for key in catalogue() if key.startswith("api.detail_")} == {
        f"api.detail_{each}" for each in problem.CODES
    }


def test_a_browser_that_meets_a_problem_reads_no_page(sqlite_engine: Engine) -> None:
    answer = site(sqlite_engine).get("/api/v1/me", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
