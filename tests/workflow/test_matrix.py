"""Every status × every command × every kind of person: what is allowed works, all else is refused and leaves nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from schedules.calendar import china
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, SubsidyError
from subsidy.records import AmendmentKind, Application, Duty, Format, Instalment, Objection, Outcome, Role
from subsidy.workflow import (
    amending,
    appeals,
    applications,
    documents,
    notices,
    particulars,
    procedure,
    recommendation,
    review,
    years,
)
from subsidy.workflow.actor import PUBLIC, SYSTEM, Actor
from subsidy.workflow.authority import why_not
from subsidy.workflow.entitlement import Choice
from subsidy.workflow.transitions import TRANSITIONS, Command
from tests.support.files import pdf
from tests.support.office import ACTORS, JIA, SECOND, STORAGE, THIRD, Office
from tests.workflow.matrix import ALLOWED, DUTIES, refusal

REVOKED = Choice(AmendmentKind.REVOKE, {})
STATUSES = sorted({status for status, _, _ in ALLOWED} | set(ALLOWED.values()))
COMMANDS = sorted({command for _, command, _ in ALLOWED})
ALONE = {duty: replace(ACTORS["administrator"], id=duty, duties=frozenset({Duty(duty)})) for duty in DUTIES}
PEOPLE: Mapping[str, Actor] = {**ACTORS, **ALONE, "system": SYSTEM, "public": PUBLIC}
IN_ORDER = {
    "amend.nothing_proposed",
    "workflow.no_rate_to_set",
    "workflow.not_claimed",
    "workflow.recommended_to_grant",
    "workflow.not_settled",
}
"""What a command that the person may give can still answer on the case of these tests."""


def bring_to(office: Office, status: str) -> str:
    """An application in that status; if approved, with an instalment whose year falls short."""
    if status == "approved":
        award = office.approved()
        office.day = date(2026, 7, 1)
        office.figure(award, 1, 400)
        return award.application_id
    if status == "closed":
        return closed(office)
    if status == "revoked":
        return revoked(office)
    application_id = office.draft()
    office.attach(application_id, pdf())
    if status == "draft":
        return application_id
    office.submit(application_id)
    office.attach(application_id, pdf(), kind="other", actor=ACTORS["administrator"])
    finish: dict[str, Callable[[str], str]] = {
        "submitted": lambda one: one,
        "accepted": office.ready,
        "recommended": lambda one: office.recommend(office.ready(one), actor=SECOND),
        "notice": lambda one: objected(office, office.ready(one)),
        "decision": lambda one: signed(office, office.ready(one)),
        "returned": office.send_back,
        "lapsed": lambda one: lapse(office, office.send_back(one)),
        "refused": office.refuse,
        "appealed": lambda one: office.appeal(turned_down(office, office.ready(one))),
        "withdrawn": office.withdraw,
    }
    return finish[status](application_id)


def objected(office: Office, application_id: str) -> str:
    """On notice, with an objection that waits for its answer."""
    notice = office.publish(office.recommend(application_id, actor=SECOND))
    office.object_to(notice)
    return application_id


def closed(office: Office) -> str:
    """Awarded and at its end: no instalment is open."""
    award = office.approved()
    with writing(office.engine) as session:
        session.execute(update(Instalment).values(forfeited_at=office.now))
    return office.close(award.application_id)


def revoked(office: Office) -> str:
    """Awarded, and the award taken back by two people."""
    it = office.approved().application_id
    with office.version(it) as (session, version):
        amending.propose(session, SECOND, office.now, it, version, REVOKED, "材料不实")
    with office.version(it) as (session, version):
        amending.confirm(session, THIRD, office.now, office.day, it, version, "同意撤销")
    return it


def turned_down(office: Office, application_id: str) -> str:
    """Refused by a second and a third, so that the administrator has no part in it."""
    return office.decide_against(office.recommend(application_id, "refuse", SECOND), THIRD)


def signed(office: Office, application_id: str) -> str:
    """Recommended by a second and approved by a third, so that the administrator's signature is the last."""
    office.recommend(application_id, actor=SECOND)
    office.publish(application_id, date(2026, 2, 2))
    with writing(office.engine) as session:
        notices.end_notice(session, office.now, office.day, application_id)
    office.sign(application_id, THIRD)
    return application_id


