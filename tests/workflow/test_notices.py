"""Public notice: for how long, what is public of it, objections, and its end."""

from datetime import date

import pytest
from sqlmodel import select

from rules.faults import BadInput
from subsidy.database import reading, writing
from subsidy.errors import NotFound, Refused
from subsidy.records import Notice, Objection, Recommendation
from subsidy.workflow import notices
from subsidy.workflow.notices import Posted
from tests.support.office import ADMINISTRATOR, Office


@pytest.fixture
def notice(office: Office) -> Notice:
    office.day = date(2026, 4, 30)
    return office.publish(office.recommend(office.ready(office.accepted())))


def case_of(office: Office) -> str:
    with reading(office.engine) as session:
        return session.exec(select(Recommendation.application_id)).one()


def posted(office: Office, notice: Notice) -> Posted:
    with reading(office.engine) as session:
        return notices.posted(session, office.day, notice.id)[0]


def test_it_runs_for_working_days_and_then_leads_to_the_decision(office: Office, notice: Notice) -> None:
    it = case_of(office)
    assert (notice.published_on, notice.ends_on) == (date(2026, 4, 30), date(2026, 5, 11))
    assert office.application(it).due_on == notice.ends_on
    office.day = date(2026, 5, 11)
    assert posted(office, notice).status == "running"
    assert notices.end_notices(office.engine, office.now, office.day) == 0
    office.day = date(2026, 5, 12)
    assert posted(office, notice).status == "over"
    with pytest.raises(Refused) as late:
        notice_objection(office, notice, day=office.day)
    assert late.value.code == "workflow.notice_over"
    assert notices.end_notices(office.engine, office.now, office.day) == 1
    assert notices.end_notices(office.engine, office.now, office.day) == 0
    assert office.application(it).status == "decision"


def notice_objection(office: Office, notice: Notice, day: date, text: str = "不实") -> Objection:
    with writing(office.engine) as session:
        return notices.object_to(session, office.now, day, notice.id, name="王", contact="1", text=text)


def test_an_open_objection_holds_the_notice_until_it_is_answered(office: Office, notice: Notice) -> None:
    it, objection = case_of(office), office.object_to(notice)
    office.day = date(2026, 5, 12)
    assert notices.end_notices(office.engine, office.now, office.day) == 0
    with pytest.raises(Refused) as held, writing(office.engine) as session:
        notices.end_notice(session, office.now, office.day, it)
    assert held.value.code == "workflow.objection_open"
    for expected in (None, "workflow.answered_already"):
        with office.version(it) as (session, version):
            if expected is None:
                notices.answer(session, ADMINISTRATOR, office.now, it, objection.id, "容量属实", version)
                continue
            with pytest.raises(Refused) as twice:
                notices.answer(session, ADMINISTRATOR, office.now, it, objection.id, "容量属实", version)
            assert twice.value.code == expected
    assert notices.end_notices(office.engine, office.now, office.day) == 1
    told = [(event.command, event.actor_name) for event in office.events(it)][-3:]
    assert told == [("object", "public"), ("answer", "陈立"), ("end_notice", "system")]
    assert "王强" not in str([event.model_dump() for event in office.events(it)])


def test_what_is_public_is_listed_field_by_field(office: Office, notice: Notice) -> None:
    office.object_to(notice)
    with reading(office.engine) as session:
        (found,) = notices.posted(session, office.day)
    assert found == Posted(
        id=notice.id,
        number="LG-2026-0001",
        project_name="临港园区用户侧储能项目",
        organisation="上海甲储能科技有限公司",
        policy_id="lingang-2024",
        scheme_id="user-side-storage",
        amount_fen=240_000_000,
        published_on=date(2026, 4, 30),
        ends_on=date(2026, 5, 11),
        status="running",
    )


def test_a_notice_that_was_taken_back_is_withdrawn_and_takes_no_objection(office: Office, notice: Notice) -> None:
    it = case_of(office)
    office.take_back(it)
    assert posted(office, notice).status == "withdrawn"
    with reading(office.engine) as session:
        assert notices.posted(session, office.day) == []
    with pytest.raises(Refused):
        office.object_to(notice)
    again = office.publish(office.recommend(it))
    with pytest.raises(Refused) as old:
        office.object_to(notice)
    assert old.value.code == "workflow.notice_over"
    office.object_to(again)


def test_what_is_sent_twice_is_one_objection(office: Office, notice: Notice) -> None:
    entries = len(office.events(case_of(office)))
    first, second = office.object_to(notice), office.object_to(notice)
    assert first.id == second.id
    assert len(office.events(case_of(office))) == entries + 1


def test_a_notice_takes_only_so_many_objections(
    office: Office, notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MOST_OBJECTIONS", 2)
    for text in ("甲", "乙"):
        notice_objection(office, notice, office.day, text)
    with pytest.raises(Refused) as full:
        notice_objection(office, notice, office.day, "丙")
    assert full.value.code == "workflow.objections_full"


def test_a_refusal_is_not_published(office: Office) -> None:
    it = office.recommend(office.accepted(), "refuse")
    with pytest.raises(Refused) as refused:
        office.publish(it)
    assert refused.value.code == "workflow.nothing_to_publish"


def test_an_objection_says_who_how_to_reach_him_and_what(office: Office, notice: Notice) -> None:
    with pytest.raises(BadInput) as wrong, writing(office.engine) as session:
        notices.object_to(session, office.now, office.day, notice.id, name=" ", contact="", text="长" * 2001)
    codes = [(fault.pointer, fault.code) for fault in wrong.value.faults]
    assert codes == [
        ("/name", "workflow.name_missing"),
        ("/contact", "workflow.contact_missing"),
        ("/text", "workflow.too_long"),
    ]
    for unknown in ("nosuchnotice", "’", ""):
        with pytest.raises(NotFound), writing(office.engine) as session:
            notices.object_to(session, office.now, office.day, unknown, name="王", contact="1", text="x")
