"""Working days in China: as announced where there is a notice for the year, else an estimate that says it is one."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

from holidays import HolidayBase, country_holidays
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from rules.document import read_document
from rules.faults import BadInput

CHINA = Path(__file__).parent / "calendars" / "china.yaml"
ONE_DAY = timedelta(days=1)
SATURDAY = 5


class CalendarError(Exception):
    """A calendar file that cannot be trusted: one line for each fault, with file and place."""

    def __init__(self, name: str, faults: Iterable[str]) -> None:
        super().__init__("\n".join(f"{name}: {fault}" for fault in faults))


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, str_min_length=1)


class Holiday(_Entry):
    """One sentence of a notice: the days off from first to last, and the weekend days worked in exchange."""

    name: str
    quote: str
    first: date
    last: date
    workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the last day {self.last} comes before the first day {self.first}")
        for day in self.workdays:
            if day.weekday() < SATURDAY:
                raise ValueError(f"{day} is no weekend day, so it cannot make up for a day off")
        return self

    def days_off(self) -> tuple[date, ...]:
        return tuple(self.first + ONE_DAY * n for n in range((self.last - self.first).days + 1))


class AnnouncedYear(_Entry):
    """One yearly notice of the State Council's General Office, and where it was read."""

    year: int
    notice: str
    issued_on: date
    source: str
    holidays: tuple[Holiday, ...]

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        if not self.holidays:
            raise ValueError(f"no holiday is named for {self.year}")
        seen: dict[date, str] = {}
        for holiday in self.holidays:
            for day in (*holiday.days_off(), *holiday.workdays):
                if day.year != self.year:
                    raise ValueError(f"{holiday.name}: {day} is not in {self.year}")
                if day in seen:
                    raise ValueError(f"{holiday.name}: {day} is already named by {seen[day]}")
                seen[day] = holiday.name
        return self


class _Table(_Entry):
    years: tuple[AnnouncedYear, ...]

    @model_validator(mode="after")
    def _each_year_once(self) -> Self:
        years = [announced.year for announced in self.years]
        twice = sorted({year for year in years if years.count(year) > 1})
        if twice:
            raise ValueError(f"announced more than once: {', '.join(map(str, twice))}")
        return self


class Calendar:
    """Which days are worked. A year without a notice is answered from the statutory holidays (weekends alone outside
    1950 to 2100), without any make-up workday that may still be announced: such a day is provisional."""

    def __init__(self, years: Iterable[AnnouncedYear]) -> None:
        years = tuple(years)
        self._announced = frozenset(announced.year for announced in years)
        holidays = [holiday for announced in years for holiday in announced.holidays]
        self._off = frozenset(day for holiday in holidays for day in holiday.days_off())
        self._made_up = frozenset(day for holiday in holidays for day in holiday.workdays)

    def provisional(self, day: date) -> bool:
        """Whether the notice for the day's year is missing, so that the answers about the day may still change."""
        return day.year not in self._announced

    def is_working_day(self, day: date) -> bool:
        if self.provisional(day):
            return _statutory(day.year).is_working_day(day)
        return day in self._made_up or (day.weekday() < SATURDAY and day not in self._off)

    def next_working_day(self, day: date) -> date:
        """The day itself where it is worked, else the first worked day after it (顺延)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after the day, which itself does not count; 0 gives the day. ValueError below 0."""
        if n < 0:
            raise ValueError(f"cannot count {n} working days forward")
        for _ in range(n):
            day = self.next_working_day(day + ONE_DAY)
        return day

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days follow a up to and including b. ValueError where b comes before a."""
        if b < a:
            raise ValueError(f"{b} comes before {a}")
        return sum(self.is_working_day(a + ONE_DAY * n) for n in range(1, (b - a).days + 1))


def load_calendar(path: Path) -> Calendar:
    """Reads a calendar file. Raises CalendarError where it is not what it should be."""
    try:
        return Calendar(_Table.model_validate(read_document(path.read_bytes())).years)
    except BadInput as error:
        raise CalendarError(path.name, (fault.message("en") for fault in error.faults)) from None
    except ValidationError as error:
        raise CalendarError(
            path.name, (f"{_place(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        ) from None


@cache
def china() -> Calendar:
    """The calendar of the State Council's notices that comes with the project."""
    return load_calendar(CHINA)


def _place(loc: tuple[int | str, ...]) -> str:
    return "/" + "/".join(map(str, loc))


@lru_cache(maxsize=64)
def _statutory(year: int) -> HolidayBase:
    # one finished object a year: one that expands fills itself while being asked, which threads must not see half done
    return country_holidays("CN", years=year, expand=False)
