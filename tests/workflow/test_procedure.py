"""Accepting, returning, correcting in time, lapsing and taking cases on."""

from dataclasses import replace
from datetime import date

import pytest

from schedules.calendar import china
from subsidy.database import writing
from subsidy.errors import Refused, Stale
from subsidy.workflow import applications, procedure
from subsidy.workflow.actor import Actor
from subsidy.workflow.next_step import next_step
from tests.support.office import ADMINISTRATOR, APPLICANT, STORAGE, Office

COLLEAGUE = replace(ADMINISTRATOR, id="zhu", name="朱琳")


def claim(office: Office, application_id: str, actor: Actor = ADMINISTRATOR, reason: str | None = None) -> None:
    with office.version(application_id) as (session, version):
        procedure.claim(session, actor, office.now, application_id, version, reason)


def test_each_step_has_a_last_day_in_working_days(office: Office) -> None:
    office.day = date(2026, 4, 30)  # before the holidays of 1 to 5 May
    it = office.submit(office.draft())
    application = office.application(it)
    assert (application.status_since, application.due_on) == (date(2026, 4, 30), date(2026, 5, 11))
    step = next_step(application, date(2026, 5, 6), china())
    assert (step.who, step.used, step.left, step.provisional) == ("administrator", 1, 4, False)
    assert next_step(application, date(2026, 5, 13), china()).left == -2
    office.day = date(2026, 5, 11)
    assert office.application(office.accept(it)).due_on == china().add_working_days(office.day, 20)


def test_what_is_returned_can_be_corrected_until_its_last_day(office: Office) -> None:
    it = office.send_back(office.submit(office.draft()))
    returned = office.application(it)
    assert (returned.status, returned.defects) == ("returned", "一、缺检测报告；二、容量与备案不一致")
    assert returned.due_on == date(2026, 3, 13)
    office.day = date(2026, 3, 13)
    with writing(office.engine) as session:
        applications.save(
            session, APPLICANT, office.now, it, project_name="改正", facts=STORAGE, version=returned.version
        )
    office.submit(it)
    handed_in = office.application(it)
    assert (handed_in.status, handed_in.submitted_on) == ("submitted", date(2026, 3, 1))
    assert handed_in.due_on == date(2026, 3, 20)


def test_after_its_last_day_it_lapses_and_cannot_be_handed_in(office: Office) -> None:
    it, kept = office.send_back(office.submit(office.draft())), office.submit(office.draft())
    office.day = date(2026, 3, 13)
    assert procedure.lapse_overdue(office.engine, office.now, office.day) == 0
    with writing(office.engine) as session, pytest.raises(Refused) as early:
        procedure.lapse(session, office.now, office.day, it)
    assert early.value.code == "workflow.not_overdue"
    office.day = date(2026, 3, 14)
    with pytest.raises(Refused) as late:
        office.submit(it)
    assert late.value.code == "workflow.correction_over"
    assert procedure.lapse_overdue(office.engine, office.now, office.day) == 1
    assert procedure.lapse_overdue(office.engine, office.now, office.day) == 0
    assert (office.application(it).status, office.application(kept).status) == ("lapsed", "submitted")
    last = office.events(it)[-1]
    assert (last.command, last.actor_id, last.actor_name) == ("lapse", None, "system")


def test_taking_a_case_on_and_giving_it_back(office: Office) -> None:
    it = office.submit(office.draft())
    office.employ(COLLEAGUE)
    claim(office, it)
    assert office.application(it).claimed_by == "chen"
    for actor, code in ((ADMINISTRATOR, "workflow.claimed_already"), (COLLEAGUE, "workflow.claimed_by_other")):
        with pytest.raises(Refused) as refused:
            claim(office, it, actor)
        assert refused.value.code == code
    claim(office, it, COLLEAGUE, "陈立休假")
    assert office.application(it).claimed_by == "zhu"
    with pytest.raises(Refused) as refused, office.version(it) as (session, version):
        procedure.unclaim(session, ADMINISTRATOR, office.now, it, version)
    assert refused.value.code == "workflow.not_claimed"
    with office.version(it) as (session, version):
        procedure.unclaim(session, COLLEAGUE, office.now, it, version)
    assert office.application(it).claimed_by is None
    assert [event.command for event in office.events(it)] == ["start", "submit", "claim", "claim", "unclaim"]
    assert '"claimed":"陈立"' in str(office.events(it)[3].before_json)


def test_a_stale_acceptance_is_not_carried_out(office: Office) -> None:
    it = office.submit(office.draft())
    claim(office, it)
    with pytest.raises(Stale), writing(office.engine) as session:
        procedure.accept(session, ADMINISTRATOR, office.now, it, 2)
    assert office.application(it).status == "submitted"
