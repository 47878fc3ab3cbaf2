"""Stating what tells the project from others, and the other public support that it has."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.facts import Money
from rules.faults import BadInput, FactError, Fault
from rules.model import Text
from rules.money import grouped
from rules.units import SHOWN
from subsidy.errors import FieldFault
from subsidy.records import Application
from subsidy.web import steps
from subsidy.web.apply.desk import Typed, applicant, opened
from subsidy.workflow import particulars
from subsidy.workflow.particulars import Stated, Support
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

router = APIRouter()

_AMOUNT: Final = Money(kind="money", key="amount", label=Text(zh="金额", en="Amount"), ask=Text(zh="金额", en="Amount"))
_ROWS_MORE: Final = 2
"""Empty lines for support at the end of the form; once saved, there are as many again."""
NONE, SOME = "none", "some"


class Row(NamedTuple):
    """One line for other support, as it stands in the form."""

    programme: str
    amount: str
    year: str


@router.get("/apply/{application_id}/particulars")
def particulars_page(request: Request, application_id: str) -> Response:
    return _page(request, application_id, _kept(opened(request, application_id).particulars))()


@router.post("/apply/{application_id}/particulars")
def describe(request: Request, application_id: str, typed: Typed) -> Response:
    actor, now = applicant(request), request.app.state.clock.now()

    def step(session: Session) -> Application:
        return particulars.describe(session, actor, now, application_id, read(typed), steps.version(typed))

    to = f"/apply/{application_id}"
    page = _page(request, application_id, typed)
    return steps.carry_out(request, typed, step, page, to=lambda _: to, done="particulars.done_saved")


def read(typed: Mapping[str, str]) -> Stated:
    """What was typed; BadInput with every fault of the form."""
    faults: list[Fault] = []
    entries = [_support(number, row, faults) for number, row in enumerate(_rows(typed)) if any(map(str.strip, row))]
    choice = typed.get("other_support", "")
    if choice == NONE and entries:
        faults.append(FieldFault("/other_support", "particulars.support_contradicts"))
    if choice == SOME and not entries:
        faults.append(FieldFault("/other_support", "particulars.support_empty"))
    if faults:
        raise BadInput(faults)
    return Stated(
        site=typed.get("site", "").strip(),
        filing=typed.get("filing", "").strip(),
        meters=_lines(typed.get("meters", "")),
        serials=_lines(typed.get("serials", "")),
        other_support=tuple(each for each in entries if each) if entries or choice == NONE else None,
    )


def _support(number: int, row: Row, faults: list[Fault]) -> Support | None:
    """One line of support; adds its faults."""
    at, told = f"/support_{number}", {"number": str(number + 1)}
    before = len(faults)
    if not row.programme.strip():
        faults.append(FieldFault(f"{at}_programme", "particulars.programme_missing", told))
    try:
        amount = _AMOUNT.read_typed(row.amount)
    except FactError:
        amount = None
    if amount is None:
        faults.append(FieldFault(f"{at}_amount", "particulars.amount_wrong", {**told, "value": row.amount[:40]}))
    year = row.year.strip().removesuffix("年")
    if not (re.fullmatch("[0-9]{4}", year, re.ASCII) and int(year) in particulars.YEARS):
        faults.append(FieldFault(f"{at}_year", "particulars.year_wrong", {**told, "value": row.year[:40]}))
    if len(faults) > before:
        return None
    assert isinstance(amount, int)
    return Support(row.programme.strip(), amount, int(year))


def _rows(typed: Mapping[str, str]) -> list[Row]:
    """The lines for support that the form holds, filled in or not."""
    found = {int(hit[1]) for name in typed if (hit := re.fullmatch(r"support_([0-9]{1,2})_[a-z]+", name, re.ASCII))}
    return [
        Row(*(typed.get(f"support_{n}_{part}", "") for part in Row._fields)) for n in range(max(found, default=-1) + 1)
    ]


def _lines(typed: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in typed.splitlines() if line.strip())


def _kept(stated: Stated) -> dict[str, str]:
    """The form as it shows what is kept."""
    typed = {
        "site": stated.site,
        "filing": stated.filing,
        "meters": "\n".join(stated.meters),
        "serials": "\n".join(stated.serials),
    }
    if stated.other_support is not None:
        typed["other_support"] = SOME if stated.other_support else NONE
    for number, each in enumerate(stated.other_support or ()):
        row = Row(each.programme, grouped(each.amount), str(each.year))
        typed |= {f"support_{number}_{part}": value for part, value in row._asdict().items()}
    return typed


def _page(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    rows = [row for row in _rows(typed) if any(row)]

    def more(case: Case, lang: str) -> Mapping[str, object]:
        return {
            "rows": [*rows, *[Row("", "", "")] * _ROWS_MORE],
            "none": NONE,
            "some": SOME,
            "unit": SHOWN["yuan"][lang == "en"],
        }

    read_case = partial(opened, request, application_id)
    return steps.form(request, "apply/particulars.html", read_case, Command.DESCRIBE, typed, more)
