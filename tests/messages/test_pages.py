"""Messages as people read them: their own, and for administrators what became of all."""

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, select

from subsidy.database import reading, writing
from subsidy.records import Message, MessageState
from tests.support.desks import ENGLISH, EVIL, Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, RELATED, STRANGER, Office

API = "/api/v1/messages"


@pytest.fixture
def office(sqlite_engine: Engine) -> Office:
    return Office(sqlite_engine)


@pytest.fixture
def desks(office: Office) -> Desks:
    return Desks(office)


def kept(office: Office) -> list[Message]:
    with reading(office.engine) as session:
        return list(session.exec(select(Message)))


def fail_one(office: Office) -> str:
    """The message to the applicant fails."""
    with writing(office.engine) as session:
        message = session.exec(select(Message).where(col(Message.user_id) == "li")).one()
        message.state, message.error, message.attempts = MessageState.FAILED, f"550 {EVIL}", 3
        session.add(message)
    return message.id


def test_an_applicant_reads_his_own(office: Office, desks: Desks) -> None:
    case = office.submit(office.draft())
    page = desks.of(APPLICANT).get("/messages").text
    assert "申报 LG-2026-0001 已提交" in page
    assert f'href="/apply/{case}"' in page
    assert page.count("<h2>") == 1
    assert "Application LG-2026-0001 was submitted" in desks.of(APPLICANT, **ENGLISH).get("/messages").text
    assert "还没有消息" in desks.of(STRANGER).get("/messages").text


def test_what_is_typed_shows_as_text(office: Office, desks: Desks) -> None:
    case = office.draft()
    with writing(office.engine) as session:
        from subsidy.workflow import applications

        applications.withdraw(session, APPLICANT, office.now, case, EVIL)
    fail_one(office)
    for actor, path in ((APPLICANT, "/messages"), (ADMINISTRATOR, "/review/messages")):
        page = desks.of(actor).get(path).text
        assert EVIL not in page
        assert "&lt;script&gt;" in page


def test_an_administrator_sees_what_became_of_all(office: Office, desks: Desks) -> None:
    office.submit(office.draft())
    fail_one(office)
    client = desks.of(ADMINISTRATOR)
    page = client.get("/review/messages").text
    assert "尚未设置邮件服务" in page
    assert page.count('data-label="状态"') == len(kept(office))
    assert client.get("/review/messages?state=failed").text.count('data-label="状态"') == 1
    assert "没有这样的消息" in client.get("/review/messages?state=sent").text
    assert client.get("/review/messages?state=lost").status_code == 422


def test_a_failed_one_is_sent_again_by_hand_once(office: Office, desks: Desks) -> None:
    office.submit(office.draft())
    message = fail_one(office)
    client = desks.of(RELATED)
    assert client.post("/review/messages", data={"message": message}).status_code == 303
    (its,) = [each for each in kept(office) if each.id == message]
    assert (its.state, its.attempts, its.error) == ("waiting", 0, None)
    again = client.post("/review/messages", data={"message": message})
    assert again.status_code == 409
    assert "不需要重新发送" in again.text
    for unknown in ({}, {"message": "nosuch"}, {"message": "../x"}):
        assert client.post("/review/messages", data=unknown).status_code == 404


def test_the_api_tells_the_same(office: Office, desks: Desks) -> None:
    office.submit(office.draft())
    message = fail_one(office)
    own = desks.of(APPLICANT).get(API).json()
    assert [(each["recipient"], each["command"], each["error"]) for each in own["messages"]] == [
        ("李明", "submit", None)
    ]
    assert own["total"] == 1
    assert desks.of(STRANGER).get(API).json()["total"] == 0
    staff = desks.of(ADMINISTRATOR)
    assert staff.get(API).json()["total"] == len(kept(office)) > 1
    found = staff.get(f"{API}?state=failed&limit=1").json()["messages"]
    assert [each["error"] for each in found] == [f"550 {EVIL}"]
    assert desks.of(FINANCE).get(API).status_code == 403
    assert desks.of(APPLICANT).post(f"{API}/{message}/attempts").status_code == 403
    assert staff.post(f"{API}/{message}/attempts").status_code == 204
    assert staff.post(f"{API}/{message}/attempts").status_code == 409
    assert staff.post(f"{API}/nosuch/attempts").status_code == 404


def test_long_lists_come_a_page_at_a_time(office: Office, desks: Desks) -> None:
    office.submit(office.draft())
    with writing(office.engine) as session:
        row = session.exec(select(Message).where(col(Message.user_id) == "li")).one().model_dump()
        session.add_all(Message(**row | {"id": f"m{number}"}) for number in range(70))
        session.execute(update(Message).where(col(Message.id) == "m69").values(subject_zh="最后"))
    client = desks.of(APPLICANT)
    first, second = client.get("/messages").text, client.get("/messages?page=2").text
    assert (first.count("<h2>"), second.count("<h2>")) == (50, 21)
    assert 'rel="next"' in first
