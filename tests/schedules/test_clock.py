from datetime import UTC, date, datetime, timedelta

import pytest

from schedules.clock import FixedClock, SystemClock, clock_from_environment


class ClockAt(SystemClock):
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 16, 0, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 28, 16, 0, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_changes_at_midnight_in_shanghai(moment: datetime, day: date) -> None:
    assert ClockAt(moment).today() == day


def test_the_system_clock_tells_aware_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_fixed_clock_stands_at_noon_of_its_day() -> None:
    clock = FixedClock(date(2026, 3, 1))
    assert clock.today() == date(2026, 3, 1)
    assert clock.now() == datetime(2026, 3, 1, 4, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_value_the_machine_tells_the_time(value: str | None) -> None:
    assert isinstance(clock_from_environment(value), SystemClock)


def test_a_day_in_the_environment_fixes_the_clock() -> None:
    assert clock_from_environment("2028-02-29") == FixedClock(date(2028, 2, 29))


@pytest.mark.parametrize(
    "value", ["2025-02-30", "20260301", "2026-W09-7", "2026-3-1", " 2026-03-01", "today", "２０２６-03-01"]
)
def test_what_is_no_day_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValueError, match="SUBSIDY_TODAY=") as refusal:
        clock_from_environment(value)
    assert repr(value) in str(refusal.value)
