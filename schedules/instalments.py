"""An award, its terms and the day of approval give dated instalments that sum to the award."""

from dataclasses import dataclass
from datetime import date, timedelta

from rules.money import Fen, split
from rules.terms import Terms
from schedules.calendar import Calendar


@dataclass(frozen=True)
class OperatingYear:
    """Twelve months of operation (运行年度), both days included; number 1 starts on the day of commissioning."""

    number: int
    start: date
    end: date


@dataclass(frozen=True)
class PlannedInstalment:
    """One dated part of an award.

    `nominal_on` is the day of the round, `due_on` the working day on which it is paid; `provisional` says that the due
    date rests on a year whose working days are not announced. `year` is the operating year whose figure is tested
    before the instalment is paid: None where none is.
    """

    number: int
    nominal_on: date
    due_on: date
    provisional: bool
    amount: Fen
    year: OperatingYear | None


def plan(
    amount: Fen, terms: Terms, approved_on: date, calendar: Calendar, commissioned_on: date | None = None
) -> tuple[PlannedInstalment, ...]:
    """The instalments of an award: the first in the first round on or after the approval, one more each year (Q6).

    Without the day of commissioning no instalment names its operating year. Raises ValueError where a round would fall
    beyond the last year that a date can have.
    """
    first = _first_round(terms, approved_on)
    planned = []
    for number, part in enumerate(split(amount, terms.weights), start=1):
        nominal_on = first.replace(year=first.year + number - 1)
        due_on = calendar.next_working_day(nominal_on)
        planned.append(
            PlannedInstalment(
                number=number,
                nominal_on=nominal_on,
                due_on=due_on,
                # a due date moved across the new year rests on the calendars of both years
                provisional=calendar.provisional(nominal_on) or calendar.provisional(due_on),
                amount=part,
                year=None if commissioned_on is None else year_tested(terms, number, nominal_on, commissioned_on),
            )
        )
    return tuple(planned)


def _first_round(terms: Terms, approved_on: date) -> date:
    this_year = approved_on.replace(month=terms.round.month, day=terms.round.day)
    return this_year if this_year >= approved_on else this_year.replace(year=this_year.year + 1)


def operating_year(commissioned_on: date, number: int) -> OperatingYear:
    """The operating year of that number, counted from 1; ValueError below 1."""
    if number < 1:
        raise ValueError(f"operating years are counted from 1, not {number}")
    end = _anniversary(commissioned_on, number) - timedelta(days=1)
    return OperatingYear(number, _anniversary(commissioned_on, number - 1), end)


def year_tested(terms: Terms, number: int, nominal_on: date, commissioned_on: date) -> OperatingYear | None:
    """The operating year whose figure decides the instalment of that number, None where none does (Q2).

    It is the last year that ended before the nominal date. Where none has, an instalment that is always tested waits
    for the first one; an earlier instalment is not tested.
    """
    release = terms.release
    if release is None:
        return None
    ended = _years_ended(commissioned_on, nominal_on)
    if number >= release.from_number:
        return operating_year(commissioned_on, max(ended, 1))
    if release.earlier == "if_ended" and ended:
        return operating_year(commissioned_on, ended)
    return None


def _years_ended(commissioned_on: date, before: date) -> int:
    years = before.year - commissioned_on.year
    if _anniversary(commissioned_on, years) > before:
        years -= 1
    return max(years, 0)


def _anniversary(day: date, years: int) -> date:
    """The same day so many years later; 29 February gives 1 March in a common year: the year before is whole."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
