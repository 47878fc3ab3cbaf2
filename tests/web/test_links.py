"""Forgotten passwords, and the pages that links in the mail lead to."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from subsidy.accounts import add_user, links, people
from subsidy.database import reading, writing
from subsidy.records import Duty, OneTimeLink, Role, User
from subsidy.web.headers import SECURITY
from subsidy.workflow.actor import Actor
from tests.support.desks import faults
from tests.support.web import PASSWORD, SECRET, later, sign_in, sign_up, site, with_mail, words

EMAIL = "li@jia.example"
NEW = "another sentence to remember"


@pytest.fixture
def owner(engine: Engine) -> Iterator[TestClient]:
    """An applicant who has just signed up."""
    with site(engine) as client:
        sign_up(client)
        yield client


def last_link(engine: Engine) -> str:
    """Where the newest link leads that was not used."""
    with reading(engine) as session:
        [found] = session.exec(select(OneTimeLink).where(OneTimeLink.ended_at == None)).all()  # noqa: E711
    return links.path(found.id, SECRET)


def forgotten(engine: Engine, email: str = EMAIL) -> str:
    """What the site answers when asked for a new password."""
    visitor = with_mail(site(engine))
    answer = visitor.post("/password/forgotten", data={"email": email})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    return visitor.get("/sign-in").text


def test_the_sign_in_page_leads_to_a_new_password(owner: TestClient, engine: Engine) -> None:
    assert 'href="/password/forgotten"' in site(engine).get("/sign-in").text
    assert "链接将发往该邮箱" in forgotten(engine)
    reader = site(engine)
    path = last_link(engine)
    for _ in range(2):  # reading it, as mail scanners do, does not use it up
        assert "设置新密码" in reader.get(path).text
    wrong = reader.post(path, data={"password": "short"})
    assert (wrong.status_code, len(faults(wrong.text))) == (422, 1)
    answer = reader.post(path, data={"password": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, "/apply")
    assert "您已登录" in reader.get("/apply").text
    assert owner.get("/account").status_code == 303
    sign_in(site(engine), EMAIL, NEW)


def test_nobody_is_told_whether_there_is_an_account(owner: TestClient, engine: Engine) -> None:
    assert forgotten(engine) == forgotten(engine, "nobody@jia.example")


def test_where_no_mail_is_sent_nobody_is_left_waiting_for_one(visitor: TestClient) -> None:
    assert "尚未开通邮件发送" in visitor.get("/password/forgotten").text
    visitor.post("/password/forgotten", data={"email": EMAIL})
    assert "尚未开通邮件发送" in visitor.get("/sign-in").text
    assert "尚未开通邮件发送" not in with_mail(visitor).get("/password/forgotten").text


def test_an_address_that_is_none_is_told(visitor: TestClient) -> None:
    answer = visitor.post("/password/forgotten", data={"email": "nonsense"})
    assert (answer.status_code, len(faults(answer.text))) == (422, 1)


@pytest.mark.parametrize("email", [EMAIL, "nobody@jia.example"])
def test_asking_for_links_comes_to_an_end_whether_there_is_an_account_or_not(
    owner: TestClient, engine: Engine, email: str
) -> None:
    for _ in range(3):
        forgotten(engine, email)
    answer = site(engine).post("/password/forgotten", data={"email": email})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")


def test_a_link_works_once_and_for_a_time(owner: TestClient, engine: Engine) -> None:
    forgotten(engine)
    path, reader = last_link(engine), site(engine)
    assert reader.post(path, data={"password": NEW}).status_code == 303
    for answer in (reader.get(path), reader.post(path, data={"password": NEW})):
        assert answer.status_code == 404
        assert "该链接已使用、已过期或不完整" in answer.text
    forgotten(engine)
    path = last_link(engine)
    later(reader, timedelta(hours=1))
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize("code", ["nonsense", "a.b", "é", "."])
def test_what_is_no_link_is_not_found(visitor: TestClient, code: str) -> None:
    assert visitor.get(f"/links/{code}").status_code == 404


def test_who_is_invited_sets_a_password_and_begins(owner: TestClient, engine: Engine) -> None:
    now = owner.app.state.clock.now()  # type: ignore[attr-defined]
    with writing(engine) as session:
        yan = add_user(session, now, email="yan@zone.example", password=PASSWORD, role=Role.REGISTRAR)
        by, duties = Actor(yan.id, yan.name, yan.role), {Duty.RECEIVE}
        people.invite(session, by, now, email="ding@zone.example", name="丁一", role=Role.ADMINISTRATOR, duties=duties)
    reader, path = site(engine), last_link(engine)
    page = words(reader.get(path).text)
    assert "启用您的账号" in page
    assert "丁一" in page
    assert "ding@zone.example" in page
    assert reader.post(path, data={"password": NEW}).headers["location"] == "/review"


def test_a_new_address_is_confirmed_with_a_button(owner: TestClient, engine: Engine) -> None:
    owner.post("/account/email", data={"email": "new@jia.example"})
    reader, path = site(engine), last_link(engine)
    assert "new@jia.example" in reader.get(path).text
    assert reader.post(path).headers["location"] == "/account"
    assert reader.get(path).status_code == 404
    assert "new@jia.example" in owner.get("/account").text
    sign_in(site(engine), "new@jia.example")


def test_an_address_that_somebody_took_meanwhile_is_refused(owner: TestClient, engine: Engine) -> None:
    owner.post("/account/email", data={"email": "new@jia.example"})
    path = last_link(engine)
    sign_up(site(engine), "new@jia.example", "91310000MA1FL00157")
    answer = owner.post(path)
    assert answer.status_code == 409
    assert faults(answer.text)
    with reading(engine) as session:
        assert len(session.exec(select(User).where(User.email == EMAIL)).all()) == 1


def test_switching_the_language_does_not_use_a_link_up(owner: TestClient, engine: Engine) -> None:
    owner.post("/account/email", data={"email": "new@jia.example"})
    path = last_link(engine)
    assert "Confirm your new" in owner.post(path, data={"switch_lang": "en"}).text
    assert owner.get(path).status_code == 200


def test_the_address_of_a_link_goes_nowhere(owner: TestClient, engine: Engine) -> None:
    forgotten(engine)
    path, reader = last_link(engine), site(engine)
    for page in (reader.get(path), reader.post(path, data={"password": "short"})):
        assert page.headers["referrer-policy"] == "strict-origin" != SECURITY["Referrer-Policy"]
        assert page.headers["cache-control"] == "no-store"
        assert "next=" not in page.text
    assert path not in reader.post(path, data={"password": NEW}).headers["location"]


@pytest.mark.parametrize(("origin", "status"), [("http://testserver", 303), ("https://evil.example", 403)])
def test_the_form_of_a_link_passes_the_guard_from_our_own_page_alone(
    owner: TestClient, engine: Engine, origin: str, status: int
) -> None:
    forgotten(engine)
    owner.headers.pop("Sec-Fetch-Site")  # as older browsers, which bring a cookie and say where they come from
    assert owner.post(last_link(engine), data={"password": NEW}, headers={"Origin": origin}).status_code == status
