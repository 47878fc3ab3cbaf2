"""Payout runs over HTTP: made by one person, checked and approved by another, handed out once."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.finance.payable import due, held
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, AUDITOR, CHECKER, FINANCE, Office

PAYOUTS = "/api/v1/payouts"
NEW = {"year": 2026, "scheme": "user-side-storage"}


@pytest.fixture
def maker(office: Office, desks: Desks) -> TestClient:
    """Two awards can be paid."""
    due(office, 2)
    office.account()
    return desks.of(FINANCE)


def step(client: TestClient, run: dict[str, Any], what: str, **given: Any) -> dict[str, Any]:
    """A step on the run as it now is; its answer, with the status of the response."""
    now = client.get(f"{PAYOUTS}/{run['id']}").json()
    answer = client.post(f"{PAYOUTS}/{run['id']}/{what}", json={"version": now["version"], **given})
    return {"http": answer.status_code, **answer.json()}


def test_a_run_is_made_checked_and_handed_out(maker: TestClient, desks: Desks) -> None:
    checker = desks.of(CHECKER)
    made = maker.post(PAYOUTS, json=NEW)
    assert (made.status_code, made.json()["number"]) == (201, "P-2026-0001")
    run = made.json()
    filled = step(maker, run, "fill")
    assert (filled["count"], filled["amount"]) == (2, "1600000.00")
    assert filled["amount_in_capitals"] == "人民币壹佰陆拾万元整"
    assert step(maker, run, "submission")["status"] == "submitted"
    assert step(maker, run, "check", control_total="1600000.00")["http"] == 403
    wrong = step(checker, run, "check", control_total="1600000.01")
    assert (wrong["http"], wrong["errors"][0]["pointer"]) == (422, "/control_total")
    assert step(checker, run, "check", control_total="1600000.00")["status"] == "checked"
    approved = step(checker, run, "approval")
    assert (approved["status"], approved["digest"][:7]) == ("approved", "sha256:")
    assert step(checker, run, "export")["http"] == 403
    assert step(maker, run, "export")["status"] == "exported"
    again = step(maker, run, "export")
    assert (again["http"], again["code"]) == (409, "payout.is_exported")
    lines = maker.get(f"{PAYOUTS}/{run['id']}").json()["lines"]
    assert [(one["line"], one["state"], one["amount"]) for one in lines] == [
        (1, "in_flight", "800000.00"),
        (2, "in_flight", "800000.00"),
    ]


def test_a_stale_version_changes_nothing(maker: TestClient) -> None:
    run = maker.post(PAYOUTS, json=NEW).json()
    step(maker, run, "fill")
    stale = maker.post(f"{PAYOUTS}/{run['id']}/submission", json={"version": run["version"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert maker.get(f"{PAYOUTS}/{run['id']}").json()["status"] == "open"


def test_payments_are_taken_out_and_a_run_is_given_up(maker: TestClient) -> None:
    run = maker.post(PAYOUTS, json=NEW).json()
    step(maker, run, "fill")
    first, _ = maker.get(f"{PAYOUTS}/{run['id']}").json()["lines"]
    assert step(maker, run, "removals", keys=[first["key"]])["count"] == 1
    assert step(maker, run, "removals", keys=["NOBODY"])["http"] == 422
    assert step(maker, run, "abandonment", reason=" ")["http"] == 422
    assert step(maker, run, "abandonment", reason="改用另一批次")["status"] == "abandoned"
    other = maker.post(PAYOUTS, json=NEW).json()
    assert step(maker, other, "fill")["count"] == 2


def test_a_hold_stops_the_approval_and_names_the_line(maker: TestClient, office: Office, desks: Desks) -> None:
    run = maker.post(PAYOUTS, json=NEW).json()
    step(maker, run, "fill")
    step(maker, run, "submission")
    step(desks.of(CHECKER), run, "check", control_total="1600000.00")
    held(office, office.instalments(office.award(case_of(maker, run)))[0].id)
    refused = step(desks.of(CHECKER), run, "approval")
    assert (refused["http"], refused["code"].partition(".")[0]) == (409, "payout")
    assert maker.get(f"{PAYOUTS}/{run['id']}").json()["lines"][0]["in_the_way"] == ["held"]
    assert step(maker, run, "send-back", reason="有一笔暂缓")["status"] == "open"


def case_of(maker: TestClient, run: dict[str, Any]) -> str:
    """The id of the case that the first line pays."""
    number = maker.get(f"{PAYOUTS}/{run['id']}").json()["lines"][0]["application"]
    rows = maker.get("/api/v1/schedule").json()["rows"]
    return next(str(row["application_id"]) for row in rows if row["application"] == number)


def test_account_numbers_are_whole_for_finance_alone(maker: TestClient, desks: Desks) -> None:
    run = maker.post(PAYOUTS, json=NEW).json()
    step(maker, run, "fill")
    whole = maker.get(f"{PAYOUTS}/{run['id']}").json()["lines"][0]["account_number"]
    assert len(whole) > 8
    for reader in (ADMINISTRATOR, AUDITOR):
        shown = desks.of(reader).get(f"{PAYOUTS}/{run['id']}").json()["lines"][0]["account_number"]
        assert shown.endswith(whole[-4:])
        assert whole not in shown


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"year": 26}, "/year"),
        ({"year": 2026, "scheme": "solar"}, "/scheme"),
        ({"year": 2026, "policy": "nowhere"}, "/policy"),
    ],
)
def test_bad_input_names_its_field(maker: TestClient, body: dict[str, Any], pointer: str) -> None:
    answer = maker.post(PAYOUTS, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
