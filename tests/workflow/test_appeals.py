"""Going against a refusal, once and in time, before somebody who took no part; and closing what is settled."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from subsidy.database import reading
from subsidy.errors import Forbidden, Refused
from subsidy.finance.disburse import disburse
from subsidy.records import LetterKind, Trigger
from subsidy.workflow.recommendation import live
from subsidy.workflow.view import case
from tests.support.office import ADMINISTRATOR, APPLICANT, SECOND, THIRD, Office

FOURTH = replace(ADMINISTRATOR, id="luo", name="罗平")


@pytest.fixture
def refused(office: Office) -> str:
    """Recommended by the administrator, refused by the second."""
    office.employ(FOURTH)
    return office.refuse(office.ready(office.accepted()))


def letters(office: Office, application_id: str) -> list[tuple[str, str, bool]]:
    """Of each letter its kind, its standing and whether another took its place."""
    return [(str(one.kind), str(one.standing), one.superseded_by is not None) for one in office.letters(application_id)]


def test_an_appeal_is_in_time_until_the_last_day(office: Office, refused: str) -> None:
    office.day += timedelta(days=60)
    with reading(office.engine) as session:
        assert case(session, APPLICANT, refused, office.day).appeal_until == office.day
    office.day += timedelta(days=1)
    with pytest.raises(Refused) as caught:
        office.appeal(refused)
    assert (caught.value.code, str(office.day - timedelta(days=1)) in caught.value.message("zh")) == (
        "workflow.appeal_over",
        True,
    )
    office.day -= timedelta(days=1)
    office.appeal(refused)
    it = office.application(refused)
    assert (it.status, it.status_since) == ("appealed", office.day)
    assert it.due_on is not None
    assert it.due_on > office.day


@pytest.mark.parametrize("part", ["recommended", "refused"])
@pytest.mark.parametrize("way", ["uphold", "reopen"])
def test_who_took_part_does_not_decide_on_the_appeal(office: Office, refused: str, part: str, way: str) -> None:
    actor = {"recommended": ADMINISTRATOR, "refused": SECOND}[part]
    office.appeal(refused)
    before = office.application(refused), office.events(refused), office.letters(refused)
    with pytest.raises(Forbidden) as caught:
        getattr(office, way)(refused, actor)
    assert caught.value.code == "workflow.took_part"
    assert (office.application(refused), office.events(refused), office.letters(refused)) == before


def test_who_took_part_did_so_whichever_account_he_uses(office: Office) -> None:
    again = office.moved(SECOND)
    it = office.appeal(office.decide_against(office.recommend(office.accepted(), "refuse"), again))
    for actor in (again, office.moved(ADMINISTRATOR)):
        with pytest.raises(Forbidden) as caught:
            office.uphold(it, actor)
        assert caught.value.code == "workflow.took_part"


def test_who_signed_for_the_award_that_was_then_refused_took_part(office: Office) -> None:
    office.employ(FOURTH)
    it = office.before_decision(office.ready(office.accepted()))
    office.sign(it, THIRD)
    office.appeal(office.decide_against(it))
    with pytest.raises(Forbidden):
        office.reopen(it, THIRD)
    assert office.application(office.reopen(it, FOURTH)).status == "accepted"


def test_a_refusal_that_is_upheld_stands_with_a_letter_and_is_not_appealed_again(office: Office, refused: str) -> None:
    office.day += timedelta(days=10)
    office.uphold(office.appeal(refused))
    it = office.application(refused)
    assert (it.status, it.decided_on, it.decision_reason) == ("refused", office.day, "原决定无误")
    assert letters(office, refused) == [("refusal", "superseded", True), ("refusal", "valid", False)]
    with pytest.raises(Refused) as caught:
        office.appeal(refused)
    assert caught.value.code == "workflow.appealed_already"


def test_a_case_that_is_reopened_is_recommended_and_decided_anew(office: Office, refused: str) -> None:
    office.reopen(office.appeal(refused))
    it = office.application(refused)
    assert (it.status, it.decided_on, it.decision_reason) == ("accepted", None, None)
    assert letters(office, refused) == [("refusal", "superseded", False)]
    with reading(office.engine) as session:
        assert live(session, it) is None
    office.approve(refused)
    assert office.application(refused).status == "approved"
    assert letters(office, refused) == [("award", "valid", False), ("refusal", "superseded", True)]


def test_a_second_refusal_can_be_appealed_against_as_the_first(office: Office, refused: str) -> None:
    office.reopen(office.appeal(refused))
    office.refuse(refused)
    assert letters(office, refused) == [("refusal", "superseded", True), ("refusal", "valid", False)]
    assert office.application(office.appeal(refused)).status == "appealed"
    assert {letter.kind for letter in office.letters(refused)} == {LetterKind.REFUSAL}


def test_a_case_is_closed_when_nothing_is_left_to_pay(office: Office) -> None:
    award = office.approved()
    office.day = date(2028, 9, 1)
    *early, last = office.instalments(award)
    for instalment in early:
        office.figure(award, instalment.year_number or 0, 100)
        office.forfeit(instalment)
    office.figure(award, last.year_number or 0, 480)
    with pytest.raises(Refused) as caught:
        office.close(award.application_id)
    assert caught.value.code == "workflow.not_settled"
    disburse(office.engine, as_of=office.day, now=office.now, trigger=Trigger.MANUAL)
    assert office.application(office.close(award.application_id)).status == "closed"
    with pytest.raises(Refused) as caught:
        office.figure(award, 1, 500, "更正")
    assert caught.value.code == "workflow.is_closed"
