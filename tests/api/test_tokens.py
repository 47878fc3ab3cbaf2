"""A program's token over HTTP: made by a person, shown once, and good for what its scopes name and nothing else."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from subsidy.accounts import tokens
from subsidy.accounts.tokens import Scope
from subsidy.database import writing
from subsidy.workflow.actor import Actor
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, STRANGER, Office

ASKED = {"name": "报表", "scopes": ["cases:read"], "days": 30}


def program(office: Office, desks: Desks, actor: Actor, *scopes: Scope) -> TestClient:
    """A program that acts for somebody."""
    with writing(office.engine) as session:
        _, reads = tokens.make(session, actor, office.now, name="程序", scopes=scopes, days=1)
    client = desks.of(None)
    client.headers["Authorization"] = f"Bearer {reads}"
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_token_is_shown_once(desks: Desks) -> None:
    client = desks.of(APPLICANT)
    made = client.post("/api/v1/tokens", json=ASKED)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    reads = made.json()["token"]
    listed = client.get("/api/v1/tokens")
    assert reads not in listed.text
    assert [made.json()] == [{"token": reads, **each} for each in listed.json()]
    assert listed.json()[0].items() >= {
        "name": "报表", "scopes": ["cases:read"], "expires_at": "2026-03-31T04:00:00Z", "used_at": None,
    }.items()  # fmt: skip


def test_a_revoked_token_is_gone_and_is_nobody_elses_to_revoke(desks: Desks) -> None:
    client, stranger = desks.of(APPLICANT), desks.of(STRANGER)
    made = client.post("/api/v1/tokens", json=ASKED).json()
    known, unknown = (stranger.delete(f"/api/v1/tokens/{each}") for each in (made["id"], "0" * 32))
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (404, unknown.json())
    assert stranger.get("/api/v1/tokens").json() == []
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert client.get("/api/v1/tokens").json() == []
    assert refused(client.delete(f"/api/v1/tokens/{made['id']}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"name": " "}, "/name", "token_name_missing"),
        ({"name": 5}, "/name", "api.text"),
        ({"scopes": "cases:read"}, "/scopes", "api.texts"),
        ({"scopes": [1]}, "/scopes", "api.texts"),
        ({"scopes": []}, "/scopes", "scope_missing"),
        ({"scopes": ["people:write"]}, "/scopes", "scope_unknown"),
        ({"days": 0}, "/days", "api.whole"),
        ({"days": 367}, "/days", "token_days"),
        ({"token": "lgs_mine"}, "/token", "unknown_key"),
    ],
)
def test_what_cannot_be_made(desks: Desks, changed: dict[str, Any], pointer: str, code: str) -> None:
    answer = desks.of(APPLICANT).post("/api/v1/tokens", json=ASKED | changed)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


def test_a_program_reads_and_writes_as_its_scopes_say(office: Office, desks: Desks) -> None:
    body = {"scheme": "user-side-storage", "project_name": "x"}
    reader, writer = (program(office, desks, APPLICANT, scope) for scope in (Scope.CASES_READ, Scope.CASES_WRITE))
    assert reader.get("/api/v1/applications").status_code == 200
    assert refused(reader.post("/api/v1/applications", json=body)) == (403, "token_not_enough")
    assert refused(writer.get("/api/v1/applications")) == (403, "token_not_enough")
    assert writer.post("/api/v1/applications", json=body).status_code == 201
    accountant = program(office, desks, FINANCE, Scope.FINANCE_READ)
    assert accountant.get("/api/v1/schedule").status_code == 200
    assert refused(accountant.get("/api/v1/applications")) == (403, "token_not_enough")


def test_a_program_may_never_do_more_than_its_owner(office: Office, desks: Desks) -> None:
    draft = office.draft()
    stranger = program(office, desks, STRANGER, *Scope)
    assert refused(stranger.get(f"/api/v1/applications/{draft}")) == (404, "not_found")
    assert refused(stranger.get("/api/v1/schedule")) == (403, "role")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/me"),
        ("GET", "/api/v1/sessions"),
        ("DELETE", "/api/v1/sessions"),
        ("POST", "/api/v1/sessions/proof"),
        ("GET", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens"),
        ("DELETE", "/api/v1/tokens/x"),
    ],
)
def test_accounts_are_for_people(office: Office, desks: Desks, method: str, path: str) -> None:
    answer = program(office, desks, ADMINISTRATOR, *Scope).request(method, path, json=ASKED)
    assert refused(answer) == (403, "token_never")


def test_a_program_takes_no_step_of_weight(office: Office, desks: Desks) -> None:
    case = office.before_decision(office.ready(office.accepted()))
    body = {"reason": "符合条件", "version": office.application(case).version}
    approve = f"/api/v1/applications/{case}/approval"
    answer = program(office, desks, ADMINISTRATOR, *Scope).post(approve, json=body)
    assert refused(answer) == (403, "token_never")
    run = program(office, desks, FINANCE, *Scope).post("/api/v1/disbursements", json={"as_of": "2026-03-01"})
    assert refused(run) == (403, "token_never")


@pytest.mark.parametrize("path", ["/apply", "/review", "/finance", "/messages"])
def test_pages_are_for_people(office: Office, desks: Desks, path: str) -> None:
    assert program(office, desks, ADMINISTRATOR, *Scope).get(path).headers["location"].startswith("/sign-in")


def test_a_token_does_not_serve_as_a_cookie(office: Office, desks: Desks) -> None:
    client = program(office, desks, APPLICANT, *Scope)
    reads = client.headers.pop("Authorization").removeprefix("Bearer ")
    client.cookies.set("subsidy_session", reads)
    assert client.get("/api/v1/applications").status_code == 401
