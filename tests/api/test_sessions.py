"""Signing in and out over HTTP, and who is told to be signed in."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update

from subsidy.accounts import add_user
from subsidy.accounts.sessions import PROVED
from subsidy.database import writing
from subsidy.records import Role, UserSession
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, AUDITOR, FINANCE, FIRST_DAY, Office, noon
from tests.support.web import sign_in, sign_up, site

SENTENCE = "a sentence to remember"


@pytest.fixture
def client(engine: Engine) -> TestClient:
    office = Office(engine)
    with writing(engine) as session:
        add_user(
            session,
            office.now,
            email="neu@jia.cn",
            password=SENTENCE,
            role=Role.APPLICANT,
            organisation="上海甲储能科技有限公司",
        )
    return site(engine)


def test_a_token_serves_until_it_is_given_back(client: TestClient) -> None:
    answer = client.post("/api/v1/sessions", json={"email": " NEU@jia.cn", "password": SENTENCE})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert "set-cookie" not in answer.headers
    bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
    me = client.get("/api/v1/me", headers=bearer).json()
    assert (me["email"], me["role"], me["organisation"]["name"]) == (
        "neu@jia.cn",
        "applicant",
        "上海甲储能科技有限公司",
    )
    ended = client.delete("/api/v1/sessions", headers=bearer)
    assert (ended.status_code, ended.content) == (204, b"")
    assert client.get("/api/v1/me", headers=bearer).status_code == 401
    assert client.delete("/api/v1/sessions", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("email", "password"), [("neu@jia.cn", "another sentence"), ("nobody@jia.cn", SENTENCE), ("x", "y")]
)
def test_whoever_cannot_sign_in_is_not_told_why(client: TestClient, email: str, password: str) -> None:
    answer = client.post("/api/v1/sessions", json={"email": email, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_a_password_is_never_repeated(client: TestClient) -> None:
    answer = client.post("/api/v1/sessions", json={"email": "neu@jia.cn", "password": 5, "geheim": SENTENCE})
    assert answer.status_code == 422
    assert SENTENCE not in answer.text


def test_people_of_the_zone_have_no_enterprise(engine: Engine) -> None:
    desks = Desks(Office(engine))
    assert desks.of(FINANCE).get("/api/v1/me").json()["organisation"] is None
    assert desks.of(APPLICANT).get("/api/v1/me").json()["organisation"]["id"] == "jia"


@pytest.mark.parametrize("token", ["", "x", "Bearer", "字", "a" * 10_000])
def test_a_token_that_is_none(client: TestClient, token: str) -> None:
    answer = client.get("/api/v1/me", headers={b"Authorization": f"Bearer {token}".encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")


def test_the_sites_own_cookie_will_do_but_not_from_elsewhere(client: TestClient) -> None:
    sign_in(client, "neu@jia.cn", SENTENCE)
    assert client.get("/api/v1/me").status_code == 200
    body = {"scheme": "user-side-storage", "project_name": "x"}
    forged = client.post("/api/v1/applications", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert (forged.status_code, forged.json()["code"]) == (403, "forged")
    assert client.post("/api/v1/applications", json=body).status_code == 201


def opened(client: TestClient, **headers: str) -> dict[str, str]:
    """The header of a new session."""
    answer = client.post("/api/v1/sessions", json={"email": "neu@jia.cn", "password": SENTENCE}, headers=headers)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_one_sees_where_one_is_signed_in_and_ends_what_one_does_not_know(client: TestClient) -> None:
    here, there = opened(client, **{"User-Agent": "program/1"}), opened(client, **{"User-Agent": "phone"})
    seen = client.get("/api/v1/sessions", headers=here).json()
    assert {(each["device"], each["current"]) for each in seen} == {("program/1", True), ("phone", False)}
    assert {(each["seen_at"], each["ends_at"]) for each in seen} == {("2026-03-01T04:00:00Z", "2026-03-01T06:00:00Z")}
    other = next(each["id"] for each in seen if not each["current"])
    assert client.delete(f"/api/v1/sessions/{other}", headers=here).status_code == 204
    assert client.get("/api/v1/me", headers=there).status_code == 401
    assert client.get("/api/v1/me", headers=here).status_code == 200
    assert client.delete(f"/api/v1/sessions/{other}", headers=here).json()["code"] == "not_found"


def test_nobody_ends_a_session_of_others(client: TestClient) -> None:
    mine = opened(client)
    [kept] = client.get("/api/v1/sessions", headers=mine).json()
    sign_up(client, "eve@else.cn")
    unknown = client.delete(f"/api/v1/sessions/{'0' * 64}")
    known = client.delete(f"/api/v1/sessions/{kept['id']}")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.status_code == 404
    assert client.get("/api/v1/me", headers=mine).status_code == 200


def test_the_password_given_once_more_counts_in_this_session(client: TestClient, engine: Engine) -> None:
    here, there = opened(client), opened(client)
    with writing(engine) as session:
        long_ago = noon(FIRST_DAY) - PROVED - timedelta(seconds=1)
        session.execute(update(UserSession).values(proved_at=long_ago))
    token = {"name": "x", "scopes": ["cases:read"], "days": 1}
    refused = client.post("/api/v1/tokens", json=token, headers=here)
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")
    wrong = client.post("/api/v1/sessions/proof", json={"password": "wrong"}, headers=here)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    given = client.post("/api/v1/sessions/proof", json={"password": SENTENCE}, headers=here)
    assert (given.status_code, given.content) == (204, b"")
    assert client.post("/api/v1/tokens", json=token, headers=here).status_code == 201
    assert client.post("/api/v1/tokens", json=token, headers=there).json()["code"] == "proof_needed"


def test_too_many_wrong_passwords_are_told_with_how_long_to_wait(client: TestClient) -> None:
    here = opened(client)
    for _ in range(5):
        assert client.post("/api/v1/sessions/proof", json={"password": "wrong"}, headers=here).status_code == 403
    for path, body in (
        ("/api/v1/sessions/proof", {"password": SENTENCE}),
        ("/api/v1/sessions", {"email": "neu@jia.cn", "password": SENTENCE}),
    ):
        answer = client.post(path, json=body, headers=here)
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "too_many", "900")
    assert client.get("/api/v1/me", headers=here).status_code == 200


def test_one_is_told_ones_duties(engine: Engine) -> None:
    desks = Desks(Office(engine))
    told = {actor: desks.of(actor).get("/api/v1/me").json()["duties"] for actor in (ADMINISTRATOR, FINANCE, AUDITOR)}
    assert list(told.values()) == [["receive", "recommend", "approve"], ["make"], []]
