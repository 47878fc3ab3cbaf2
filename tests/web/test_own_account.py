"""What somebody sees of his own account, and what he changes there."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from subsidy.database import reading, writing
from subsidy.records import Message, OneTimeLink, User, UserSession
from subsidy.web.account.devices import device
from tests.support.desks import faults, field
from tests.support.web import PASSWORD, later, sign_in, sign_up, site, with_mail, words

EMAIL = "li@jia.example"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
NEW = "another sentence to remember"


@pytest.fixture
def owner(engine: Engine) -> Iterator[TestClient]:
    """An applicant who has just signed up, with Firefox."""
    with site(engine) as client:
        client.headers["User-Agent"] = FIREFOX
        sign_up(client)
        yield client


def elsewhere(engine: Engine) -> TestClient:
    """The same person, signed in on his phone."""
    client = site(engine)
    client.headers["User-Agent"] = CHROME
    sign_in(client, EMAIL)
    return client


def test_the_page_says_who_one_is(owner: TestClient) -> None:
    page = words(owner.get("/account").text)
    for said in ("李明", EMAIL, "申报人员", "管理本单位账号", "甲储能", "91310000MA1FL0007C"):
        assert said in page
    assert '<a class="name" href="/account"' in owner.get("/").text


@pytest.mark.parametrize(
    "path", ["/account", "/account/password", "/account/email", "/account/tokens", "/account/tokens/new"]
)
def test_nobody_else_has_an_account_to_look_after(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).headers["location"] == "/sign-in?next=" + path.replace("/", "%2F")
    assert visitor.post(path, data={"email": EMAIL}).status_code in (401, 405)


def test_sessions_are_told_apart_and_ended(owner: TestClient, engine: Engine) -> None:
    phone = elsewhere(engine)
    page = owner.get("/account").text
    assert "Firefox，Windows" in words(page)
    assert "Chrome，Android" in words(page)
    assert words(page).count("本设备") == 1
    [other] = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    answer = owner.post("/account/sessions", data={"session": other})
    assert answer.headers["location"] == "/account"
    assert "Chrome" not in owner.get("/account").text
    assert phone.get("/account").status_code == 303


def test_all_other_sessions_end_together(owner: TestClient, engine: Engine) -> None:
    phones = [elsewhere(engine), elsewhere(engine)]
    owner.post("/account/sessions/others")
    assert [phone.get("/account").status_code for phone in phones] == [303, 303]
    assert owner.get("/account").status_code == 200


def test_nobody_ends_a_session_of_another(owner: TestClient, engine: Engine) -> None:
    with reading(engine) as session:
        [kept] = session.exec(select(UserSession.id)).all()
    other = site(engine)
    sign_up(other, "wang@yi.example", "91310000MA1FL00157")
    other.post("/account/sessions", data={"session": kept})
    assert owner.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("told", "short"),
    [(FIREFOX, "Firefox on Windows"), (CHROME, "Chrome on Android"), ("curl/8.5", "curl/8.5"), ("", "Unknown device")],
)
def test_a_device_is_named_in_short_or_as_it_names_itself(told: str, short: str) -> None:
    assert device(told, "en") == short


def test_a_password_is_changed_by_who_knows_it(owner: TestClient, engine: Engine) -> None:
    phone = elsewhere(engine)
    wrong = owner.post("/account/password", data={"present": "no such thing", "password": "short"})
    assert wrong.status_code == 422
    assert '<a href="#present">' in wrong.text
    assert '<a href="#password">' in wrong.text
    assert "no such thing" not in wrong.text
    answer = owner.post("/account/password", data={"present": PASSWORD, "password": NEW})
    assert answer.headers["location"] == "/account"
    assert "密码已修改" in owner.get("/account").text
    assert phone.get("/account").status_code == 303
    sign_in(site(engine), EMAIL, NEW)


def test_guessing_the_present_password_comes_to_an_end(owner: TestClient) -> None:
    for _ in range(5):
        owner.post("/account/password", data={"present": "wrong", "password": NEW})
    answer = owner.post("/account/password", data={"present": PASSWORD, "password": NEW})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "尝试次数过多" in faults(answer.text)[0]


def test_another_address_is_asked_for_and_holds_once_confirmed(owner: TestClient, engine: Engine) -> None:
    answer = with_mail(owner).post("/account/email", data={"email": "Li.Ming@jia.example"})
    assert answer.headers["location"] == "/account"
    page = owner.get("/account").text
    assert "确认链接" in page
    assert EMAIL in page
    with reading(engine) as session:
        assert [link.email for link in session.exec(select(OneTimeLink))] == ["li.ming@jia.example"]
        assert {message.address for message in session.exec(select(Message))} == {None, "li.ming@jia.example"}


@pytest.mark.parametrize(("email", "status"), [("nonsense", 422), (EMAIL, 409)])
def test_an_address_that_will_not_do_is_told_and_kept(owner: TestClient, email: str, status: int) -> None:
    answer = owner.post("/account/email", data={"email": email})
    assert answer.status_code == status
    assert faults(answer.text)
    assert field(answer.text, "email") == email


def test_a_change_of_address_asks_for_the_password_after_a_while(owner: TestClient) -> None:
    later(owner, timedelta(minutes=16))
    asked = owner.post("/account/email", data={"email": "new@jia.example"})
    assert asked.status_code == 403
    assert field(asked.text, "email") == "new@jia.example"
    wrong = owner.post("/account/email", data={"email": "new@jia.example", "proof": "wrong"})
    assert wrong.status_code == 422
    assert field(wrong.text, "email") == "new@jia.example"
    assert owner.post("/account/email", data={"email": "new@jia.example", "proof": PASSWORD}).status_code == 303


def test_guessing_the_password_of_a_step_of_weight_comes_to_an_end_and_keeps_the_form(owner: TestClient) -> None:
    later(owner, timedelta(minutes=16))
    for _ in range(5):
        owner.post("/account/email", data={"email": "new@jia.example", "proof": "wrong"})
    answer = owner.post("/account/email", data={"email": "new@jia.example", "proof": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert len(faults(answer.text)) == 1
    assert field(answer.text, "email") == "new@jia.example"
    assert PASSWORD not in answer.text


def test_a_form_is_switched_to_the_other_language_with_what_was_typed(owner: TestClient) -> None:
    page = owner.post("/account/email", data={"email": "new@jia.example", "switch_lang": "en"}).text
    assert "Change your e-mail address" in page
    assert field(page, "email") == "new@jia.example"


def test_a_session_that_ends_soon_says_so_on_every_page(owner: TestClient, engine: Engine) -> None:
    later(owner, timedelta(hours=11, minutes=29))
    with writing(engine) as session:
        for kept in session.exec(select(UserSession)):
            kept.seen_at = owner.app.state.clock.now()  # type: ignore[attr-defined]
    assert "您的登录将于" not in owner.get("/").text
    later(owner, timedelta(minutes=1))
    for path in ("/", "/account", "/apply", "/nowhere"):
        assert "您的登录将于 2026年3月2日 00:00 结束" in owner.get(path).text
    assert "您的登录将于" not in site(engine).get("/").text


def test_too_many_wrong_passwords_are_told_on_the_form(owner: TestClient, engine: Engine) -> None:
    visitor = site(engine)
    for _ in range(5):
        assert visitor.post("/sign-in", data={"email": EMAIL, "password": "wrong"}).status_code == 401
    answer = visitor.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert faults(answer.text) == ["尝试次数过多，请在 15 分钟后再试。"]
    assert field(answer.text, "email") == EMAIL


def test_from_one_address_few_sign_up_or_ask_who_has(owner: TestClient, engine: Engine) -> None:
    visitor = site(engine)
    form = {"email": EMAIL, "password": PASSWORD, "name": "王芳", "organisation_name": "乙", "credit_code": "x"}
    assert visitor.post("/sign-up", data=form).status_code == 422  # tells nothing, and so does not count
    form["credit_code"] = "91310000MA1FL00157"
    assert [visitor.post("/sign-up", data=form).status_code for _ in range(20)] == [409] * 19 + [429]
    with reading(engine) as session:
        assert len(session.exec(select(User)).all()) == 1