def lapse(office: Office, application_id: str) -> str:
    """Nobody corrects what was returned, until it is too late."""
    day = office.day
    office.day = date(2026, 7, 1)
    assert procedure.lapse_overdue(office.engine, office.now, office.day) == 1
    office.day = day
    return application_id


Step = Callable[[Session, Actor, Office, Application], object]


def add(session: Session, actor: Actor, office: Office, it: Application) -> object:
    with office.store.incoming() as file:
        file.write(pdf("二"))
        return documents.add(
            session,
            actor,
            office.now,
            it.id,
            kind="other",
            name="二.pdf",
            form=Format.PDF,
            file=file,
            store=office.store,
        )


def take_out(session: Session, actor: Actor, office: Office, it: Application) -> object:
    mine = [each.id for each in documents.of(session, it.id) if each.by_office == (actor.role == Role.ADMINISTRATOR)]
    return documents.take_out(session, actor, office.now, it.id, mine[0] if mine else "none")


STEPS: Mapping[str, Step] = {
    "save": lambda session, actor, office, it: applications.save(
        session, actor, office.now, it.id, project_name="二期", facts=STORAGE, version=it.version
    ),
    "submit": lambda session, actor, office, it: applications.submit(
        session, actor, office.now, office.day, it.id, it.version
    ),
    "withdraw": lambda session, actor, office, it: applications.withdraw(session, actor, office.now, it.id, "另行申报"),
    "accept": lambda session, actor, office, it: procedure.accept(session, actor, office.now, it.id, it.version),
    "return": lambda session, actor, office, it: procedure.return_for_correction(
        session, actor, office.now, it.id, "缺检测报告", it.version
    ),
    "claim": lambda session, actor, office, it: procedure.claim(session, actor, office.now, it.id, it.version),
    "unclaim": lambda session, actor, office, it: procedure.unclaim(session, actor, office.now, it.id, it.version),
    "judge": lambda session, actor, office, it: review.judge(
        session, actor, office.now, it.id, "drives_industry", False, "专家意见", it.version
    ),
    "correct": lambda session, actor, office, it: review.correct(
        session, actor, office.now, it.id, "capacity_kwh", Decimal(9000), "铭牌", it.version
    ),
    "set_rate": lambda session, actor, office, it: review.set_rate(
        session, actor, office.now, it.id, Decimal("0.1"), "会议纪要", it.version
    ),
    "recommend": lambda session, actor, office, it: recommendation.recommend(
        session, actor, office.now, office.day, it.id, it.version, Outcome.GRANT, "符合条件"
    ),
    "publish": lambda session, actor, office, it: notices.publish(
        session, actor, office.now, office.day, it.id, it.version
    ),
    "take_back": lambda session, actor, office, it: recommendation.take_back(
        session, actor, office.now, it.id, it.version, "补充核实"
    ),
    "answer": lambda session, actor, office, it: notices.answer(
        session, actor, office.now, it.id, objection_of(session), "已核查", it.version
    ),
    "appeal": lambda session, actor, office, it: appeals.appeal(
        session, actor, office.now, office.day, it.id, "铭牌容量有误", it.version
    ),
    "uphold": lambda session, actor, office, it: appeals.uphold(
        session, actor, office.now, office.day, it.id, it.version, "原决定无误"
    ),
    "reopen": lambda session, actor, office, it: appeals.reopen(
        session, actor, office.now, office.day, it.id, it.version, "容量须重新核实"
    ),
    "close": lambda session, actor, office, it: appeals.close(
        session, actor, office.now, office.day, it.id, it.version
    ),
    "approve": lambda session, actor, office, it: recommendation.approve(
        session, actor, office.now, office.day, it.id, it.version, "符合条件", china()
    ),
    "describe": lambda session, actor, office, it: particulars.describe(
        session, actor, office.now, it.id, particulars.Stated(site="飞渡路 66 号"), it.version
    ),
    "attach": add,
    "detach": take_out,
    "refuse": lambda session, actor, office, it: recommendation.refuse(
        session, actor, office.now, office.day, it.id, it.version, "不属于储能项目"
    ),
}


def objection_of(session: Session) -> str:
    """The only objection there is, where there is one."""
    return session.exec(select(Objection.id)).first() or "none"


