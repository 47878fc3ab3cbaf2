"""Accounts over the API, for those who look after them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from subsidy.accounts import tokens
from subsidy.database import reading, writing
from subsidy.records import Duty, Role, User, UserSession
from subsidy.workflow.actor import Actor
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, AUDITOR, FINANCE, JIA, REGISTRAR, Office

PEOPLE = "/api/v1/people"
COLLEAGUE = Actor("zhang", "张蕾", Role.APPLICANT, JIA)
NEWCOMER = {"email": "gao@zone.example", "name": "高远", "role": "finance", "duties": ["check"]}


@pytest.fixture
def owner(office: Office, desks: Desks) -> TestClient:
    office.employ(COLLEAGUE)
    return desks.of(APPLICANT)


@pytest.fixture
def registrar(desks: Desks) -> TestClient:
    return desks.of(REGISTRAR)


def codes(answer: Any) -> list[tuple[str, str]]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [(each["pointer"], each["code"]) for each in answer.json().get("errors", [])]


def test_an_account_says_no_more_than_it_should(owner: TestClient) -> None:
    found = owner.get(PEOPLE).json()["people"]
    assert found == [
        {
            "id": "zhang",
            "email": "zhang@example.cn",
            "name": "张蕾",
            "role": "applicant",
            "duties": [],
            "state": "active",
            "created_at": "2026-03-01T04:00:00Z",
        },
        {**found[1], "id": "li", "duties": ["own"]},
    ]
    assert owner.get(f"{PEOPLE}/li").json() == found[1]
    assert owner.get(f"{PEOPLE}/wang").json()["code"] == "not_found"


@pytest.mark.parametrize("actor", [COLLEAGUE, ADMINISTRATOR, FINANCE, AUDITOR], ids=lambda actor: actor.name)
def test_nobody_else_looks_after_accounts(actor: Actor, owner: TestClient, desks: Desks) -> None:
    client = desks.of(actor)
    answers = [
        client.get(PEOPLE),
        client.get(f"{PEOPLE}/sun"),
        client.post(PEOPLE, json=NEWCOMER),
        client.post(f"{PEOPLE}/sun/invitation"),
        client.put(f"{PEOPLE}/sun/duties", json={"duties": ["check"]}),
        client.post(f"{PEOPLE}/sun/disable", json={"reason": "离职"}),
        client.post(f"{PEOPLE}/sun/enable"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "role")] * 7
    assert desks.of(None).get(PEOPLE).status_code == 401


def test_the_registrar_looks_after_an_account_from_its_first_day_to_its_last(
    office: Office, registrar: TestClient
) -> None:
    answer = registrar.post(PEOPLE, json=NEWCOMER)
    made = answer.json()
    assert (answer.status_code, made["state"], made["duties"]) == (201, "invited", ["check"])
    path = f"{PEOPLE}/{made['id']}"
    assert registrar.post(f"{path}/invitation").json() == made
    answer = registrar.put(f"{path}/duties", json={"duties": ["make"], "seen": ["check"]})
    assert answer.json() == {**made, "duties": ["make"]}
    stale = registrar.put(f"{path}/duties", json={"duties": ["check"], "seen": ["check"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert registrar.post(f"{path}/disable", json={"reason": "未到岗"}).json()["state"] == "disabled"
    again = registrar.post(f"{path}/disable", json={"reason": "未到岗"})
    assert (again.status_code, again.json()["code"]) == (409, "account_state")
    assert registrar.post(f"{path}/enable").json()["state"] == "invited"
    assert registrar.get(path).json()["duties"] == ["make"]
    told = ["invite", "invite_again", "set_duties", "disable", "enable"]
    assert [event.command for event in office.events(made["id"])] == told


def test_every_fault_is_told_at_once_and_nothing_unknown_is_taken(registrar: TestClient) -> None:
    wrong = {"email": "gao", "name": " ", "role": "king", "duties": ["rule"], "person": "nobody@zone.cn"}
    answer = registrar.post(PEOPLE, json=wrong)
    assert codes(answer) == [
        ("/name", "name_missing"),
        ("/email", "email_invalid"),
        ("/role", "role_unknown"),
        ("/person", "person_unknown"),
    ]
    answer = registrar.post(PEOPLE, json={**NEWCOMER, "duties": ["rule", "approve", "make", "check"]})
    assert codes(answer) == [
        ("/duties", "duty_foreign"),
        ("/duties", "duty_foreign"),
        ("/duties", "duties_incompatible"),
    ]
    answer = registrar.post(PEOPLE, json={**NEWCOMER, "duties": "check", "password": "geheim", "person": 5})
    assert codes(answer) == [("/duties", "api.texts"), ("/person", "api.text"), ("/password", "unknown_key")]
    answer = registrar.put(f"{PEOPLE}/sun/duties", json={"duties": [1], "seen": {}, "role": "administrator"})
    assert codes(answer) == [("/duties", "api.texts"), ("/seen", "api.texts"), ("/role", "unknown_key")]
    answer = registrar.post(f"{PEOPLE}/sun/disable", json={})
    assert codes(answer) == [("/reason", "api.missing")]


def test_everyone_keeps_to_his_own_accounts(owner: TestClient, registrar: TestClient) -> None:
    applicant = {**NEWCOMER, "role": "applicant", "duties": []}
    refused = [
        owner.post(PEOPLE, json=NEWCOMER),
        owner.post(PEOPLE, json={**applicant, "person": "chen@example.cn"}),
        registrar.post(PEOPLE, json=applicant),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "role")] * 3
    assert owner.post(f"{PEOPLE}/sun/disable", json={"reason": "离职"}).status_code == 404
    own = owner.post(f"{PEOPLE}/li/disable", json={"reason": "离职"})
    assert (own.status_code, own.json()["code"]) == (403, "own_account")
    assert owner.post(PEOPLE, json={**applicant, "person": None}).status_code == 201


def test_a_step_of_this_weight_needs_the_password_and_no_program_takes_it(
    office: Office, registrar: TestClient, desks: Desks
) -> None:
    assert registrar.get(PEOPLE).status_code == 200
    with writing(office.engine) as session:
        for one in session.exec(select(UserSession)):
            one.proved_at = one.proved_at.replace(hour=0)
    answer = registrar.post(PEOPLE, json=NEWCOMER)
    assert (answer.status_code, answer.json()["code"]) == (403, "proof_needed")
    with writing(office.engine) as session:
        _, reads = tokens.make(session, REGISTRAR, office.now, name="x", scopes=list(tokens.Scope), days=1)
    bearer = {"Authorization": f"Bearer {reads}"}
    for answer in (
        desks.of(None).get(PEOPLE, headers=bearer),
        desks.of(None).post(PEOPLE, json=NEWCOMER, headers=bearer),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "token_never")
    with reading(office.engine) as session:
        assert session.exec(select(User).where(col(User.email) == NEWCOMER["email"])).all() == []


def test_a_duty_that_is_taken_away_is_gone_with_the_next_request(owner: TestClient, desks: Desks) -> None:
    colleague = desks.of(COLLEAGUE)
    assert owner.put(f"{PEOPLE}/zhang/duties", json={"duties": [Duty.OWN]}).status_code == 200
    assert colleague.get(PEOPLE).status_code == 200
    assert owner.put(f"{PEOPLE}/zhang/duties", json={"duties": []}).status_code == 200
    assert colleague.get(PEOPLE).status_code == 403
