"""Signing in and out over HTTP, and who is told to be signed in."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from subsidy.accounts import add_user
from subsidy.database import writing
from subsidy.records import Role
from tests.support.desks import Desks
from tests.support.office import APPLICANT, FINANCE, Office
from tests.support.web import sign_in, site

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
