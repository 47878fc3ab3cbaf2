import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from rules.facts import Value
from rules.faults import BadInput
from subsidy.database import reading, writing
from subsidy.errors import NotFound, Stale
from subsidy.records import Application, ApplicationFact, Organisation
from subsidy.workflow import applications, door
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, STORAGE, STRANGER, Office

BAND: Mapping[str, Value] = {"in_zone": True, "new_investment_yuan": 1_000_000_00}


def faults(caught: pytest.ExceptionInfo[BadInput]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def declared(office: Office, application_id: str) -> dict[str, str | None]:
    with reading(office.engine) as session:
        rows = session.exec(select(ApplicationFact).where(col(ApplicationFact.application_id) == application_id))
        return {row.key: row.declared for row in rows}


def save(office: Office, application_id: str, facts: Mapping[str, Value], name: str = "临港园区用户侧储能项目") -> None:
    with office.version(application_id) as (session, version):
        applications.save(
            session, APPLICANT, office.now, application_id, project_name=name, facts=facts, version=version
        )


def test_numbers_are_counted_by_year(office: Office) -> None:
    numbers = [office.application(office.draft()).number for _ in range(3)]
    assert numbers == ["LG-2026-0001", "LG-2026-0002", "LG-2026-0003"]
    office.day = date(2027, 1, 1)
    assert office.application(office.draft()).number == "LG-2027-0001"


def test_number_after_9999_has_five_digits(office: Office) -> None:
    application_id = office.draft()
    for earlier, later in (("LG-2026-9999", "LG-2026-10000"), ("LG-2026-10000", "LG-2026-10001")):
        with writing(office.engine) as session:
            session.get_one(Application, application_id).number = earlier
        application_id = office.draft()
        assert office.application(application_id).number == later


@pytest.mark.postgres
def test_two_who_start_at_once_get_different_numbers(postgres_engine: Engine) -> None:
    office, together, made = Office(postgres_engine), Barrier(8), list[str]()

    def start() -> None:
        together.wait()
        for _ in range(5):
            made.append(office.draft())

    threads = [Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(office.application(one).number for one in made)
    assert numbers == [f"LG-2026-{number:04d}" for number in range(1, 41)]


def test_facts_are_kept_as_canonical_text(office: Office) -> None:
    application_id = office.draft({**STORAGE, "capacity_kwh": Decimal("12000.500"), "advanced_technology": False})
    kept = declared(office, application_id)
    assert kept["capacity_kwh"] == "12000.5"
    assert kept["commissioned_on"] == "2025-03-10"
    assert kept["in_zone"] == "true"
    assert kept["advanced_technology"] == "false"
    assert kept["project_side"] == "user"


def test_facts_of_other_schemes_are_left_out(office: Office) -> None:
    application_id = office.draft({**STORAGE, "contract_amount_yuan": 100})
    assert "contract_amount_yuan" not in declared(office, application_id)


def test_applicant_does_not_set_the_rate(office: Office) -> None:
    with pytest.raises(BadInput) as caught:
        office.draft({**BAND, "granted_rate": Decimal("0.2")}, "core-technology")
    assert faults(caught) == [("/facts/granted_rate", "workflow.reviewer_sets")]


@pytest.mark.parametrize(
    ("policy", "scheme", "expected"),
    [
        ("nowhere-2024", "user-side-storage", ("/policy", "unknown_policy")),
        ("lingang-2024", "gifts", ("/scheme", "unknown_scheme")),
    ],
)
def test_unknown_policy_or_scheme_and_no_name_are_told_together(
    office: Office, policy: str, scheme: str, expected: tuple[str, str]
) -> None:
    with writing(office.engine) as session, pytest.raises(BadInput) as caught:
        applications.start(
            session, APPLICANT, office.now, policy_id=policy, scheme_id=scheme, project_name=" \t", facts={}
        )
    assert faults(caught) == [("/project_name", "workflow.project_name_missing"), expected]


def test_text_that_no_database_keeps_is_tidied(office: Office) -> None:
    application_id = office.draft()
    save(office, application_id, STORAGE, "  一期\x00\ud800\n\t储能  项目 ")
    assert office.application(application_id).project_name == "一期 储能 项目"


def test_overlong_name_is_refused(office: Office) -> None:
    application_id = office.draft()
    with pytest.raises(BadInput) as caught:
        save(office, application_id, STORAGE, "长" * 201)
    assert faults(caught) == [("/project_name", "workflow.too_long")]
    assert office.application(application_id).version == 1


def test_saving_keeps_what_is_given_and_forgets_the_rest(office: Office) -> None:
    application_id = office.draft()
    less = {key: value for key, value in STORAGE.items() if key != "rated_power_kw"}
    save(office, application_id, {**less, "full_discharge_hours": Decimal(2)}, "二期")
    kept = declared(office, application_id)
    assert kept["rated_power_kw"] is None
    assert kept["full_discharge_hours"] == "2"
    entry = office.events(application_id)[-1]
    assert json.loads(entry.before_json or "") == {
        "project_name": "临港园区用户侧储能项目",
        "facts": {"rated_power_kw": "6000", "full_discharge_hours": None},
    }
    assert json.loads(entry.after_json or "") == {
        "project_name": "二期",
        "facts": {"rated_power_kw": None, "full_discharge_hours": "2"},
    }


def test_saving_the_same_again_leaves_no_entry(office: Office) -> None:
    application_id = office.draft()
    save(office, application_id, STORAGE)
    assert [entry.command for entry in office.events(application_id)] == ["start"]
    assert office.application(application_id).version == 1


def test_stale_form_changes_nothing(office: Office) -> None:
    application_id = office.draft()
    save(office, application_id, {**STORAGE, "capacity_kwh": Decimal(9000)})
    with pytest.raises(Stale), writing(office.engine) as session:
        applications.save(session, APPLICANT, office.now, application_id, project_name="旧", facts=STORAGE, version=1)
    assert declared(office, application_id)["capacity_kwh"] == "9000"
    assert office.application(application_id).project_name != "旧"


@pytest.mark.postgres
def test_of_two_who_save_at_once_one_is_stale(postgres_engine: Engine) -> None:
    office, together, outcomes = Office(postgres_engine), Barrier(2), list[str]()
    application_id = office.draft()

    def save_at_once(power: int) -> None:
        together.wait()
        try:
            with writing(office.engine) as session:
                facts = {**STORAGE, "rated_power_kw": Decimal(power)}
                applications.save(
                    session, APPLICANT, office.now, application_id, project_name="一期", facts=facts, version=1
                )
            outcomes.append("saved")
        except Stale:
            outcomes.append("stale")

    threads = [Thread(target=save_at_once, args=(power,)) for power in (5000, 5500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "stale"]
    assert len(office.events(application_id)) == 2


def test_submitting_names_every_missing_fact_at_once(office: Office) -> None:
    application_id = office.draft({"in_zone": True, "capacity_kwh": Decimal(12000)})
    with pytest.raises(BadInput) as caught:
        office.submit(application_id)
    assert faults(caught) == [
        ("/facts/new_build", "workflow.fact_missing"),
        ("/facts/project_side", "workflow.fact_missing"),
        ("/facts/commissioned_on", "workflow.fact_missing"),
        ("/facts/full_discharge_hours", "workflow.fact_or_missing"),
        ("/facts/cycles_per_year", "workflow.fact_missing"),
    ]
    either = caught.value.faults[3].message("zh")
    assert "放电" in either
    assert "功率" in either
    assert office.application(application_id).status == "draft"


def test_what_follows_from_a_missing_fact_is_not_asked_for_as_well(office: Office) -> None:
    application_id = office.draft({key: value for key, value in STORAGE.items() if key != "capacity_kwh"})
    with pytest.raises(BadInput) as caught:
        office.submit(application_id)
    assert faults(caught) == [("/facts/capacity_kwh", "workflow.fact_missing")]


def test_the_fact_that_the_award_is_computed_from_is_asked_for(office: Office) -> None:
    application_id = office.draft({"in_zone": True}, "core-technology")
    with pytest.raises(BadInput) as caught:
        office.submit(application_id)
    assert faults(caught) == [("/facts/new_investment_yuan", "workflow.fact_missing")]


def test_threshold_that_is_not_met_is_no_obstacle_to_submitting(office: Office) -> None:
    application_id = office.submit(office.draft({**STORAGE, "capacity_kwh": Decimal(999), "in_zone": False}))
    application = office.application(application_id)
    assert (application.status, application.submitted_on) == ("submitted", office.day)


def test_withdrawing_needs_a_reason(office: Office) -> None:
    application_id = office.submit(office.draft())
    with pytest.raises(BadInput) as caught, writing(office.engine) as session:
        applications.withdraw(session, APPLICANT, office.now, application_id, " \n\x00 ")
    assert faults(caught) == [("/reason", "workflow.reason_missing")]
    office.withdraw(application_id)
    assert office.events(application_id)[-1].reason == "项目终止"


@pytest.mark.parametrize("actor", [STRANGER, ADMINISTRATOR, FINANCE])
def test_nobody_else_finds_a_draft(office: Office, actor: object) -> None:
    application_id = office.draft()
    with reading(office.engine) as session, pytest.raises(NotFound):
        door.find(session, actor, application_id)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["", "nothing", "a\x00b", "é" * 16, "../..", "\ud800"])
def test_ids_that_are_none_are_not_found(office: Office, given: str) -> None:
    with pytest.raises(NotFound), writing(office.engine) as session:
        applications.withdraw(session, APPLICANT, office.now, given, "无")
    with reading(office.engine) as session, pytest.raises(NotFound):
        door.find(session, APPLICANT, given)


def test_organisation_is_the_applicants_own(office: Office) -> None:
    application_id = office.draft(actor=STRANGER)
    with reading(office.engine) as session:
        application = session.get_one(Application, application_id)
        assert session.get_one(Organisation, application.organisation_id).name == "上海乙新能源有限公司"


def test_value_of_a_wrong_kind_is_never_stored(office: Office) -> None:
    with pytest.raises(ValueError, match="in_zone"):
        office.draft({**STORAGE, "in_zone": "yes"})
