import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
import yaml
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from schedules.calendar import CHINA, Calendar, CalendarError, china, load_calendar

YEARS = (2024, 2025, 2026)
WEEKDAYS = "一二三四五六日"


def days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


ANNOUNCED = tuple(days(date(2024, 1, 1), date(2026, 12, 31)))


def test_every_announced_day_agrees_with_chinesecalendar() -> None:
    assert [day for day in ANNOUNCED if china().is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_every_announced_day_agrees_with_holidays() -> None:
    oracle = country_holidays("CN", years=YEARS)
    assert [day for day in ANNOUNCED if china().is_working_day(day) != oracle.is_working_day(day)] == []


def read_sentence(sentence: str, year: int) -> list[date]:
    """The days that a sentence of a notice names; a month carries over, and a weekday in brackets must be right."""
    month, found = 0, []
    for named, number, weekday in re.findall(r"(?:(\d+)月)?(\d+)日(?:（(?:[^）]*、)?(?:周|星期)(.)）)?", sentence):
        month = int(named or month)
        day = date(year, month, int(number))
        assert weekday in ("", WEEKDAYS[day.weekday()]), f"{day} in {sentence}"
        found.append(day)
    return found


def entries() -> list[object]:
    table = yaml.safe_load(CHINA.read_text(encoding="utf-8"))
    return [pytest.param(y["year"], h, id=f"{y['year']} {h['name']}") for y in table["years"] for h in y["holidays"]]


@pytest.mark.parametrize(("year", "entry"), entries())
def test_every_entry_says_what_its_sentence_says(year: int, entry: dict[str, object]) -> None:
    off, _, worked = str(entry["quote"]).partition("。")
    named = read_sentence(off, year)
    assert (entry["first"], entry["last"]) == (named[0], named[-1])
    assert entry.get("workdays", []) == read_sentence(worked, year)


@pytest.mark.parametrize(
    ("day", "provisional"), [("2023-12-31", True), ("2024-01-01", False), ("2026-12-31", False), ("2027-01-01", True)]
)
def test_a_year_without_a_notice_is_provisional(day: str, provisional: bool) -> None:
    assert china().provisional(date.fromisoformat(day)) is provisional


@pytest.mark.parametrize("year", [2023, 2027, 2030, 2100])
def test_a_year_without_a_notice_answers_with_the_statutory_days(year: int) -> None:
    oracle = country_holidays("CN", years=year)
    wrong = [
        d for d in days(date(year, 1, 1), date(year, 12, 31)) if china().is_working_day(d) != oracle.is_working_day(d)
    ]
    assert wrong == []


def test_a_later_year_knows_its_holidays_and_weekends() -> None:
    answers = {day: china().is_working_day(date(2027, 10, day)) for day in range(1, 12)}
    assert answers == dict.fromkeys(range(1, 6), False) | {6: True, 7: True, 8: True, 9: False, 10: False, 11: True}


def test_a_notice_goes_before_the_estimate(tmp_path: Path) -> None:
    announced = calendar(tmp_path, holiday(first="2027-03-03", last="2027-03-04", workdays=["2027-03-06"]), year=2027)
    assert not announced.provisional(date(2027, 10, 1))
    assert announced.is_working_day(date(2027, 10, 1))
    assert [announced.is_working_day(date(2027, 3, day)) for day in range(2, 8)] == [
        True,
        False,
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-06-30", "2026-06-30"),  # a Tuesday
        ("2024-06-30", "2024-07-01"),  # a Sunday
        ("2026-02-14", "2026-02-14"),  # a Saturday worked in exchange
        ("2026-02-15", "2026-02-24"),  # the whole Spring Festival
        ("2026-10-01", "2026-10-08"),
        ("2024-12-31", "2024-12-31"),
        ("2022-12-31", "2023-01-03"),  # over the new year
    ],
)
def test_the_next_working_day(day: str, worked: str) -> None:
    assert china().next_working_day(date.fromisoformat(day)) == date.fromisoformat(worked)


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        ("2026-09-30", 0, "2026-09-30"),
        ("2026-10-01", 0, "2026-10-01"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),  # the Saturday counts: it is worked
        ("2026-10-03", 1, "2026-10-08"),
    ],
)
def test_working_days_are_counted_after_the_day(day: str, n: int, result: str) -> None:
    assert china().add_working_days(date.fromisoformat(day), n) == date.fromisoformat(result)


def test_working_days_are_counted_forward_only() -> None:
    with pytest.raises(ValueError, match="-1"):
        china().add_working_days(date(2026, 3, 2), -1)
    with pytest.raises(ValueError, match="2026-03-01 comes before 2026-03-02"):
        china().working_days_between(date(2026, 3, 2), date(2026, 3, 1))


def test_no_working_day_lies_between_a_day_and_itself() -> None:
    assert china().working_days_between(date(2026, 3, 2), date(2026, 3, 2)) == 0
    assert china().working_days_between(date(2026, 3, 2), date(2026, 3, 3)) == 1


