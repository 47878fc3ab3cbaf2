"""Who is told what: with the change, in its transaction, and nobody else."""

import pytest
from sqlmodel import Session, col, select

from subsidy.database import reading, writing
from subsidy.finance.disburse import disburse
from subsidy.locale import LANGUAGES, catalogue
from subsidy.messages.kinds import SILENT, TOLD
from subsidy.records import Message, Role, User
from subsidy.workflow import applications
from subsidy.workflow.actor import Actor
from subsidy.workflow.transitions import Command
from tests.finance.portfolio import DUE, FREE, portfolio
from tests.support.office import ADMINISTRATOR, APPLICANT, FIRST_DAY, JIA, RELATED, SECOND, THIRD, Office, noon

OFFICE = {str(actor.id) for actor in (ADMINISTRATOR, RELATED, SECOND, THIRD)}
COLLEAGUE = Actor("sha", "沙丽", Role.APPLICANT, JIA)


def told(office: Office) -> list[Message]:
    with reading(office.engine) as session:
        return list(session.exec(select(Message).order_by(col(Message.written_at), col(Message.user_id))))


def names(office: Office) -> set[tuple[str, str]]:
    return {(message.command, message.user_id) for message in told(office)}


def test_every_step_is_told_or_silent() -> None:
    assert TOLD.keys() | SILENT == set(Command)
    assert TOLD.keys() & SILENT == set()


def test_every_step_that_is_told_has_words() -> None:
    wanted = {f"messages.{who}_{command}" for command, audience in TOLD.items() for who in audience}
    assert {each for key in wanted for each in (key, f"{key}_subject")} <= catalogue().keys()
    written = {key for key in catalogue() if key.startswith(("messages.applicant_", "messages.office_"))}
    assert {key.removesuffix("_subject") for key in written} == wanted


def test_those_of_the_organisation_and_the_office_are_told(office: Office) -> None:
    office.employ(COLLEAGUE)
    office.submit(office.draft())
    assert names(office) == {("submit", name) for name in ("li", "sha", *OFFICE)}


def test_who_has_left_is_not_told(office: Office) -> None:
    with writing(office.engine) as session:
        user = session.get_one(User, "zhao")
        user.disabled_at = office.now
        session.add(user)
    office.submit(office.draft())
    assert names(office) == {("submit", name) for name in ("li", *OFFICE - {"zhao"})}


def test_of_a_draft_only_its_own_people_hear(office: Office) -> None:
    office.withdraw(office.draft())
    assert names(office) == {("withdraw", "li")}


def test_a_step_undone_leaves_no_message(office: Office) -> None:
    draft = office.draft()
    with pytest.raises(ZeroDivisionError), writing(office.engine) as session:
        _submit_and_fail(session, office, draft)
    assert told(office) == []


def _submit_and_fail(session: Session, office: Office, draft: str) -> None:
    applications.submit(session, APPLICANT, office.now, office.day, draft, 1)
    raise ZeroDivisionError


def test_words_are_whole_in_both_languages(office: Office) -> None:
    office.send_back(office.submit(office.draft()))
    award = office.approved()
    office.day = DUE
    office.figure(award, 1, 460)
    disburse(office.engine, as_of=DUE, now=office.now, trigger="manual")
    of_applicant = {message.command: message for message in told(office) if message.user_id == "li"}
    on_the_way = {"submit", "accept", "return", "publish", "end_notice"}
    assert of_applicant.keys() == on_the_way | {"approve", "record_figure", "generate"}
    returned, approved, paid = (of_applicant[each] for each in ("return", "approve", "generate"))
    assert returned.subject_zh == "请补正申报 LG-2026-0001"
    assert "一、缺检测报告；二、容量与备案不一致" in returned.body_zh
    assert "一、缺检测报告" in returned.body_en
    assert approved.subject_en == "Application LG-2026-0002: CNY 2,400,000.00 awarded"
    assert "第 1 期 800,000.00 元" in paid.body_zh
    for message in told(office):
        for lang in LANGUAGES:
            body = getattr(message, f"body_{lang}")
            assert "{" not in body
            assert "LG-2026-000" in body


def test_many_payments_are_told_in_one_go(office: Office) -> None:
    portfolio(office, 10)
    before = len(told(office))
    disburse(office.engine, as_of=DUE, now=noon(DUE), trigger="tick", chunk=7)
    assert len(told(office)) - before == 10 * FREE


def test_it_waits_for_a_week(office: Office) -> None:
    office.withdraw(office.draft())
    (message,) = told(office)
    assert (message.state, message.attempts, message.next_at) == ("waiting", 0, noon(FIRST_DAY))
    assert (message.until - message.written_at).days == 7
