"""The only place that knows what time it is; everything else is told. Days are days in Shanghai."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, aware, in UTC."""

    def today(self) -> date:
        """The day that this moment falls on in Shanghai."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class FixedClock:
    """Stands at noon in Shanghai of one day: for demonstrations and tests."""

    day: date

    def now(self) -> datetime:
        return datetime.combine(self.day, time(12), SHANGHAI).astimezone(UTC)

    def today(self) -> date:
        return self.day


def clock_from_environment(value: str | None) -> Clock:
    """The clock that the value of SUBSIDY_TODAY asks for: unset or empty means the machine's, a day means that day.

    Raises ValueError where the value is no day written as YYYY-MM-DD.
    """
    if not value:
        return SystemClock()
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    # fromisoformat also takes 20260301 and 2026-W09-7, which nobody would recognise on a page
    if day is None or day.isoformat() != value:
        raise ValueError(f"SUBSIDY_TODAY={value!r}: write a day such as 2026-03-01 / 请填写如 2026-03-01 的日期")
    return FixedClock(day)
