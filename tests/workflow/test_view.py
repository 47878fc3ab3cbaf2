from datetime import date
from decimal import Decimal

import pytest

from rules.assess import Outcome
from rules.faults import BadInput
from subsidy.database import reading
from subsidy.errors import Forbidden, NotFound, Refused
from subsidy.finance.disburse import disburse
from subsidy.records import ApplicationStatus, YearDecision
from subsidy.workflow.actor import Actor
from subsidy.workflow.search import search
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case, case
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, JUDGED, RELATED, SECOND, STORAGE, STRANGER, Office


def seen(office: Office, application_id: str, actor: Actor = ADMINISTRATOR) -> Case:
    with reading(office.engine) as session:
        return case(session, actor, application_id, office.day)


def numbers(office: Office, actor: Actor, **wanted: object) -> list[str]:
    with reading(office.engine) as session:
        return [entry.application.number for entry in search(session, actor, **wanted)]  # type: ignore[arg-type]


def test_both_assessments_and_their_difference(office: Office) -> None:
    application_id = office.submit(office.draft({**STORAGE, **dict.fromkeys(JUDGED, True)}))
    office.correct(application_id, "capacity_kwh", Decimal(14000))
    told = seen(office, application_id)
    assert told.assessment_declared.outcome is Outcome.ELIGIBLE
    assert told.assessment_effective.outcome is Outcome.UNDETERMINED
    assert told.assessment_declared.award is not None
    assert told.assessment_effective.award is not None
    assert (told.assessment_declared.award.amount, told.assessment_effective.award.amount) == (240000000, 280000000)


def test_why_not_is_told_for_each_command_and_agrees_with_the_command(office: Office) -> None:
    application_id = office.accepted()
    told = seen(office, application_id).why_not
    in_the_way, submit = seen(office, application_id).obstacle, told[Command.SUBMIT]
    assert in_the_way is not None
    assert in_the_way.code == "workflow.not_judged"
    assert isinstance(submit, Refused)
    assert submit.code == "role"
    assert told[Command.RECOMMEND] is None
    office.before_decision(office.ready(application_id))
    assert seen(office, application_id, SECOND).why_not[Command.APPROVE] is None
    own = seen(office, application_id).why_not[Command.APPROVE]
    assert isinstance(own, Forbidden)
    assert own.code == "workflow.own_recommendation"
    related = seen(office, application_id, RELATED).why_not[Command.APPROVE]
    assert isinstance(related, Refused)
    assert related.code == "workflow.own_organisation"
    office.approve(application_id)


def test_why_a_draft_cannot_be_submitted_yet(office: Office) -> None:
    application_id = office.draft({"in_zone": True})
    told = seen(office, application_id, APPLICANT).why_not[Command.SUBMIT]
    assert isinstance(told, BadInput)
    assert len(told.faults) == 6


def test_draft_is_judged_as_of_today_and_a_case_as_of_its_submission(office: Office) -> None:
    application_id = office.submit(office.draft())
    office.day = date(2030, 1, 1)
    assert seen(office, application_id).application.submitted_on == date(2026, 3, 1)


def test_instalments_with_figures_decisions_and_disbursements(office: Office) -> None:
    award = office.approved()
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 440)
    office.release(office.instalments(award)[0])
    disburse(office.engine, as_of=office.day, now=office.now, trigger="manual")
    first, second, _ = seen(office, award.application_id, FINANCE).instalments
    assert first.figure is not None
    assert isinstance(first.decision, YearDecision)
    assert (first.figure.value, first.decision.reason, first.disbursed_on) == ("440", "电网检修所致", office.day)
    assert (second.figure, second.decision, second.disbursed_on) == (None, None, None)


AFTER = ["recommend", "publish", "end_notice", "approve", "approve"]


def test_story_is_told_in_order(office: Office) -> None:
    award = office.approved()
    commands = [event.command for event in seen(office, award.application_id, APPLICANT).events]
    assert commands == ["start", "submit", "accept", "judge", "judge", "judge", "correct", *AFTER]


@pytest.mark.parametrize("actor", [STRANGER, ADMINISTRATOR, FINANCE])
def test_case_that_a_person_may_not_see_is_not_found(office: Office, actor: Actor) -> None:
    application_id = office.draft()
    with pytest.raises(NotFound):
        seen(office, application_id, actor)


def test_everybody_finds_what_he_may_see(office: Office) -> None:
    submitted, draft = office.submit(office.draft()), office.draft()
    other = office.submit(office.draft(actor=STRANGER), STRANGER)
    one, two, three = (office.application(it).number for it in (submitted, draft, other))
    assert numbers(office, APPLICANT) == [one, two]
    assert numbers(office, STRANGER) == [three]
    assert numbers(office, ADMINISTRATOR) == numbers(office, FINANCE) == [one, three]


def test_longest_waiting_comes_first(office: Office) -> None:
    later = office.draft()
    earlier = office.submit(office.draft())
    office.day = date(2026, 4, 1)
    office.submit(later)
    assert numbers(office, ADMINISTRATOR) == [office.application(it).number for it in (earlier, later)]


def test_search_by_status_scheme_and_text(office: Office) -> None:
    office.approved()
    office.submit(office.draft({"in_zone": True, "new_investment_yuan": 100}, "strategic-project"))
    assert numbers(office, ADMINISTRATOR, status=ApplicationStatus.APPROVED) == ["LG-2026-0001"]
    assert numbers(office, ADMINISTRATOR, scheme_id="strategic-project") == ["LG-2026-0002"]
    for text, found in (("甲储能", 2), ("91310115ma1k", 2), ("0002", 1), ("园区", 2), ("%", 0), ("_", 0), ("\x00", 2)):
        assert len(numbers(office, ADMINISTRATOR, text=text)) == found, text


def test_list_tells_the_award(office: Office) -> None:
    award = office.approved()
    with reading(office.engine) as session:
        (entry,) = search(session, ADMINISTRATOR)
    assert entry.award == award
    assert entry.organisation.name == "上海甲储能科技有限公司"
