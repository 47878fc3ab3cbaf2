from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.money import Fen
from rules.terms import Release, Round, Terms
from schedules.calendar import china
from schedules.instalments import OperatingYear, PlannedInstalment, operating_year, plan, year_tested

THREE = (1, 1, 1)
JUNE = Round(month=6, day=30)


def release(from_number: int = 2, earlier: Literal["if_ended", "never"] = "if_ended") -> Release:
    return Release(
        condition="cycles", from_number=from_number, period="operating_year", earlier=earlier, starts="commissioned_on"
    )


def terms(weights: tuple[int, ...] = THREE, on: Round = JUNE, release: Release | None = None) -> Terms:
    return Terms(weights=weights, round=on, release=release, clause="A")


EQUAL = terms()


def planned(approved_on: str, terms: Terms = EQUAL, amount: int = 500_000_000) -> tuple[PlannedInstalment, ...]:
    return plan(Fen(amount), terms, date.fromisoformat(approved_on), china())


@pytest.mark.parametrize(
    ("approved_on", "nominal", "due"),
    [
        ("2026-06-29", ["2026-06-30", "2027-06-30", "2028-06-30"], ["2026-06-30", "2027-06-30", "2028-06-30"]),
        ("2026-06-30", ["2026-06-30", "2027-06-30", "2028-06-30"], ["2026-06-30", "2027-06-30", "2028-06-30"]),
        ("2026-07-01", ["2027-06-30", "2028-06-30", "2029-06-30"], ["2027-06-30", "2028-06-30", "2029-07-02"]),
        ("2026-12-31", ["2027-06-30", "2028-06-30", "2029-06-30"], ["2027-06-30", "2028-06-30", "2029-07-02"]),
        ("2024-01-01", ["2024-06-30", "2025-06-30", "2026-06-30"], ["2024-07-01", "2025-06-30", "2026-06-30"]),
        ("2024-02-29", ["2024-06-30", "2025-06-30", "2026-06-30"], ["2024-07-01", "2025-06-30", "2026-06-30"]),
    ],
)
def test_the_rounds_after_an_approval(approved_on: str, nominal: list[str], due: list[str]) -> None:
    found = planned(approved_on)
    assert [part.nominal_on.isoformat() for part in found] == nominal
    assert [part.due_on.isoformat() for part in found] == due
    assert [part.number for part in found] == [1, 2, 3]


def test_the_parts_of_the_largest_award() -> None:
    assert [part.amount for part in planned("2026-03-01")] == [166_666_666, 166_666_667, 166_666_667]


def test_weights_share_the_award() -> None:
    assert [part.amount for part in planned("2026-03-01", terms((3, 2, 1)), 1_001)] == [500, 334, 167]


def test_one_instalment_is_the_whole_award() -> None:
    assert [(part.amount, part.due_on) for part in planned("2026-03-01", terms((1,)), 7)] == [(7, date(2026, 6, 30))]


def test_a_year_not_yet_announced_is_provisional() -> None:
    assert [part.provisional for part in planned("2025-03-01")] == [False, False, True]


@pytest.mark.parametrize(
    ("approved_on", "due_on", "provisional"),
    [
        ("2022-12-31", "2023-01-03", True),  # both years are estimates
        ("2023-12-31", "2024-01-02", True),  # from an estimated year into an announced one
        ("2024-12-31", "2024-12-31", False),
    ],
)
def test_a_due_date_moved_over_the_new_year_rests_on_both_years(
    approved_on: str, due_on: str, provisional: bool
) -> None:
    (only,) = planned(approved_on, terms((1,), Round(month=12, day=31)))
    assert (only.due_on.isoformat(), only.provisional) == (due_on, provisional)


def test_a_round_beyond_the_last_date_is_an_error() -> None:
    with pytest.raises(ValueError, match="10000"):
        planned("9999-07-01")


@pytest.mark.parametrize(
    ("commissioned_on", "number", "start", "end"),
    [
        ("2025-03-10", 1, "2025-03-10", "2026-03-09"),
        ("2025-03-10", 3, "2027-03-10", "2028-03-09"),
        ("2024-03-01", 1, "2024-03-01", "2025-02-28"),
        ("2027-03-01", 1, "2027-03-01", "2028-02-29"),
        ("2024-02-29", 1, "2024-02-29", "2025-02-28"),
        ("2024-02-29", 2, "2025-03-01", "2026-02-28"),
        ("2024-02-29", 4, "2027-03-01", "2028-02-28"),
        ("2024-02-29", 5, "2028-02-29", "2029-02-28"),
    ],
)
def test_operating_years(commissioned_on: str, number: int, start: str, end: str) -> None:
    expected = OperatingYear(number, date.fromisoformat(start), date.fromisoformat(end))
    assert operating_year(date.fromisoformat(commissioned_on), number) == expected


