"""Assessments over HTTP: the contract to the letter, for anybody, and nothing of them is kept."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from subsidy.cli import run
from subsidy.database import create
from tests.support import bad_input
from tests.support.application import JUDGED, application, data
from tests.support.bad_input import BadDocument, BadFacts
from tests.support.web import site

ADDRESS = "/api/v1/assessments"


def only(answer: Any) -> Any:
    """The one scheme of an assessment."""
    assert answer.status_code == 200, answer.text
    (scheme,) = answer.json()["schemes"]
    return scheme


def test_an_eligible_project(anybody: TestClient) -> None:
    answer = anybody.post(ADDRESS, json=application(**JUDGED))
    scheme = only(answer)
    assert answer.headers["content-type"] == "application/json"
    assert (scheme["outcome"], scheme["missing"], scheme["remedies"]) == ("eligible", [], [])
    assert scheme["award"] == {
        "at_least": "2400000.00",
        "at_most": "2400000.00",
        "amount": "2400000.00",
        "capped": False,
        "clause": "A",
        "steps": [{"kind": "per_unit", "text": "12,000 kWh × 200 元/kWh", "result": "2400000.00"}],
        "indicative": False,
        "instalments": [
            {"number": 1, "due_on": "2026-06-30", "provisional": False, "amount": "800000.00"},
            {"number": 2, "due_on": "2027-06-30", "provisional": True, "amount": "800000.00"},
            {"number": 3, "due_on": "2028-06-30", "provisional": True, "amount": "800000.00"},
        ],
    }


def test_unknown_facts_are_told_as_missing(anybody: TestClient) -> None:
    scheme = only(anybody.post(ADDRESS, json=application(cycles_per_year=None)))
    assert scheme["outcome"] == "undetermined"
    assert scheme["missing"] == ["cycles_per_year", *JUDGED]
    assert scheme["award"]["amount"] == "2400000.00"


def test_a_threshold_that_is_not_met_is_an_answer(anybody: TestClient) -> None:
    scheme = only(anybody.post(ADDRESS, json=application(capacity_kwh="999.999", rated_power_kw="1")))
    assert (scheme["outcome"], scheme["award"]) == ("ineligible", None)
    assert scheme["remedies"]


def test_a_rate_that_is_still_to_be_set_leaves_bounds(anybody: TestClient) -> None:
    scheme = only(
        anybody.post(ADDRESS, json=application("first-unit", contract_amount_yuan="100", first_unit_level="first_unit"))
    )
    award = scheme["award"]
    assert (award["amount"], award["at_least"], award["at_most"], award["indicative"]) == (None, "0.00", "20.00", True)


def test_without_a_scheme_all_are_assessed(anybody: TestClient) -> None:
    schemes = anybody.post(ADDRESS, json=application(None)).json()["schemes"]
    assert [each["id"] for each in schemes] == [
        "user-side-storage", "strategic-project", "core-technology", "first-unit", "domestic-first-unit"
    ]  # fmt: skip


def test_numbers_pass_through_no_float(anybody: TestClient) -> None:
    body = '{"scheme": "strategic-project", "facts": {"new_investment_yuan": 9999999999999.99, "in_zone": true}}'
    (step, cap) = only(anybody.post(ADDRESS, content=body))["award"]["steps"]
    assert step["result"] == "999999999999.99"
    assert cap["result"] == "100000000.00"


def test_the_command_line_gives_the_same(
    anybody: TestClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUBSIDY_TODAY", "2026-03-01")
    (tmp_path / "a.json").write_bytes(data(cycles_per_year=1))
    run(["check", str(tmp_path / "a.json"), "--format", "json", "--lang", "en"])
    answer = anybody.post(ADDRESS, content=data(cycles_per_year=1), headers={"Accept-Language": "en"})
    assert json.loads(capfd.readouterr().out) == answer.json()


def test_prose_is_in_the_readers_language(anybody: TestClient) -> None:
    for asked, lang, words in (
        ("en-GB", "en", "at least 2 h"),
        ("zh-CN", "zh", "不低于 2 小时"),
        ("fr", "zh", "不低于 2 小时"),
    ):
        answer = anybody.post(ADDRESS, json=application(), headers={"Accept-Language": asked})
        assert answer.headers["content-language"] == lang
        assert words in [each["asked"] for each in only(answer)["findings"]]


def test_no_database_is_asked(tmp_path: Path) -> None:
    """Nor would it be there: the file lies in a folder that is none."""
    (tmp_path / "file").touch()
    client = site(create("sqlite://"))
    client.app.state.engine = None  # type: ignore[attr-defined]
    assert client.post(ADDRESS, json=application()).status_code == 200


@pytest.mark.parametrize("bad", bad_input.FACTS.values(), ids=bad_input.FACTS)
def test_a_fault_is_told_with_its_place_and_code(anybody: TestClient, bad: BadFacts) -> None:
    told = {}
    for lang in ("zh", "en"):
        answer = anybody.post(ADDRESS, content=bad.text, headers={"Accept-Language": lang})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem.keys() == {"title", "status", "detail", "code", "errors"}
        (error,) = problem["errors"]
        assert (problem["code"], error["pointer"], error["code"]) == ("bad_input", bad.pointer, bad.code)
        assert 0 < len(error["message"]) < 600
        told[lang] = error["message"]
    assert told["zh"] != told["en"]


@pytest.mark.parametrize("bad", [*bad_input.DOCUMENTS.values(), BadDocument(bad_input.UTF_16, "encoding")])
def test_a_body_that_cannot_be_read(anybody: TestClient, bad: BadDocument) -> None:
    answer = anybody.post(ADDRESS, content=bad.data)
    assert answer.status_code == (413 if bad.code == "too_large" else 400)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == bad.code


def test_a_long_body_of_unannounced_length(anybody: TestClient) -> None:
    answer = anybody.post(ADDRESS, content=(b" " * 65536 for _ in range(17)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_every_fault_is_told_at_once(anybody: TestClient) -> None:
    body = {"on": "x", "scheme": "y", "z": 1, "facts": {"capacity_kwh": -1, "in_zone": 3, "first_unit_level": "a"}}
    errors = anybody.post(ADDRESS, json=body).json()["errors"]
    pointers = ["/facts/capacity_kwh", "/facts/first_unit_level", "/facts/in_zone", "/on", "/scheme", "/z"]
    assert sorted(each["pointer"] for each in errors) == pointers


def test_a_pointer_is_escaped(anybody: TestClient) -> None:
    (error,) = anybody.post(ADDRESS, json={"a/b~c": 1}).json()["errors"]
    assert error["pointer"] == "/a~1b~0c"


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/ld+json",
        "application/x-www-form-urlencoded",
        "",
    ],
)
def test_json_is_taken_under_its_names_and_without_one(anybody: TestClient, kind: str) -> None:
    request = anybody.build_request("POST", ADDRESS, content=data())
    request.headers.pop("content-type", None)
    if kind:
        request.headers["content-type"] = kind
    assert anybody.send(request).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "json"])
def test_another_content_type_is_refused(anybody: TestClient, kind: str) -> None:
    answer = anybody.post(ADDRESS, content=data(), headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "not_json")


def test_programs_need_no_headers_of_a_browser(anybody: TestClient) -> None:
    request = anybody.build_request("POST", ADDRESS, content=data())
    for name in ("sec-fetch-site", "accept-language", "user-agent"):
        del request.headers[name]
    assert anybody.send(request).status_code == 200
