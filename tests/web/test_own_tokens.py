"""Tokens for programs, made and revoked by their owner."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.support.desks import faults, field
from tests.support.web import PASSWORD, later, sign_up, site, words

FORM = {"name": "能源管理系统", "cases:read": "true", "days": "３０"}
LOOKS = re.compile(r"lgs_[\w-]{43}")


@pytest.fixture
def owner(engine: Engine) -> Iterator[TestClient]:
    """An applicant who has just signed up."""
    with site(engine) as client:
        sign_up(client)
        yield client


def test_a_token_is_shown_once_and_opens_what_it_may(owner: TestClient, engine: Engine) -> None:
    made = owner.post("/account/tokens/new", data=FORM)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    assert "set-cookie" not in made.headers
    [token] = LOOKS.findall(made.text)
    page = words(owner.get("/account/tokens").text)
    for said in ("能源管理系统", "查看申报", "未使用", "2026年3月31日 12:00"):
        assert said in page
    assert not LOOKS.search(page)
    program = site(engine, Authorization=f"Bearer {token}")
    assert program.get("/api/v1/applications").status_code == 200
    assert program.get("/account").status_code == 303  # pages are for people
    assert "未使用" not in words(owner.get("/account/tokens").text)


def test_a_token_that_is_revoked_opens_nothing(owner: TestClient, engine: Engine) -> None:
    [token] = LOOKS.findall(owner.post("/account/tokens/new", data=FORM).text)
    found = field(owner.get("/account/tokens").text, "token")
    assert owner.post("/account/tokens", data={"token": found}).headers["location"] == "/account/tokens"
    assert "您还没有访问令牌" in owner.get("/account/tokens").text
    assert site(engine, Authorization=f"Bearer {token}").get("/api/v1/applications").status_code == 401
    assert owner.post("/account/tokens", data={"token": found}).status_code == 404


def test_nobody_revokes_a_token_of_another(owner: TestClient, engine: Engine) -> None:
    owner.post("/account/tokens/new", data=FORM)
    found = field(owner.get("/account/tokens").text, "token")
    other = site(engine)
    sign_up(other, "wang@yi.example", "91310000MA1FL00157")
    assert other.post("/account/tokens", data={"token": found}).status_code == 404
    assert field(owner.get("/account/tokens").text, "token") == found


def test_every_fault_is_told_at_its_field_and_what_was_typed_is_kept(owner: TestClient) -> None:
    answer = owner.post("/account/tokens/new", data={"name": " ", "days": "367"})
    assert answer.status_code == 422
    assert len(faults(answer.text)) == 3
    for name in ("name", "scopes", "days"):
        assert f'<a href="#{name}">' in answer.text
    assert field(answer.text, "days") == "367"
    again = owner.post("/account/tokens/new", data={**FORM, "days": "soon", "finance:read": "true"})
    assert len(faults(again.text)) == 1
    assert field(again.text, "name") == FORM["name"]
    assert re.findall(r'name="([a-z:]+)" value="true" checked', again.text) == ["cases:read", "finance:read"]


def test_a_token_asks_for_the_password_after_a_while_and_forgets_nothing(owner: TestClient) -> None:
    later(owner, timedelta(minutes=16))
    form = {**FORM, "cases:write": "true"}
    asked = owner.post("/account/tokens/new", data=form)
    assert asked.status_code == 403
    kept = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', asked.text))
    assert kept == form
    made = owner.post("/account/tokens/new", data={**kept, "proof": PASSWORD})
    assert LOOKS.search(made.text)


def test_a_token_that_is_over_is_shown_so(owner: TestClient) -> None:
    owner.post("/account/tokens/new", data={**FORM, "days": "1"})
    later(owner, timedelta(days=1))
    assert owner.get("/account/tokens").status_code == 303
    owner.post("/sign-in", data={"email": "li@jia.example", "password": PASSWORD})
    assert "已过期" in owner.get("/account/tokens").text
