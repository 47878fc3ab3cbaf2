import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, func
from sqlmodel import select

from rules import receipt
from rules.facts import Value
from rules.faults import BadInput
from rules.load import packs
from schedules.calendar import china
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, Refused, Stale
from subsidy.records import ApplicationFact, Award, Event, Instalment, PolicyText, Receipt
from subsidy.workflow import recommendation
from subsidy.workflow.sheet import open_sheet
from tests.support.office import ADMINISTRATOR, JUDGED, SECOND, STORAGE, THIRD, Office

BAND: Mapping[str, Value] = {"in_zone": True, "new_investment_yuan": 1_000_000_00}


def obstacle(office: Office, application_id: str) -> Refused:
    with pytest.raises(Refused) as caught:
        office.approve(application_id)
    return caught.value


def test_only_the_administrators_word_counts_on_what_a_person_decides(office: Office) -> None:
    application_id = office.submit(office.draft({**STORAGE, **dict.fromkeys(JUDGED, True)}))
    office.correct(application_id, "commissioned_on", STORAGE["commissioned_on"])
    refusal = obstacle(office, application_id)
    assert refusal.code == "workflow.not_judged"
    for label in ("技术先进性", "产业带动性", "典型应用场景"):
        assert label in refusal.message("zh")


def test_verified_wins_over_declared_and_both_are_kept(office: Office) -> None:
    application_id = office.submit(office.draft({**STORAGE, "advanced_technology": True}))
    office.correct(application_id, "capacity_kwh", Decimal(10000))
    with reading(office.engine) as session:
        sheet = open_sheet(session, office.application(application_id))
    assert (sheet.declared["capacity_kwh"], sheet.effective["capacity_kwh"]) == (12000, 10000)
    assert sheet.effective["rated_power_kw"] == 6000
    assert "advanced_technology" in sheet.declared
    assert "advanced_technology" not in sheet.effective


def test_each_step_is_told_with_the_value_before_and_after(office: Office) -> None:
    application_id = office.submit(office.draft())
    office.judge(application_id, "drives_industry", True)
    office.judge(application_id, "drives_industry", False)
    office.judge(application_id, "drives_industry", None)
    steps = [
        (
            json.loads(one.before_json or "")["facts"],
            json.loads(one.after_json or "")["facts"],
            one.reason,
            one.actor_id,
        )
        for one in office.events(application_id)[-3:]
    ]
    assert steps == [
        ({"drives_industry": before}, {"drives_industry": after}, "专家评审意见", "chen")
        for before, after in ((None, "true"), ("true", "false"), ("false", None))
    ]


@pytest.mark.parametrize(
    ("command", "key"),
    [
        ("judge", "capacity_kwh"),
        ("judge", "strategic_project"),
        ("judge", "nothing"),
        ("correct", "drives_industry"),
        ("correct", "contract_amount_yuan"),
        ("correct", "granted_rate"),
        ("correct", ""),
    ],
)
def test_a_fact_that_is_not_for_this_command_is_refused(office: Office, command: str, key: str) -> None:
    application_id = office.accepted()
    with pytest.raises(BadInput) as caught:
        getattr(office, command)(application_id, key, True)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [("/key", f"workflow.not_to_{command}")]
    assert office.application(application_id).version == 3


@pytest.mark.parametrize(
    ("scheme", "rate", "code"),
    [
        ("core-technology", "0.099999", "workflow.rate_between"),
        ("core-technology", "0.1", None),
        ("core-technology", "0.3", None),
        ("core-technology", "0.300001", "workflow.rate_between"),
        ("first-unit", "0", "workflow.rate_up_to"),
        ("first-unit", "0.000001", None),
        ("first-unit", "0.2", None),
        ("first-unit", "0.200001", "workflow.rate_up_to"),
        ("domestic-first-unit", "0.1", None),
        ("domestic-first-unit", "0.100001", "workflow.rate_up_to"),
    ],
)
def test_rate_lies_inside_the_printed_range(office: Office, scheme: str, rate: str, code: str | None) -> None:
    facts: Mapping[str, Value] = {
        "in_zone": True,
        "new_investment_yuan": 100_00,
        "contract_amount_yuan": 100_00,
        "first_unit_level": "first_unit",
    }
    application_id = office.submit(office.draft(facts, scheme))
    if code is None:
        office.set_rate(application_id, rate)
        with reading(office.engine) as session:
            assert session.get_one(ApplicationFact, (application_id, "granted_rate")).verified == rate
        return
    with pytest.raises(BadInput) as caught:
        office.set_rate(application_id, rate)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [("/facts/granted_rate", code)]


