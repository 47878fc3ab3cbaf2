"""Every status × every command × every kind of person: what is allowed works, all else is refused and leaves nothing."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session

from schedules.calendar import china
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, NotFound, Refused, SubsidyError
from subsidy.records import Application, ApplicationStatus, Role
from subsidy.workflow import applications, review, years
from subsidy.workflow.actor import SYSTEM, Actor
from subsidy.workflow.authority import why_not
from subsidy.workflow.transitions import TRANSITIONS, Command
from tests.support.office import ACTORS, JIA, STORAGE, Office

ALLOWED = {
    ("draft", "save", "applicant"): "draft",
    ("draft", "submit", "applicant"): "submitted",
    ("draft", "withdraw", "applicant"): "withdrawn",
    ("submitted", "withdraw", "applicant"): "withdrawn",
    ("submitted", "judge", "administrator"): "submitted",
    ("submitted", "correct", "administrator"): "submitted",
    ("submitted", "set_rate", "administrator"): "submitted",
    ("submitted", "approve", "administrator"): "approved",
    ("submitted", "refuse", "administrator"): "refused",
    ("approved", "record_figure", "administrator"): "approved",
    ("approved", "release", "administrator"): "approved",
    ("approved", "forfeit", "administrator"): "approved",
    ("approved", "generate", "system"): "approved",
}
"""From a status, by a command of a person, to a status. Nothing else is possible."""

STATUSES = [status.value for status in ApplicationStatus]
COMMANDS = sorted({command for _, command, _ in ALLOWED})
PEOPLE: Mapping[str, Actor] = {**ACTORS, "system": SYSTEM}
BY_APPLICANT = {"save", "submit", "withdraw"}
IN_ORDER = {"workflow.no_rate_to_set"}
"""What a command that the person may give can still answer on the case of these tests."""


def refusal(status: str, command: str, person: str) -> tuple[type[SubsidyError], str] | None:
    """What a person is told; None where he may. Written down apart from the code that it tests."""
    if (status, command, person) in ALLOWED:
        return None
    if person == "stranger" or (status == "draft" and person not in ("applicant", "system")):
        return NotFound, "not_found"
    if command in BY_APPLICANT:
        fits = person == "applicant"
    elif command == "generate":
        fits = person == "system"
    else:
        fits = person in ("administrator", "related administrator")
    if not fits:
        return Forbidden, "role"
    if person == "related administrator":
        return Forbidden, "workflow.own_organisation"
    return Refused, f"workflow.is_{status}"


def bring_to(office: Office, status: str) -> str:
    """An application in that status; if approved, with an instalment whose year falls short."""
    if status == "approved":
        award = office.approved()
        office.day = date(2026, 7, 1)
        office.figure(award, 1, 400)
        return award.application_id
    application_id = office.draft()
    if status == "draft":
        return application_id
    office.submit(application_id)
    finish = {"submitted": office.ready, "refused": office.refuse, "withdrawn": office.withdraw}
    return finish[status](application_id)


Step = Callable[[Session, Actor, Office, Application], object]

STEPS: Mapping[str, Step] = {
    "save": lambda session, actor, office, it: applications.save(
        session, actor, office.now, it.id, project_name="二期", facts=STORAGE, version=it.version
    ),
    "submit": lambda session, actor, office, it: applications.submit(
        session, actor, office.now, office.day, it.id, it.version
    ),
    "withdraw": lambda session, actor, office, it: applications.withdraw(session, actor, office.now, it.id, "另行申报"),
    "judge": lambda session, actor, office, it: review.judge(
        session, actor, office.now, it.id, "drives_industry", False, "专家意见", it.version
    ),
    "correct": lambda session, actor, office, it: review.correct(
        session, actor, office.now, it.id, "capacity_kwh", Decimal(9000), "铭牌", it.version
    ),
    "set_rate": lambda session, actor, office, it: review.set_rate(
        session, actor, office.now, it.id, Decimal("0.1"), "会议纪要", it.version
    ),
    "approve": lambda session, actor, office, it: review.approve(
        session, actor, office.now, office.day, it.id, it.version, "符合条件", china()
    ),
    "refuse": lambda session, actor, office, it: review.refuse(
        session, actor, office.now, office.day, it.id, it.version, "不属于储能项目"
    ),
}
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
    for command, step in steps.items():
        for person, actor in ACTORS.items():
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
    moved = Actor("li", "李明", Role.ADMINISTRATOR)
    with reading(office.engine) as session:
        answer = why_not(moved, "approve", session.get_one(Application, application_id), session)
    assert answer is not None
    assert answer.code == "workflow.own_application"


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
        answer = why_not(
            ACTORS["related administrator"], "approve", session.get_one(Application, application_id), session
        )
    assert answer is not None
    assert ACTORS["related administrator"].organisation_id == JIA
    assert "上海甲储能科技有限公司" in answer.message("zh")