STEPS_AFTER: Mapping[str, Step] = {
    "record_figure": lambda session, actor, office, it: years.record_figure(
        session, actor, office.now, office.day, office.award(it.id).id, 1, Decimal(430), "复测报告", "表计更正"
    ),
    "release": lambda session, actor, office, it: years.release(
        session, actor, office.now, office.instalments(office.award(it.id))[0].id, "检修"
    ),
    "forfeit": lambda session, actor, office, it: years.forfeit(
        session, actor, office.now, office.instalments(office.award(it.id))[0].id, "停运"
    ),
    "revise": lambda session, actor, office, it: amending.propose(
        session, actor, office.now, it.id, it.version, REVOKED, "材料不实"
    ),
    "amend": lambda session, actor, office, it: amending.confirm(
        session, actor, office.now, office.day, it.id, it.version, "同意"
    ),
    "keep": lambda session, actor, office, it: amending.keep(session, actor, office.now, it.id, it.version, "依据不足"),
}
"""What needs an award, which only an approved application has."""


@pytest.mark.parametrize("status", STATUSES)
def test_whole_matrix(office: Office, status: str) -> None:
    application_id = bring_to(office, status)
    with reading(office.engine) as session:
        application = session.get_one(Application, application_id)
        told = {
            (command, person): why_not(actor, command, application, session)
            for command in COMMANDS
            for person, actor in PEOPLE.items()
        }
    for (command, person), answer in told.items():
        assert (answer and (type(answer), answer.code)) == refusal(status, command, person), (command, person)
        if answer is not None:
            assert answer.message("zh") != answer.message("en")


@pytest.mark.parametrize("status", STATUSES)
def test_commands_do_as_the_matrix_says(office: Office, status: str) -> None:
    application_id = bring_to(office, status)
    steps = {**STEPS, **STEPS_AFTER} if status == "approved" else STEPS
    for name, step in steps.items():
        for person, actor in ACTORS.items():
            # Either side puts papers in and takes them out, each by a command of its own.
            own = {"attach": documents.to_add(actor), "detach": documents.to_take_out(actor)}
            command = own.get(name, name)
            before, entries = office.application(application_id), office.events(application_id)
            told, after = attempt(office, step, actor, before)
            expected = refusal(status, command, person)
            if expected is None:
                assert told is None or told.code in IN_ORDER
                assert told or after == (ALLOWED[status, command, person], before.version + 1)
            else:
                assert told is not None, f"{command} by {person} on {status} was let through"
                assert (type(told), told.code) == expected, (command, person)
            assert office.application(application_id) == before
            assert office.events(application_id) == entries


def attempt(
    office: Office, step: Step, actor: Actor, application: Application
) -> tuple[SubsidyError | None, tuple[str, int]]:
    """What the command is answered, and status and version after it; all is undone again."""
    with Session(office.engine) as session:
        try:
            step(session, actor, office, application)
        except SubsidyError as error:
            return error, (application.status, application.version)
        session.flush()
        session.expire_all()
        after = session.get_one(Application, application.id)
        return None, (after.status, after.version)


def test_every_command_of_the_table_is_in_the_matrix() -> None:
    assert {*COMMANDS, "start"} == {command.value for command in Command} == {row.value for row in TRANSITIONS}


def test_table_leads_where_the_matrix_says() -> None:
    for (status, command, _), to in ALLOWED.items():
        row = TRANSITIONS[Command(command)]
        assert status in row.sources
        assert (row.to or status) == to


def test_who_made_an_application_does_not_decide_on_it_in_another_role(office: Office) -> None:
    application_id = bring_to(office, "submitted")
    moved = replace(ACTORS["administrator"], id="li", name="李明")
    with reading(office.engine) as session:
        answer = why_not(moved, "accept", session.get_one(Application, application_id), session)
    assert answer is not None
    assert answer.code == "workflow.own_organisation"  # that of his account as an applicant


@pytest.mark.parametrize("person", ["administrator", "related administrator", "finance"])
def test_only_applicants_start(office: Office, person: str) -> None:
    with writing(office.engine) as session, pytest.raises(Forbidden):
        applications.start(
            session,
            ACTORS[person],
            office.now,
            policy_id="lingang-2024",
            scheme_id="user-side-storage",
            project_name="一期",
            facts=STORAGE,
        )


def test_own_organisation_is_told_by_name(office: Office) -> None:
    application_id = bring_to(office, "submitted")
    with reading(office.engine) as session:
        it = session.get_one(Application, application_id)
        answer = why_not(ACTORS["related administrator"], "accept", it, session)
    assert answer is not None
    assert ACTORS["related administrator"].organisation_id == JIA
    assert "上海甲储能科技有限公司" in answer.message("zh")
