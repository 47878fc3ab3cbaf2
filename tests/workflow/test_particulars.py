"""Particulars of a project, other public support, and what lays claim to the same project."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from rules.faults import BadInput
from subsidy.database import reading
from subsidy.errors import Refused, Stale
from subsidy.records import Award
from subsidy.workflow import particulars
from subsidy.workflow.actor import Actor
from subsidy.workflow.particulars import Match, Stated, Support
from subsidy.workflow.view import case
from tests.support.office import ADMINISTRATOR, APPLICANT, SECOND, STORAGE, STRANGER, THIRD, Office

WHOLE: dict[str, Any] = {
    "site": "临港新片区飞渡路 66 号",
    "filing": "2404-310115-04-01-123456",
    "meters": ("0310 0001", "0310 0002"),
    "serials": ("PCS-O01",),
    "other_support": (Support("上海市新型储能补贴", 1_200_000_00, 2025),),
}


def read(office: Office, application_id: str) -> Stated:
    with reading(office.engine) as session:
        return particulars.read(session, application_id)


def found(office: Office, application_id: str, actor: Actor = ADMINISTRATOR) -> list[Match]:
    with reading(office.engine) as session:
        return list(case(session, actor, application_id, office.day).duplicates)


def shared(office: Office, application_id: str, actor: Actor = ADMINISTRATOR) -> list[tuple[str, bool, str]]:
    return [(each.kind, each.exact, each.application.id) for each in found(office, application_id, actor)]


def other(office: Office, **stated: Any) -> str:
    """An application of the other enterprise, handed in."""
    return office.submit(office.describe(office.draft(actor=STRANGER), STRANGER, **stated), STRANGER)


def test_what_is_stated_is_kept_with_one_entry(office: Office) -> None:
    application_id = office.describe(office.draft(), **WHOLE)
    assert read(office, application_id) == Stated(**WHOLE)
    entry = office.events(application_id)[-1]
    assert (entry.command, entry.actor_id) == ("describe", "li")
    assert json.loads(str(entry.after_json)) == {
        "site": "临港新片区飞渡路 66 号",
        "filing": "2404-310115-04-01-123456",
        "meters": "0310 0001、0310 0002",
        "serials": "PCS-O01",
        "other_support": [["上海市新型储能补贴", "1200000.00", "2025"]],
    }
    entries = office.events(application_id)
    office.describe(application_id, **WHOLE)
    assert office.events(application_id) == entries
    office.describe(application_id, **{**WHOLE, "serials": (), "other_support": ()})
    assert json.loads(str(office.events(application_id)[-1].after_json)) == {"serials": None, "other_support": []}
    assert read(office, application_id) == Stated(**{**WHOLE, "serials": (), "other_support": ()})


def test_unanswered_is_not_none(office: Office) -> None:
    application_id = office.draft()
    assert particulars.unanswered(read(office, application_id)) == [
        "site", "filing", "meters", "serials", "other_support"
    ]  # fmt: skip
    office.describe(application_id, other_support=())
    assert particulars.unanswered(read(office, application_id)) == ["site", "filing", "meters", "serials"]
    office.describe(application_id)
    assert read(office, application_id).other_support is None
    office.submit(application_id)


@pytest.mark.parametrize(
    ("stated", "pointer", "code"),
    [
        ({"site": "--"}, "/site", "no_sign"),
        ({"filing": "1" * 65}, "/filing", "too_long"),
        ({"meters": ("0310-1", "０３１０１")}, "/meters", "twice"),
        ({"serials": tuple(map(str, range(51)))}, "/serials", "too_many"),
        ({"other_support": (Support(" ", 1, 2025),)}, "/other_support/0/programme", "programme_missing"),
        ({"other_support": (Support("x" * 201, 1, 2025),)}, "/other_support/0/programme", "too_long"),
        ({"other_support": (Support("x", 1, 1999),)}, "/other_support/0/year", "year_wrong"),
        ({"other_support": (Support("x", 1, 2025),) * 21}, "/other_support", "too_many"),
    ],
)
def test_faults_are_told(office: Office, stated: dict[str, Any], pointer: str, code: str) -> None:
    application_id = office.draft()
    with pytest.raises(BadInput) as refused:
        office.describe(application_id, **stated)
    assert [(each.pointer, each.code) for each in refused.value.faults] == [(pointer, f"particulars.{code}")]
    assert refused.value.faults[0].message("zh") != refused.value.faults[0].message("en")
    assert read(office, application_id) == Stated()


def test_a_stale_form_overwrites_nothing(office: Office) -> None:
    application_id = office.draft()
    office.describe(application_id, site="飞渡路 66 号")
    with office.version(application_id) as (session, version), pytest.raises(Stale):
        particulars.describe(session, APPLICANT, office.now, application_id, Stated(), version - 1)
    assert read(office, application_id).site == "飞渡路 66 号"


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ({"site": "飞渡路 66 号"}, {"site": "飞渡路６６号"}, [("site", True)]),
        ({"filing": "2404-01"}, {"filing": "240401"}, [("filing", True)]),
        ({"meters": ("A", "B")}, {"meters": ("b", "c")}, [("meter", True)]),
        ({"serials": ("PCS-O01",)}, {"serials": ("pcs 001",)}, [("serial", False)]),
        ({"meters": ("1l0",)}, {"meters": ("Iio",)}, [("meter", False)]),
        ({"site": "O号"}, {"site": "0号"}, []),
        ({"meters": ("7",)}, {"serials": ("7",)}, []),
        ({}, {}, []),
    ],
)
def test_what_is_shared_is_found_from_both_sides(
    office: Office, mine: dict[str, Any], theirs: dict[str, Any], expected: list[tuple[str, bool]]
) -> None:
    one, two = office.submit(office.describe(office.draft(), **mine)), other(office, **theirs)
    assert shared(office, one) == [(*each, two) for each in expected]
    assert shared(office, two) == [(*each, one) for each in expected]
    with reading(office.engine) as session:
        assert particulars.doubled(session, [one, two]) == ({one, two} if expected else set())


def test_only_what_is_live_counts(office: Office) -> None:
    one = office.submit(office.describe(office.draft(), **WHOLE))
    drafted = office.describe(office.draft(actor=STRANGER), STRANGER, **WHOLE)
    refused = office.refuse(other(office, **WHOLE))
    assert found(office, one) == []
    office.submit(drafted, STRANGER)
    assert {each.application.id for each in found(office, one)} == {drafted}
    assert refused not in {each.application.id for each in found(office, one)}
    office.withdraw(one)
    assert found(office, drafted) == []


def test_an_award_counts(office: Office) -> None:
    award = office.approve(office.ready(office.submit(office.describe(office.draft(), **WHOLE))))
    two = other(office, site=WHOLE["site"])
    assert shared(office, two) == [("site", True, award.application_id)]


def test_the_office_is_told_of_the_same_credit_code(office: Office) -> None:
    one, two = office.submit(office.draft()), office.submit(office.draft())
    assert shared(office, one) == [("credit_code", True, two)]
    assert shared(office, one, APPLICANT) == []


def test_an_applicant_is_told_of_his_own_cases_alone(office: Office) -> None:
    one, draft = office.describe(office.draft(), **WHOLE), office.describe(office.draft(), site=WHOLE["site"])
    other(office, **WHOLE)
    assert shared(office, one, APPLICANT) == [("site", True, draft)]


def awards(office: Office) -> list[str]:
    with reading(office.engine) as session:
        return list(session.exec(select(Award.application_id).order_by(col(Award.id))))


def test_a_project_is_granted_one_award_under_a_scheme(office: Office) -> None:
    first = office.ready(office.submit(office.describe(office.draft(), **WHOLE)))
    again = office.ready(other(office, filing="２４０４ 310115 04 01 123456"))
    elsewhere = office.ready(other(office, filing="2404-310115-04-01-123457", meters=WHOLE["meters"]))
    office.approve(first)
    with pytest.raises(Refused) as refused:
        office.approve(again)
    assert refused.value.code == "particulars.awarded_already"
    assert office.application(first).number in refused.value.message("zh")
    with reading(office.engine) as session:
        told = case(session, ADMINISTRATOR, again, office.day).obstacle
    assert isinstance(told, Refused)
    assert told.code == "particulars.awarded_already"
    office.approve(elsewhere)
    assert set(awards(office)) == {first, elsewhere}


def test_the_database_holds_one_award_for_a_project(office: Office) -> None:
    first = office.approve(office.ready(office.submit(office.describe(office.draft(), filing="1"))))
    second = office.approve(office.ready(other(office, filing="2")))
    again = update(Award).where(col(Award.id) == second.id).values(project_key=first.project_key)
    with pytest.raises(IntegrityError), office.engine.begin() as connection:
        connection.execute(again)


def test_without_a_filing_the_meters_tell_the_project(office: Office) -> None:
    first = office.ready(office.submit(office.describe(office.draft(), meters=("A1", "B2"))))
    again = office.ready(other(office, meters=("b-2", "a-1")))
    office.approve(first)
    with pytest.raises(Refused):
        office.approve(again)
    office.approve(office.ready(office.submit(office.draft())))
    office.approve(office.ready(office.submit(office.draft())))
    assert len(awards(office)) == 3


def test_another_scheme_may_grant_the_same_project_something(office: Office) -> None:
    office.approve(office.ready(office.submit(office.describe(office.draft(STORAGE), filing="1"))))
    facts: dict[str, Any] = {"in_zone": True, "first_unit_level": "first_unit", "contract_amount_yuan": 100_00}
    unit = office.accept(office.submit(office.describe(office.draft(facts, "first-unit"), filing="1")))
    office.set_rate(unit, "0.1")
    assert office.approve(unit).project_key == "lingang-2024/first-unit/filing/1"


@pytest.mark.postgres
@pytest.mark.parametrize("repetition", range(10))
def test_of_two_approvals_at_once_one_stands_and_the_other_is_told_its_number(
    postgres_engine: Engine, repetition: int
) -> None:
    office = Office(postgres_engine)
    cases = [
        office.ready(office.submit(office.describe(office.draft(), **WHOLE))),
        office.ready(other(office, filing=WHOLE["filing"])),
    ]
    for waiting in cases:
        office.sign(office.before_decision(waiting), SECOND)
    together = Barrier(2)

    def approve(application_id: str) -> str:
        together.wait()
        try:
            office.sign(application_id, THIRD)
        except Refused as refusal:
            return refusal.params["number"]
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(cases, pool.map(approve, cases), strict=True))
    (winner,) = awards(office)
    (loser,) = set(cases) - {winner}
    assert answers == {winner: "approved", loser: office.application(winner).number}
    assert office.application(loser).status == "decision"
