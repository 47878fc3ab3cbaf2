import json
from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import func, select

from rules.faults import BadInput
from schedules.due import Standing, Status
from subsidy.database import reading, writing
from subsidy.errors import NotFound, Refused
from subsidy.finance.disburse import disburse
from subsidy.records import Award, OperatingFigure, YearDecision
from subsidy.workflow import view, years
from tests.support.office import ADMINISTRATOR, STORAGE, Office


@pytest.fixture
def award(office: Office) -> Award:
    """Commissioned on 10 March 2025 and approved on 1 March 2026: year 1 decides the instalment of 30 June 2026."""
    return office.approved()


def standings(office: Office, award: Award) -> list[tuple[Status, str | None]]:
    with reading(office.engine) as session:
        parts = view.case(session, ADMINISTRATOR, award.application_id, office.day).instalments
    return [(part.standing.status, part.standing.reason) for part in parts]


def pay(office: Office) -> int:
    return disburse(office.engine, as_of=office.day, now=office.now, trigger="manual").generated


def refusal(act: object, *given: object) -> str:
    with pytest.raises(Refused) as caught:
        act(*given)  # type: ignore[operator]
    assert caught.value.message("zh") != caught.value.message("en")
    return caught.value.code


def test_year_is_over_the_day_after_its_last(office: Office, award: Award) -> None:
    office.day = date(2026, 3, 9)
    assert refusal(office.figure, award, 1, 460) == "workflow.year_not_over"
    office.day = date(2026, 3, 10)
    office.figure(award, 1, 460)
    assert refusal(office.figure, award, 2, 460) == "workflow.year_not_over"


@pytest.mark.parametrize("year", [0, 4, -1, 10**30])
def test_year_that_no_instalment_waits_for_is_refused(office: Office, award: Award, year: int) -> None:
    assert refusal(office.figure, award, year, 460) == "workflow.year_not_tested"


@pytest.mark.parametrize(("cycles", "status"), [(449, Status.HELD), (450, Status.DUE), (451, Status.DUE)])
def test_figure_decides_on_the_threshold_of_the_policy(
    office: Office, award: Award, cycles: int, status: Status
) -> None:
    office.day = date(2026, 6, 30)
    assert standings(office, award)[0] == (Status.HELD, "awaiting_figure")
    office.figure(award, 1, cycles)
    assert standings(office, award)[0][0] is status


def test_figure_holds_or_frees_only_the_instalment_of_its_year(office: Office, award: Award) -> None:
    office.day = date(2027, 7, 1)
    office.figure(award, 2, 500)
    assert standings(office, award) == [
        (Status.HELD, "awaiting_figure"),
        (Status.DUE, None),
        (Status.PLANNED, "not_yet_due"),
    ]


def test_figure_needs_evidence_and_its_correction_a_reason(office: Office, award: Award) -> None:
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 460)
    with pytest.raises(BadInput) as caught, writing(office.engine) as session:
        years.record_figure(session, ADMINISTRATOR, office.now, office.day, award.id, 1, Decimal(1), " ")
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [
        ("/evidence", "workflow.evidence_missing"),
        ("/reason", "workflow.reason_missing"),
    ]
    office.figure(award, 1, 440, "表计倍率有误")
    with reading(office.engine) as session:
        (kept,) = session.exec(select(OperatingFigure)).all()
    assert (kept.value, kept.evidence, kept.recorded_by) == ("440", "检测报告第 1 号", "chen")
    entry = office.events(award.application_id)[-1]
    assert json.loads(entry.before_json or "")["figure"] == "460"
    assert json.loads(entry.after_json or "")["figure"] == "440"
    assert entry.reason == "表计倍率有误"


def test_year_that_falls_short_waits_for_a_decision(office: Office, award: Award) -> None:
    first, second, _ = office.instalments(award)
    assert refusal(office.release, first) == "workflow.figure_first"
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 449)
    assert standings(office, award)[0] == (Status.HELD, "year_falls_short")
    assert refusal(office.forfeit, second) == "workflow.figure_first"
    assert pay(office) == 0
    office.release(first)
    assert standings(office, award)[0] == (Status.DUE, None)
    assert refusal(office.forfeit, first) == "workflow.already_decided"
    assert pay(office) == 1
    assert refusal(office.forfeit, first) == "workflow.already_decided"
    assert standings(office, award)[0] == (Status.GENERATED, None)


def test_forfeited_instalment_is_never_paid(office: Office, award: Award) -> None:
    first = office.instalments(award)[0]
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 10)
    office.forfeit(first)
    assert standings(office, award)[0] == (Status.FORFEITED, None)
    assert refusal(office.release, first) == "workflow.already_decided"
    assert pay(office) == 0
    assert office.instalments(award)[0].forfeited_at == office.now


def test_year_that_meets_the_condition_leaves_nothing_to_decide(office: Office, award: Award) -> None:
    first = office.instalments(award)[0]
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 450)
    assert refusal(office.release, first) == "workflow.not_held"
    assert pay(office) == 1
    assert refusal(office.forfeit, first) == "workflow.already_generated"


@pytest.mark.parametrize("decide", ["release", "forfeit"])
def test_corrected_figure_voids_what_was_decided_on_the_former(office: Office, award: Award, decide: str) -> None:
    first = office.instalments(award)[0]
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 440)
    getattr(office, decide)(first)
    office.figure(award, 1, 10, "表计更换后复核")
    assert standings(office, award)[0] == (Status.HELD, "year_falls_short")
    entry = json.loads(office.events(award.application_id)[-1].before_json or "")
    assert (entry["instalment"], entry["decision"]) == (1, decide)


def test_corrected_evidence_alone_voids_nothing(office: Office, award: Award) -> None:
    first = office.instalments(award)[0]
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 440)
    office.release(first)
    office.figure(award, 1, 440, "报告编号笔误")
    assert standings(office, award)[0] == (Status.DUE, None)


def test_what_is_paid_stays_paid_when_its_figure_is_corrected(office: Office, award: Award) -> None:
    first = office.instalments(award)[0]
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 440)
    office.release(first)
    pay(office)
    office.figure(award, 1, 10, "表计更换后复核")
    assert standings(office, award)[0] == (Status.GENERATED, None)
    with reading(office.engine) as session:
        assert session.exec(select(func.count()).select_from(YearDecision)).one() == 1


def test_project_not_yet_a_year_old_is_not_tested_for_the_first_instalment(office: Office) -> None:
    day = date(2026, 1, 15)
    application_id = office.submit(office.draft({**STORAGE, "commissioned_on": day}))
    office.ready(application_id)
    office.correct(application_id, "commissioned_on", day)
    award = office.approve(application_id)
    assert [part.year_number for part in office.instalments(award)] == [None, 1, 2]
    office.day = date(2026, 6, 30)
    assert standings(office, award)[0] == (Status.DUE, None)


def test_unknown_award_or_instalment_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound), writing(office.engine) as session:
        years.record_figure(session, ADMINISTRATOR, office.now, office.day, "nothing", 1, Decimal(1), "报告")
    with pytest.raises(NotFound), writing(office.engine) as session:
        years.release(session, ADMINISTRATOR, office.now, "a\x00", "无")


def test_standing_names_the_figure_that_falls_short(office: Office, award: Award) -> None:
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 449)
    with reading(office.engine) as session:
        part = view.case(session, ADMINISTRATOR, award.application_id, office.day).instalments[0]
    assert part.standing == Standing(Status.HELD, "year_falls_short", {"figure": "449"})
