"""The payout schedule, disbursements and runs over HTTP."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from subsidy.cli import run
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, Office

SCHEDULE, DISBURSEMENTS, RUNS = "/api/v1/schedule", "/api/v1/disbursements", "/api/v1/runs"


@pytest.fixture
def due(office: Office) -> Office:
    """One instalment of 800,000 yuan is due on 30 June 2026, which is today."""
    award = office.approved()
    office.day = date(2026, 4, 1)
    office.figure(award, 1, 460)
    office.day = date(2026, 6, 30)
    return office


def test_the_command_line_gives_the_same_schedule(
    due: Office, desks: Desks, engine: Engine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SUBSIDY_TODAY", "2026-06-30")
    assert run(["schedule", "--format", "json", "--year", "2026"]) == 0
    answer = desks.of(FINANCE).get(SCHEDULE, params={"year": 2026})
    assert answer.json() == json.loads(capfd.readouterr().out)
    assert [(row["status"], row["amount"]) for row in answer.json()["rows"]] == [("due", "800000.00")]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3), ({"year": 2028}, 1), ({"status": "planned"}, 2), ({"status": "forfeited"}, 0), ({"payee": "甲储能"}, 3),
        ({"payee": "91310115MA1K35XK0N"}, 3), ({"payee": "%"}, 0), ({"scheme": "first-unit"}, 0),
    ],
)  # fmt: skip
def test_the_schedule_is_filtered(due: Office, desks: Desks, query: dict[str, Any], count: int) -> None:
    answer = desks.of(ADMINISTRATOR).get(SCHEDULE, params=query).json()
    assert (len(answer["rows"]), answer["totals"]["count"]) == (count, count)
    assert {name: value for name, value in answer["filters"].items() if value is not None} == query


def test_a_run_generates_what_is_due_once(due: Office, desks: Desks) -> None:
    finance = desks.of(FINANCE)
    expected = {"as_of": "2026-06-30", "generated": 1, "amount": "800000.00", "left": {}}
    assert finance.get(DISBURSEMENTS).json() == {"run": None, **expected}
    first = finance.post(DISBURSEMENTS, json={}).json()
    assert first == {"run": first["run"], **expected}
    again = finance.post(DISBURSEMENTS, json={"as_of": "2026-06-30"}).json()
    assert (again["generated"], again["amount"]) == (0, "0.00")
    runs = finance.get(RUNS).json()["runs"]
    assert {each["id"] for each in runs} == {first["run"], again["run"]}
    assert {(each["trigger"], each["failed"]) for each in runs} == {("manual", False)}
    assert len(finance.get(RUNS, params={"limit": 1}).json()["runs"]) == 1


def test_what_is_left_is_told_with_its_reason(due: Office, desks: Desks) -> None:
    finance = desks.of(FINANCE)
    assert finance.get(DISBURSEMENTS, params={"as_of": "2027-06-30"}).json()["left"] == {"awaiting_figure": 1}


def test_a_day_to_come_is_refused(due: Office, desks: Desks) -> None:
    answer = desks.of(FINANCE).post(DISBURSEMENTS, json={"as_of": "2026-07-01"})
    assert (answer.status_code, answer.json()["code"]) == (409, "workflow.day_to_come")


@pytest.mark.parametrize("as_of", ["2026-02-30", 20260630, True, "tomorrow", ["2026-06-30"]])
def test_a_day_that_is_none(due: Office, desks: Desks, as_of: object) -> None:
    answer = desks.of(FINANCE).post(DISBURSEMENTS, json={"as_of": as_of})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/as_of"]
    if isinstance(as_of, str):
        assert desks.of(FINANCE).get(DISBURSEMENTS, params={"as_of": as_of}).status_code == 422


def test_money_is_for_those_who_handle_it(due: Office, desks: Desks) -> None:
    for who, may in ((APPLICANT, set[str]()), (ADMINISTRATOR, {"see"}), (FINANCE, {"see", "run"}), (None, set[str]())):
        client = desks.of(who)
        refused = 403 if who else 401
        for address in (SCHEDULE, DISBURSEMENTS, RUNS):
            assert client.get(address).status_code == (200 if "see" in may else refused)
        assert client.post(DISBURSEMENTS, json={}).status_code == (200 if "run" in may else refused)
