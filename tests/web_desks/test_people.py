"""The desk of those who look after accounts, as they use it."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from subsidy.accounts import links, people
from subsidy.accounts.registration import SUBJECT
from subsidy.database import reading, writing
from subsidy.locale import text
from subsidy.records import Duty, Message, Role, User, UserSession
from subsidy.workflow.actor import Actor
from tests.support.desks import EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, APPLICANT, AUDITOR, FINANCE, JIA, REGISTRAR, STRANGER, Office
from tests.support.web import SECRET, with_mail, words

COLLEAGUE = Actor("zhang", "张蕾", Role.APPLICANT, JIA)
SECOND_OWNER = Actor("liu", "刘洋", Role.APPLICANT, JIA, frozenset({Duty.OWN}))
NEWCOMER = {"name": "高远", "email": "gao@zone.example"}


@pytest.fixture
def office(engine: Engine) -> Office:
    """An office in which an enterprise has three accounts; the test runs once on SQLite and once on PostgreSQL."""
    made = Office(engine)
    made.employ(COLLEAGUE, SECOND_OWNER)
    return made


@pytest.fixture
def owner(desks: Desks) -> TestClient:
    return desks.of(APPLICANT)


@pytest.fixture
def registrar(desks: Desks) -> TestClient:
    return desks.of(REGISTRAR)


def account(office: Office, email: str) -> User:
    with reading(office.engine) as session:
        return session.exec(select(User).where(col(User.email) == email)).one()


def told(office: Office, user_id: str) -> list[Message]:
    with reading(office.engine) as session:
        return list(session.exec(select(Message).where(col(Message.user_id) == user_id)))


def commands(office: Office, user_id: str) -> list[str]:
    return [event.command for event in office.events(user_id) if event.subject_kind == SUBJECT]


def test_each_finds_the_accounts_he_looks_after(owner: TestClient, registrar: TestClient) -> None:
    own, offices = words(owner.get("/people").text), words(registrar.get("/people").text)
    assert [name in own for name in ("李明", "张蕾", "王芳", "陈立")] == [True, True, False, False]
    assert [name in offices for name in ("李明", "陈立", "孙洁", "白如", "严清")] == [False, True, True, True, True]
    assert "财务人员 制单 使用中" in offices
    assert "受理和核实、拟定意见和公示、审批" in offices


@pytest.mark.parametrize("actor", [COLLEAGUE, ADMINISTRATOR, FINANCE, AUDITOR], ids=lambda actor: actor.name)
def test_nobody_else_looks_after_accounts(actor: Actor, desks: Desks) -> None:
    browser = desks.of(actor)
    for path in ("/people", "/people/new", "/people/sun", "/people/zhang/disable"):
        assert browser.get(path).status_code == 403
    assert browser.post("/people/zhang/disable", data={"reason": "离职"}).status_code == 403
    assert 'href="/people"' not in browser.get("/").text


def test_whoever_does_has_it_in_his_menu(owner: TestClient, registrar: TestClient) -> None:
    assert 'href="/people"' in owner.get("/").text
    assert 'href="/people"' in registrar.get("/").text


def test_an_account_of_somebody_else_is_not_found(owner: TestClient, registrar: TestClient) -> None:
    for browser, strangers in ((owner, ("wang", "sun", "yan")), (registrar, ("li", "wang"))):
        for user_id in (*strangers, "nobody", "%00"):
            for page in ("", "/disable", "/duties", "/nowhere"):
                assert browser.get(f"/people/{user_id}{page}").status_code == 404
            assert browser.post(f"/people/{user_id}/disable", data={"reason": "离职"}).status_code == 404


def test_an_owner_invites_a_colleague_and_hands_the_link_over(office: Office, owner: TestClient) -> None:
    answer = owner.post("/people/new", data={**NEWCOMER, "role": "registrar", "person": "chen@example.cn"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    shown = re.search(r"http://subsidy\.test/links/([^<]+)<", answer.text)
    assert shown
    made = account(office, NEWCOMER["email"])
    with writing(office.engine) as session:
        assert links.opened(session, office.now, shown[1], SECRET).user_id == made.id
    assert (made.role, made.organisation_id, made.person_id) == ("applicant", JIA, made.id)
    page = owner.get(f"/people/{made.id}").text
    assert "已邀请，尚未启用" in page
    assert "/links/" not in page


def test_where_mail_goes_out_no_link_is_shown(office: Office, registrar: TestClient) -> None:
    form = {**NEWCOMER, "role": "finance", "duty_check": "yes", "person": "li@example.cn"}
    answer = with_mail(registrar).post("/people/new", data=form)
    made = account(office, NEWCOMER["email"])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{made.id}")
    assert (made.role, made.person_id) == ("finance", "li")
    assert "邀请邮件即将发出" in registrar.get(f"/people/{made.id}").text
    assert [message.command for message in told(office, made.id)] == ["invitation"]


def test_what_is_wrong_with_an_invitation_is_said_at_once_and_all_is_kept(
    office: Office, registrar: TestClient
) -> None:
    form = {"name": EVIL, "email": "gao", "duty_make": "yes", "duty_check": "yes", "person": "nobody@zone.example"}
    page = registrar.post("/people/new", data=form)
    assert page.status_code == 422
    assert [one[:12] for one in faults(page.text)] == ["电子邮箱“gao”格式不", "请选择角色。", "没有电子邮箱为“nobo"]
    assert (field(page.text, "name"), field(page.text, "email")) == (EVIL, "gao")
    assert page.text.count(" checked>") == 2
    page = registrar.post(
        "/people/new", data={**NEWCOMER, "role": "finance", "duty_make": "yes", "duty_approve": "yes"}
    )
    assert faults(page.text) == ["“审批”不是该角色的职责。"]
    page = registrar.post("/people/new", data={**NEWCOMER, "role": "finance", "duty_make": "yes", "duty_check": "yes"})
    assert faults(page.text) == ["制单和复核不能由同一人担任，请只选一项。"]
    assert registrar.post("/people/new", data={**NEWCOMER, "role": "applicant"}).status_code == 403
    page = registrar.post("/people/new", data={**NEWCOMER, "email": "sun@example.cn", "role": "auditor"})
    assert page.status_code == 409
    form = {**NEWCOMER, "role": "auditor", "person": "sun@example.cn"}
    page = registrar.post("/people/new", data=form)
    assert (page.status_code, faults(page.text)) == (409, [text("zh", "errors.staff_already")])
    page = registrar.post("/people/new", data={**form, "switch_lang": "en"})
    assert ("Invite somebody" in page.text, field(page.text, "role")) == (True, "auditor")
    with reading(office.engine) as session:
        assert session.exec(select(User).where(col(User.name) == NEWCOMER["name"])).all() == []


def test_who_was_invited_can_be_invited_again_until_he_has_a_password(office: Office, owner: TestClient) -> None:
    owner.post("/people/new", data=NEWCOMER)
    made = account(office, NEWCOMER["email"])
    assert "/invitation" in owner.get(f"/people/{made.id}").text
    answer = owner.post(f"/people/{made.id}/invitation", data={"x": "y"})
    assert "/links/" in answer.text
    assert commands(office, made.id) == ["invite", "invite_again"]
    page = owner.post("/people/zhang/invitation", data={"x": "y"})
    assert (page.status_code, faults(page.text)) == (409, [text("zh", "errors.account_state")])


def test_duties_are_set_and_told(office: Office, registrar: TestClient) -> None:
    page = registrar.get("/people/sun/duties").text
    assert field(page, "seen") == "make"
    assert 'name="duty_make" value="yes" checked' in page
    assert "duty_approve" not in page
    answer = registrar.post("/people/sun/duties", data={"seen": "make", "duty_check": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/people/sun")
    shown = words(registrar.get("/people/sun").text)
    assert "职责已变更。" in shown
    assert "严清 职责 制单 → 复核" in shown
    assert [message.body_zh for message in told(office, "sun")] == ["孙洁，您好：您的职责现为：复核。"]
    refused = registrar.post("/people/sun/duties", data={"seen": "check"})
    assert (refused.status_code, faults(refused.text)) == (422, ["请至少选择一项职责。"])
    assert registrar.get("/people/bai/duties").status_code == 404


def test_a_page_that_is_out_of_date_overwrites_nothing(office: Office, registrar: TestClient) -> None:
    with writing(office.engine) as session:
        people.set_duties(session, REGISTRAR, office.now, "chen", {Duty.RECEIVE})
    form = {"seen": "receive recommend approve", "duty_approve": "yes"}
    page = registrar.post("/people/chen/duties", data=form)
    assert (page.status_code, faults(page.text)) == (409, [text("zh", "errors.stale")])
    assert "现有职责 受理和核实 " in words(page.text)
    assert field(page.text, "seen") == "receive"
    assert commands(office, "chen") == ["set_duties"]
    with writing(office.engine) as session:
        people.disable(session, REGISTRAR, office.now, "chen", "离职")
    for step in ("disable", "duties"):
        page = registrar.post(f"/people/chen/{step}", data={"reason": "调离", "seen": "receive", "duty_approve": "yes"})
        assert (page.status_code, faults(page.text)) == (409, [text("zh", "errors.account_state")])
        assert " disabled aria-describedby" in page.text
    assert commands(office, "chen") == ["set_duties", "disable"]


def test_whoever_leaves_is_signed_out_at_once_and_may_come_back(
    office: Office, owner: TestClient, desks: Desks
) -> None:
    colleague = desks.of(COLLEAGUE)
    assert colleague.get("/apply").status_code == 200
    refused = owner.post("/people/zhang/disable", data={"reason": " "})
    assert (refused.status_code, faults(refused.text)) == (422, ["请填写理由。"])
    assert owner.post("/people/zhang/disable", data={"reason": f"离职{EVIL}"}).status_code == 303
    assert colleague.get("/apply").status_code == 303
    page = owner.get("/people/zhang").text
    assert EVIL not in page
    assert f"理由：离职{EVIL}" in words(page)
    assert ("/people/zhang/enable" in page, "/people/zhang/duties" in page) == (True, False)
    assert owner.post("/people/zhang/enable", data={"x": "y"}).status_code == 303
    assert commands(office, "zhang") == ["disable", "enable"]


def test_nobody_changes_his_own_account(office: Office, owner: TestClient, registrar: TestClient) -> None:
    for browser, own in ((owner, "li"), (registrar, "yan")):
        page = browser.get(f"/people/{own}").text
        assert text("zh", "errors.own_account") in page
        assert f"/people/{own}/disable" not in page
        assert text("zh", "errors.own_account") in browser.get(f"/people/{own}/disable").text
        assert browser.post(f"/people/{own}/disable", data={"reason": "离职"}).status_code == 403
        assert commands(office, own) == []


def test_of_two_owners_who_dismiss_each_other_one_stays(owner: TestClient, desks: Desks) -> None:
    other = desks.of(SECOND_OWNER)
    assert owner.post("/people/liu/duties", data={"seen": "own"}).status_code == 303
    assert other.post("/people/li/duties", data={"seen": "own"}).status_code == 403


@pytest.mark.parametrize("path", ["/people/new", "/people/zhang/duties", "/people/zhang/disable"])
def test_steps_of_this_desk_ask_for_the_password_again(path: str, office: Office, owner: TestClient) -> None:
    owner.get("/people")
    with writing(office.engine) as session:
        for one in session.exec(select(UserSession)):
            one.proved_at = one.proved_at.replace(hour=0)
    before = commands(office, "zhang")
    page = owner.post(path, data={**NEWCOMER, "duty_own": "yes", "seen": "", "reason": "离职"})
    assert page.status_code == 403
    assert 'name="proof"' in page.text
    assert 'name="duty_own" value="yes"' in page.text
    assert commands(office, "zhang") == before


def test_every_entry_about_an_account_has_words() -> None:
    sources = [path.read_text("utf-8") for path in sorted(Path(people.__file__).parent.glob("*.py"))]
    calls = re.compile(r'(?:_record|entry|_told|_keep|_kept)\([^"\n]*"([a-z_]+)"')
    named = {name for source in sources for name in calls.findall(source)}
    assert {"invite", "disable", "sign_up", "add_user", "change_password", "set_password", "make_token"} <= named
    for name in named:
        assert text("zh", f"people.event_{name}")


def test_a_stranger_sees_nothing_of_it(desks: Desks) -> None:
    assert "李明" not in words(desks.of(STRANGER).get("/people").text)
