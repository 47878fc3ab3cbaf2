from datetime import date
from decimal import Decimal

import pytest

from rules.money import Fen
from schedules.due import Status
from subsidy.database import reading
from subsidy.finance.disburse import disburse
from subsidy.finance.schedule import PayoutSchedule, Total, payout_schedule, years
from tests.support.office import APPLICANT, STORAGE, STRANGER, Office

INVESTMENT = {"in_zone": True, "new_investment_yuan": 100_000_00}


@pytest.fixture
def office(office: Office) -> Office:
    """Two awards: storage in three instalments (1: paid, 2 and 3: to come), and an investment paid at once, to two payees."""
    storage = office.approved()
    invested = office.submit(office.draft(INVESTMENT, "strategic-project", STRANGER), STRANGER)
    office.judge(invested, "strategic_project")
    office.approve(invested)
    office.day = date(2026, 7, 1)
    office.figure(storage, 1, 460)
    disburse(office.engine, as_of=office.day, now=office.now, trigger="manual")
    return office


def schedule(office: Office, **wanted: object) -> PayoutSchedule:
    with reading(office.engine) as session:
        return payout_schedule(session, as_of=office.day, **wanted)  # type: ignore[arg-type]


def total(count: int, amount: int) -> Total:
    return Total(count, Fen(amount))


def brief(told: PayoutSchedule) -> list[tuple[str, int, str]]:
    return [(row.application_number, row.instalment_number, row.status) for row in told.rows]


def test_row_tells_all_that_finance_asks(office: Office) -> None:
    row = schedule(office).rows[0]
    assert (row.application_number, row.project_name, row.payee, row.credit_code) == (
        "LG-2026-0001",
        "临港园区用户侧储能项目",
        "上海甲储能科技有限公司",
        "91310115MA1K35XK0N",
    )
    assert (row.policy_id, row.scheme_id, row.clause) == ("lingang-2024", "user-side-storage", "A")
    assert row.scheme_label.zh == "用户侧储能项目奖励"
    assert (row.instalment_number, row.of, row.award_amount, row.amount) == (1, 3, 240000000, 80000000)
    assert (row.due_on, row.year, row.provisional) == (date(2026, 6, 30), 2026, False)
    assert (row.status, row.reason, row.disbursed_on) == (Status.GENERATED, None, date(2026, 7, 1))


def test_rows_come_by_due_date_and_number(office: Office) -> None:
    assert brief(schedule(office)) == [
        ("LG-2026-0001", 1, "generated"),
        ("LG-2026-0002", 1, "generated"),
        ("LG-2026-0001", 2, "planned"),
        ("LG-2026-0001", 3, "planned"),
    ]


def test_totals_by_status_by_year_and_overall(office: Office) -> None:
    totals = schedule(office).totals
    assert totals.overall == total(4, 241000000)
    assert totals.by_status[Status.GENERATED] == total(2, 81000000)
    assert totals.by_status[Status.PLANNED] == total(2, 160000000)
    assert totals.by_status[Status.HELD] == total(0, 0)
    assert list(totals.by_year) == [2026, 2027, 2028]
    assert totals.by_year[2028][Status.PLANNED] == total(1, 80000000)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"year": 2027}, [("LG-2026-0001", 2)]),
        ({"year": 2025}, []),
        ({"year": 0}, []),
        ({"year": 10**9}, []),
        ({"scheme": "strategic-project"}, [("LG-2026-0002", 1)]),
        ({"scheme": "no\x00thing"}, []),
        ({"status": Status.PLANNED}, [("LG-2026-0001", 2), ("LG-2026-0001", 3)]),
        ({"status": Status.HELD}, []),
        ({"payee": "乙新能源"}, [("LG-2026-0002", 1)]),
        ({"payee": " 91310000ma1fl70b67 "}, [("LG-2026-0002", 1)]),
        ({"payee": "%"}, []),
        ({"payee": " ", "year": 2028}, [("LG-2026-0001", 3)]),
        ({"year": 2026, "scheme": "user-side-storage", "status": Status.GENERATED}, [("LG-2026-0001", 1)]),
    ],
)
def test_filters(office: Office, wanted: dict[str, object], found: list[tuple[str, int]]) -> None:
    told = schedule(office, **wanted)
    assert [(number, part) for number, part, _ in brief(told)] == found
    assert told.totals.overall.count == len(found)


def test_held_and_forfeited_are_told_with_their_reason(office: Office) -> None:
    award = office.approved()
    first = office.instalments(award)[0]
    office.day = date(2027, 8, 1)
    office.figure(award, 2, 449)
    held = schedule(office, status=Status.HELD).rows
    assert [(row.application_number, row.instalment_number, row.reason) for row in held] == [
        ("LG-2026-0001", 2, "awaiting_figure"),
        ("LG-2026-0003", 1, "year_falls_short"),
    ]
    office.forfeit(first)
    forfeited = schedule(office, status=Status.FORFEITED).rows
    assert [(row.application_number, row.reason, row.amount) for row in forfeited] == [
        ("LG-2026-0003", None, first.amount_fen)
    ]


def test_day_to_come_shows_what_will_be_due_then(office: Office) -> None:
    office.day = date(2030, 1, 1)
    assert [status for _, _, status in brief(schedule(office))] == ["generated", "generated", "held", "held"]


def test_years_run_from_the_first_to_the_last_without_gaps(office: Office) -> None:
    with reading(office.engine) as session:
        assert years(session) == [2026, 2027, 2028]


def test_empty_office_has_an_empty_schedule(engine: object) -> None:
    office = Office(engine)  # type: ignore[arg-type]
    assert schedule(office).rows == []
    assert schedule(office).totals.overall == total(0, 0)
    with reading(office.engine) as session:
        assert years(session) == []


def test_drafts_and_refused_are_not_on_it(office: Office) -> None:
    before = len(schedule(office).rows)
    office.draft({**STORAGE, "capacity_kwh": Decimal(5000)}, actor=APPLICANT)
    office.refuse(office.submit(office.draft()))
    assert len(schedule(office).rows) == before
