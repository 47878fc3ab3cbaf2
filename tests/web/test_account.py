"""Signing up, in and out, and coming back to where one was."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from subsidy import accounts
from subsidy.database import writing
from subsidy.records import Role
from subsidy.web.account.entry import local_path
from tests.support.web import CREDIT_CODE, PASSWORD, sign_in, sign_up, site

EMAIL = "li@jia.example"
FORM = {
    "email": EMAIL,
    "password": PASSWORD,
    "name": "李明",
    "organisation_name": "甲储能有限公司",
    "credit_code": "９１３１ 0000 MA1FL0007C",
}


def test_an_applicant_signs_up_and_is_signed_in(visitor: TestClient) -> None:
    answer = visitor.post("/sign-up", data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/apply")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert "李明" in visitor.get("/").text


def test_over_https_the_session_stays_there(sqlite_engine: Engine) -> None:
    client = site(sqlite_engine)
    client.base_url = "https://testserver"
    assert "Secure" in client.post("/sign-up", data=FORM).headers["set-cookie"]


def test_signing_in_leads_back_with_the_answers(visitor: TestClient) -> None:
    sign_up(visitor)
    visitor.post("/sign-out")
    back = "/apply/new?scheme=user-side-storage&capacity_kwh=12000"
    page = visitor.get("/sign-in", params={"next": back}).text
    assert f'name="next" value="{back.replace("&", "&amp;")}"' in page
    answer = visitor.post("/sign-in", data={"email": EMAIL.upper(), "password": PASSWORD, "next": back})
    assert answer.headers["location"] == back


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "apply",
        "",
    ],
)
def test_nobody_is_led_to_another_site(visitor: TestClient, address: str) -> None:
    sign_up(visitor)
    answer = visitor.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, "next": address})
    assert answer.headers["location"] == "/apply"
    assert local_path(address) is None


@pytest.mark.parametrize(("role", "home"), [(Role.ADMINISTRATOR, "/review"), (Role.FINANCE, "/finance")])
def test_staff_begin_at_their_desk(visitor: TestClient, sqlite_engine: Engine, role: Role, home: str) -> None:
    now = visitor.app.state.clock.now()  # type: ignore[attr-defined]
    with writing(sqlite_engine) as session:
        accounts.add_user(session, now, email="staff@zone.example", password=PASSWORD, role=role)
    answer = visitor.post("/sign-in", data={"email": "staff@zone.example", "password": PASSWORD})
    assert answer.headers["location"] == home


def test_a_wrong_password_says_no_more_than_that(visitor: TestClient) -> None:
    sign_up(visitor)
    visitor.post("/sign-out")
    visitor.get("/")
    unknown = visitor.post("/sign-in", data={"email": "nobody@jia.example", "password": PASSWORD})
    wrong = visitor.post("/sign-in", data={"email": EMAIL, "password": "not the password"})
    assert unknown.status_code == wrong.status_code == 401
    assert "电子邮箱或密码不正确" in unknown.text
    assert unknown.text == wrong.text.replace(EMAIL, "nobody@jia.example")
    assert f'value="{EMAIL}"' in wrong.text
    assert "not the password" not in wrong.text
    assert "subsidy_session" not in visitor.cookies


def test_every_fault_of_a_form_is_told_at_its_field(visitor: TestClient) -> None:
    answer = visitor.post("/sign-up", data={"email": "li", "password": "short", "credit_code": CREDIT_CODE[:-1] + "A"})
    assert answer.status_code == 422
    for field in ("email", "password", "name", "organisation_name", "credit_code"):
        assert f'<a href="#{field}">' in answer.text
        assert f'id="{field}-fault"' in answer.text
    assert "<title>错误：" in answer.text


def test_an_organisation_that_is_registered_is_refused(visitor: TestClient) -> None:
    sign_up(visitor)
    visitor.post("/sign-out")
    answer = visitor.post("/sign-up", data={**FORM, "email": "second@jia.example"})
    assert answer.status_code == 409
    assert "已注册" in answer.text
    assert "subsidy_session" not in visitor.cookies


def test_signing_out_ends_the_session_itself(visitor: TestClient) -> None:
    sign_up(visitor)
    cookie = visitor.cookies["subsidy_session"]
    answer = visitor.post("/sign-out")
    assert answer.headers["location"] == "/"
    page = visitor.get("/")
    assert "您已退出登录。" in page.text
    assert "您已退出登录。" not in visitor.get("/").text
    visitor.cookies.set("subsidy_session", cookie)
    assert "李明" not in visitor.get("/").text


def test_a_cookie_that_was_tampered_with_is_nobody(visitor: TestClient) -> None:
    sign_up(visitor)
    token = visitor.cookies["subsidy_session"]
    for forged in (token[:-2] + "xx", token.split(".")[0], "", "nonsense", "é"):
        visitor.cookies.clear()
        page = visitor.get("/", headers={b"cookie": f"subsidy_session={forged}".encode()})
        assert page.status_code == 200
        assert "李明" not in page.text


def test_a_session_ends_by_itself(sqlite_engine: Engine) -> None:
    client = site(sqlite_engine)
    sign_up(client)
    clock = client.app.state.clock  # type: ignore[attr-defined]

    class Later:
        def now(self) -> datetime:
            return clock.now() + timedelta(hours=13)  # type: ignore[no-any-return]

        today = clock.today

    client.app.state.clock = Later()  # type: ignore[attr-defined]
    assert "李明" not in client.get("/").text


def test_a_name_never_becomes_markup(visitor: TestClient) -> None:
    attack = "<script>alert(1)</script>"
    assert attack not in visitor.post("/sign-up", data={**FORM, "email": attack, "name": attack, "next": attack}).text
    assert visitor.post("/sign-up", data={**FORM, "name": attack}).status_code == 303
    page = visitor.get("/").text
    assert attack not in page
    assert "&lt;script&gt;" in page


def test_a_password_with_half_a_character_is_only_wrong(visitor: TestClient) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.post("/sign-in", content=b"email=a%40b.example&password=%ff%fe", headers=headers).status_code == 401


def test_one_browser_can_sign_in_again(visitor: TestClient) -> None:
    sign_up(visitor)
    sign_in(visitor, EMAIL)
    assert "李明" in visitor.get("/").text