def test_obstacles_are_told_one_after_the_other(office: Office) -> None:
    facts = {**STORAGE, "capacity_kwh": Decimal(900), "rated_power_kw": Decimal(450), "cycles_per_year": Decimal(449)}
    application_id = office.submit(office.draft(facts))
    office.judge(application_id, "drives_industry", False)
    refusal = obstacle(office, application_id)
    assert refusal.code == "workflow.not_met"
    assert refusal.message("zh").count("、") == 1
    office.correct(application_id, "capacity_kwh", Decimal(12000))
    office.correct(application_id, "cycles_per_year", Decimal(450))
    assert obstacle(office, application_id).code == "workflow.judged_not_met"
    office.judge(application_id, "drives_industry", True)
    assert obstacle(office, application_id).code == "workflow.not_judged"
    office.judge(application_id, "advanced_technology")
    office.judge(application_id, "typical_scenario")
    assert obstacle(office, application_id).code == "workflow.commissioning_unverified"
    office.correct(application_id, "commissioned_on", office.day + timedelta(days=1))
    assert obstacle(office, application_id).code == "workflow.not_commissioned"
    office.correct(application_id, "commissioned_on", office.day)
    assert office.approve(application_id).amount_fen == 2_400_000_00


def test_rate_must_be_set_and_amount_to_something(office: Office) -> None:
    application_id = office.submit(office.draft({**BAND, "new_investment_yuan": 1}, "core-technology"))
    office.judge(application_id, "core_technology")
    assert obstacle(office, application_id).code == "workflow.rate_not_set"
    office.set_rate(application_id, "0.3")
    assert obstacle(office, application_id).code == "workflow.nothing_to_grant"


def test_approval_writes_award_receipt_text_and_instalments(office: Office) -> None:
    facts = {**STORAGE, "capacity_kwh": Decimal(25001), "rated_power_kw": Decimal(12000)}
    award = office.approved(facts)
    with reading(office.engine) as session:
        text, kept = session.get_one(PolicyText, award.policy_digest), session.get_one(Receipt, award.receipt_digest)
    policy = packs()["lingang-2024"]
    assert (text.digest, text.content, text.version) == (policy.digest, policy.content, policy.version)
    assert receipt.digest(kept.content) == kept.digest
    assert receipt.replay(kept.content, text.content) == kept.content
    told = json.loads(kept.content)
    assert told["facts"]["advanced_technology"] == "true"
    assert (told["award"]["amount"], told["award"]["capped"]) == ("5000000.00", True)
    assert (award.amount_fen, award.commissioned_on, award.approved_by) == (5_000_000_00, date(2025, 3, 10), "tang")
    parts = office.instalments(award)
    assert [part.amount_fen for part in parts] == [1_666_666_66, 1_666_666_67, 1_666_666_67]
    assert [part.due_on for part in parts] == [date(2026, 6, 30), date(2027, 6, 30), date(2028, 6, 30)]
    assert [part.year_number for part in parts] == [1, 2, 3]
    assert (parts[1].year_start, parts[1].year_end) == (date(2026, 3, 10), date(2027, 3, 9))
    application = office.application(award.application_id)
    assert (application.status, application.decided_on, application.decision_reason) == (
        "approved",
        office.day,
        "符合条件",
    )
    entry = office.events(application.id)[-1]
    assert json.loads(entry.after_json or "")["receipt_digest"] == award.receipt_digest


