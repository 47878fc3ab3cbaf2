from datetime import date, timedelta
from decimal import Decimal
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.due import Standing, Status, standing

DUE_ON = date(2027, 6, 30)
ENOUGH, SHORT = Decimal("450.5"), Decimal("449.999")


class Case(TypedDict, total=False):
    due_on: date
    as_of: date
    generated: bool
    forfeited: bool
    released: bool
    tested: bool
    figure: Decimal | None
    figure_meets: bool | None


UNTOUCHED: Case = {
    "due_on": DUE_ON,
    "as_of": DUE_ON,
    "generated": False,
    "forfeited": False,
    "released": False,
    "tested": False,
    "figure": None,
    "figure_meets": None,
}
NO_FIGURE: Case = {"tested": True}
MET: Case = {"tested": True, "figure": ENOUGH, "figure_meets": True}
FALLEN_SHORT: Case = {"tested": True, "figure": SHORT, "figure_meets": False}

PLANNED = Standing(Status.PLANNED, "not_yet_due", {"due_on": "2027-06-30"})
AWAITING = Standing(Status.HELD, "awaiting_figure", {})
HELD = Standing(Status.HELD, "year_falls_short", {"figure": "449.999"})
DUE = Standing(Status.DUE, None, {})


@pytest.mark.parametrize(
    ("case", "before", "on_the_day"),
    [
        ({}, PLANNED, DUE),
        (NO_FIGURE, PLANNED, AWAITING),
        (MET, PLANNED, DUE),
        (FALLEN_SHORT, HELD, HELD),
        (NO_FIGURE | {"released": True}, PLANNED, DUE),
        (FALLEN_SHORT | {"released": True}, PLANNED, DUE),
        (FALLEN_SHORT | {"tested": False}, PLANNED, DUE),
        (FALLEN_SHORT | {"forfeited": True}, Standing(Status.FORFEITED), Standing(Status.FORFEITED)),
        ({"generated": True}, Standing(Status.GENERATED), Standing(Status.GENERATED)),
        (FALLEN_SHORT | {"generated": True}, Standing(Status.GENERATED), Standing(Status.GENERATED)),
    ],
)
def test_the_standing_around_the_due_date(case: Case, before: Standing, on_the_day: Standing) -> None:
    assert standing(**(UNTOUCHED | case | {"as_of": DUE_ON - timedelta(days=1)})) == before
    assert standing(**(UNTOUCHED | case)) == on_the_day
    assert standing(**(UNTOUCHED | case | {"as_of": DUE_ON + timedelta(days=400)})) == on_the_day


def test_what_was_generated_stays_generated() -> None:
    assert standing(**(UNTOUCHED | {"generated": True, "forfeited": True})).status is Status.GENERATED


def test_a_figure_is_printed_in_plain_digits() -> None:
    reported = standing(**(UNTOUCHED | {"tested": True, "figure": Decimal("1E+2"), "figure_meets": False}))
    assert reported.params == {"figure": "100"}


@pytest.mark.parametrize(("figure", "meets"), [(ENOUGH, None), (None, True), (None, False)])
def test_a_figure_without_its_verdict_is_refused(figure: Decimal | None, meets: bool | None) -> None:
    with pytest.raises(ValueError, match=r"^a figure .* at all$"):
        standing(**(UNTOUCHED | {"tested": True, "figure": figure, "figure_meets": meets}))


def cases() -> st.SearchStrategy[Case]:
    verdicts = st.sampled_from([(None, None), (ENOUGH, True), (SHORT, False)])
    flags = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans())

    def build(verdict: tuple[Decimal | None, bool | None], given: tuple[bool, bool, bool, bool], days: int) -> Case:
        return {
            "due_on": DUE_ON,
            "as_of": DUE_ON + timedelta(days=days),
            "generated": given[0],
            "forfeited": given[1],
            "released": given[2],
            "tested": given[3],
            "figure": verdict[0],
            "figure_meets": verdict[1],
        }

    return st.builds(build, verdicts, flags, st.integers(-2, 2))


@given(cases())
def test_money_is_due_only_when_its_day_has_come_and_its_year_is_in_order(case: Case) -> None:
    due = standing(**case).status is Status.DUE
    open_still = not case["generated"] and not case["forfeited"]
    in_order = not case["tested"] or case["released"] or case["figure_meets"] is True
    assert due == (open_still and case["as_of"] >= DUE_ON and in_order)


@given(cases())
def test_what_waits_says_why(case: Case) -> None:
    found = standing(**case)
    assert (found.reason is not None) == (found.status in (Status.PLANNED, Status.HELD))


@given(cases(), st.integers(0, 3))
def test_time_alone_never_takes_a_due_instalment_back(case: Case, days: int) -> None:
    later: Case = {**case, "as_of": case["as_of"] + timedelta(days=days)}
    assert standing(**case).status is not Status.DUE or standing(**later).status is Status.DUE