@given(st.dates(date(2023, 1, 1), date(2029, 12, 31)), st.integers(0, 60))
def test_counting_working_days_undoes_adding_them(day: date, n: int) -> None:
    later = china().add_working_days(day, n)
    assert china().working_days_between(day, later) == n
    assert n == 0 or china().is_working_day(later)


@given(st.dates(date(2023, 1, 1), date(2029, 12, 31)))
def test_nothing_is_worked_before_the_next_working_day(day: date) -> None:
    worked = china().next_working_day(day)
    assert worked >= day
    assert china().is_working_day(worked)
    assert not any(china().is_working_day(d) for d in days(day, worked - timedelta(days=1)))


# files that must not be believed


def holiday(**changes: object) -> dict[str, object]:
    return {"name": "元旦", "quote": "1月1日放假。", "first": "2027-01-01", "last": "2027-01-01"} | changes


def announced(*holidays: dict[str, object], **changes: object) -> dict[str, object]:
    notice = {
        "year": 2027,
        "notice": "国办发明电",
        "issued_on": "2026-11-10",
        "source": "公报",
        "holidays": list(holidays),
    }
    return notice | changes


def calendar(folder: Path, *holidays: dict[str, object], **changes: object) -> Calendar:
    return write(folder, {"years": [announced(*holidays, **changes)]})


def write(folder: Path, table: object) -> Calendar:
    path = folder / "some.yaml"
    path.write_text(yaml.safe_dump(table, allow_unicode=True), encoding="utf-8")
    return load_calendar(path)


@pytest.mark.parametrize(
    ("table", "place", "message"),
    [
        ({"years": [announced(holiday(note="x"))]}, "/years/0/holidays/0/note", "not permitted"),
        ({"years": [announced(holiday(), note="x")]}, "/years/0/note", "not permitted"),
        ({"years": [], "note": "x"}, "/note", "not permitted"),
        ({"years": [announced({"name": "元旦"})]}, "/years/0/holidays/0/quote", "required"),
        ({"years": [announced(holiday(quote=" "))]}, "/years/0/holidays/0/quote", "at least 1 character"),
        ({"years": [announced(holiday(first="2027-02-30"))]}, "/years/0/holidays/0/first", "valid date"),
        ({"years": [announced()]}, "/years/0", "no holiday is named for 2027"),
        ({"years": [announced(holiday(last="2026-12-31"))]}, "/years/0/holidays/0", "2026-12-31 comes before"),
        (
            {"years": [announced(holiday(workdays=["2027-01-08"]))]},
            "/years/0/holidays/0",
            "2027-01-08 is no weekend day",
        ),
        ({"years": [announced(holiday(), year=2028)]}, "/years/0", "元旦: 2027-01-01 is not in 2028"),
        ({"years": [announced(holiday(workdays=["2028-01-01"]))]}, "/years/0", "元旦: 2028-01-01 is not in 2027"),
        (
            {"years": [announced(holiday(), holiday(name="春节", last="2027-01-02"))]},
            "/years/0",
            "春节: 2027-01-01 is already named by 元旦",
        ),
        (
            {"years": [announced(holiday(last="2027-01-02", workdays=["2027-01-02"]))]},
            "/years/0",
            "2027-01-02 is already named by 元旦",
        ),
        ({"years": [announced(holiday()), announced(holiday())]}, "/", "announced more than once: 2027"),
        (None, "/", "valid dictionary"),
        ([1], "/", "valid dictionary"),
    ],
)
def test_a_faulty_file_is_refused_by_name_and_place(tmp_path: Path, table: object, place: str, message: str) -> None:
    with pytest.raises(CalendarError) as refusal:
        write(tmp_path, table)
    assert f"some.yaml: {place}: " in str(refusal.value)
    assert message in str(refusal.value)


def test_every_fault_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalendarError) as refusal:
        write(tmp_path, {"years": [announced(holiday(note="x", last="soon"))]})
    assert [line.split(": ")[:2] for line in str(refusal.value).splitlines()] == [
        ["some.yaml", "/years/0/holidays/0/last"],
        ["some.yaml", "/years/0/holidays/0/note"],
    ]


@pytest.mark.parametrize("text", ["years: [", "", "years: []\nyears: []\n", "years: &x []\nmore: *x\n"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalendarError, match=r"^some\.yaml: \S") as refusal:
        load_calendar(path)
    # told in English, as all that is said of the project's own files
    assert not re.search(r"[\u4e00-\u9fff]", str(refusal.value))


def test_weekend_make_up_days_may_be_saturdays_and_sundays(tmp_path: Path) -> None:
    worked = calendar(tmp_path, holiday(workdays=["2027-01-09", "2027-01-10"]))
    assert [worked.is_working_day(date(2027, 1, day)) for day in (9, 10, 16, 17)] == [True, True, False, False]