def test_operating_years_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="not 0"):
        operating_year(date(2025, 3, 10), 0)


def number_tested(terms: Terms, number: int, nominal_on: str, commissioned_on: str) -> int | None:
    year = year_tested(terms, number, date.fromisoformat(nominal_on), date.fromisoformat(commissioned_on))
    return None if year is None else year.number


@pytest.mark.parametrize(
    ("commissioned_on", "tested"),
    [
        ("2026-06-30", [None, 1, 2]),  # the first year ends the day before the second round
        ("2025-07-01", [None, 1, 2]),  # the first year ends on the day of the first round, not before it
        ("2025-06-30", [1, 2, 3]),
        ("2024-06-30", [2, 3, 4]),
        ("2026-12-01", [None, 1, 1]),  # a plan in a check: no year has ended before the second round
    ],
)
def test_each_instalment_is_tested_on_the_last_year_that_ended(commissioned_on: str, tested: list[int | None]) -> None:
    parts = plan(Fen(300), terms(release=release()), date(2026, 6, 30), china(), date.fromisoformat(commissioned_on))
    assert [part.year and part.year.number for part in parts] == tested


def test_an_earlier_instalment_can_be_left_untested() -> None:
    never = terms(release=release(earlier="never"))
    assert [number_tested(never, n, "2026-06-30", "2020-01-01") for n in (1, 2, 3)] == [None, 6, 6]


def test_terms_can_test_from_the_first_or_a_later_instalment() -> None:
    assert number_tested(terms(release=release(1)), 1, "2026-06-30", "2026-03-01") == 1
    assert number_tested(terms(release=release(3)), 2, "2026-06-30", "2026-03-01") is None
    assert number_tested(terms(release=release(3)), 3, "2026-06-30", "2026-03-01") == 1


def test_a_commissioning_after_the_round_ends_no_year() -> None:
    assert number_tested(terms(release=release()), 1, "2026-06-30", "2028-01-01") is None


def test_terms_without_a_release_test_nothing() -> None:
    parts = plan(Fen(300), terms(), date(2026, 6, 30), china(), date(2020, 1, 1))
    assert [part.year for part in parts] == [None, None, None]


def test_no_year_is_named_while_the_commissioning_is_unknown() -> None:
    assert [part.year for part in planned("2026-06-30", terms(release=release()))] == [None, None, None]


days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
rounds = st.builds(Round, month=st.integers(1, 12), day=st.integers(1, 28))
amounts = st.integers(0, 10**15)
weights = st.lists(st.integers(1, 9), min_size=1, max_size=6).map(tuple)


@given(days, rounds, weights, amounts)
def test_every_plan_is_whole_and_in_order(approved_on: date, on: Round, weights: tuple[int, ...], amount: int) -> None:
    parts = plan(Fen(amount), terms(weights, on), approved_on, china())
    assert sum(part.amount for part in parts) == amount
    assert min(part.amount for part in parts) >= 0
    assert approved_on <= parts[0].nominal_on < approved_on.replace(day=1) + timedelta(days=397)
    assert all((part.nominal_on.month, part.nominal_on.day) == (on.month, on.day) for part in parts)
    assert all(later.nominal_on.year == sooner.nominal_on.year + 1 for sooner, later in pairwise(parts))
    assert all(sooner.due_on < later.due_on for sooner, later in pairwise(parts))
    assert all(part.nominal_on <= part.due_on == china().next_working_day(part.nominal_on) for part in parts)


@given(days, st.integers(1, 40))
def test_operating_years_follow_each_other_without_a_gap(commissioned_on: date, number: int) -> None:
    this, following = operating_year(commissioned_on, number), operating_year(commissioned_on, number + 1)
    assert this.end + timedelta(days=1) == following.start
    assert 365 <= (following.start - this.start).days <= 366
    assert operating_year(commissioned_on, 1).start == commissioned_on


@given(days, days, rounds)
def test_each_instalment_has_a_year_of_its_own(commissioned_on: date, approved_on: date, on: Round) -> None:
    assume(commissioned_on <= approved_on)
    parts = plan(Fen(300), terms(on=on, release=release()), approved_on, china(), commissioned_on)
    years = [part.year for part in parts]
    assert years[1] is not None
    assert years[2] is not None
    assert years[2].number == years[1].number + 1
    assert years[0] is None or years[0].number == years[1].number - 1
    for part in parts:
        if part.year is not None:
            assert part.year.end < part.nominal_on
            assert operating_year(commissioned_on, part.year.number + 1).end >= part.nominal_on