def test_day_of_submission_selects_the_rule(office: Office) -> None:
    application_id = office.submit(office.draft())
    submitted = office.day
    office.day = date(2026, 9, 1)
    award = office.approve(office.ready(application_id))
    with reading(office.engine) as session:
        kept = session.get_one(Receipt, award.receipt_digest)
    assert json.loads(kept.content)["on"] == submitted.isoformat()
    assert office.instalments(award)[0].due_on.year == 2027


def test_schemes_without_operating_years_pay_once(office: Office) -> None:
    application_id = office.submit(office.draft(BAND, "core-technology"))
    office.judge(application_id, "core_technology")
    office.set_rate(application_id, "0.25")
    award = office.approve(application_id)
    (only,) = office.instalments(award)
    assert (award.amount_fen, award.commissioned_on) == (250_000_00, None)
    assert (only.amount_fen, only.year_number, only.year_start, only.year_end) == (250_000_00, None, None, None)


def test_two_applications_alike_share_text_and_receipt(office: Office) -> None:
    first, second = office.approved(), office.approved()
    assert first.receipt_digest == second.receipt_digest
    with reading(office.engine) as session:
        assert session.exec(select(func.count()).select_from(Receipt)).one() == 1


class Broken(Exception):
    """Stands for whatever can go wrong in the middle of a step."""


@contextmanager
def breaking_at(engine: Engine, statement: int) -> Iterator[list[str]]:
    """Lets so many statements through, then breaks; gives the statements seen."""
    seen: list[str] = []

    def watch(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if len(seen) == statement:
            raise Broken
        seen.append(text)

    event.listen(engine, "before_cursor_execute", watch)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", watch)


def rows(office: Office) -> list[object]:
    with reading(office.engine) as session:
        counts = [
            session.exec(select(func.count()).select_from(table)).one()
            for table in (Award, Instalment, Receipt, PolicyText, Event)
        ]
        return [*counts, office.application(office.submitted).model_dump()]


def test_approval_that_breaks_anywhere_leaves_nothing(office: Office) -> None:
    office.submitted = office.before_decision(office.ready(office.accepted()))
    office.sign(office.submitted, SECOND)
    before, version = rows(office), office.application(office.submitted).version

    def approve() -> None:
        with writing(office.engine) as session:
            recommendation.approve(
                session, THIRD, office.now, office.day, office.submitted, version, "符合条件", china()
            )

    def approve_and_break() -> None:
        with writing(office.engine) as session:
            recommendation.approve(
                session, THIRD, office.now, office.day, office.submitted, version, "符合条件", china()
            )
            raise Broken

    with breaking_at(office.engine, -1) as whole, pytest.raises(Broken):
        approve_and_break()
    assert rows(office) == before
    writes = [number for number, text in enumerate(whole) if text.startswith(("INSERT", "UPDATE"))]
    assert len(writes) >= 6
    for statement in range(len(whole)):
        with breaking_at(office.engine, statement), pytest.raises(Broken):
            approve()
        assert rows(office) == before, whole[statement]
    approve()
    assert office.application(office.submitted).status == "approved"


def test_refusing_needs_a_reason_and_keeps_it(office: Office) -> None:
    application_id = office.recommend(office.accepted(), "refuse")
    for actor, reason, expected in ((SECOND, "", BadInput), (ADMINISTRATOR, "不符合", Forbidden)):
        with pytest.raises(expected), office.version(application_id) as (session, version):
            recommendation.refuse(session, actor, office.now, office.day, application_id, version, reason)
    with office.version(application_id) as (session, version):
        recommendation.refuse(session, SECOND, office.now, office.day, application_id, version, "不属于储能项目")
    application = office.application(application_id)
    assert (application.status, application.decision_reason, application.decided_on) == (
        "refused",
        "不属于储能项目",
        office.day,
    )


def test_an_approval_of_what_has_changed_since_is_stale(office: Office) -> None:
    application_id = office.before_decision(office.ready(office.accepted()))
    seen = office.application(application_id).version
    office.sign(application_id, SECOND)
    with pytest.raises(Stale), writing(office.engine) as session:
        recommendation.approve(session, THIRD, office.now, office.day, application_id, seen, "符合条件", china())
    assert office.application(application_id).status == "decision"
