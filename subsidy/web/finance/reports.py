"""The reports that people open first: the yearly plan and budget execution, each as page, workbook and CSV."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.faults import BadInput, Fault
from rules.money import Fen
from subsidy.database import reading
from subsidy.errors import FieldFault, NotFound
from subsidy.finance import budget, plan
from subsidy.locale import text
from subsidy.reports import budget_tables
from subsidy.reports.table import Table, table_csv, table_xlsx
from subsidy.web import paging
from subsidy.web.finance import bars
from subsidy.web.finance.desk import schemes, staff
from subsidy.web.language import language
from subsidy.web.pages import link, render

router = APIRouter()

HOME: Final = "/finance/reports"
KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get(HOME)
def reports_page(request: Request) -> Response:
    staff(request)
    return render(request, "finance/reports.html")


@router.get(HOME + "/plan")
def plan_page(request: Request) -> Response:
    staff(request)
    lang, query = language(request), request.query_params
    year, _ = _asked(query)
    with reading(request.app.state.engine) as session:
        everything = plan.plan(session)
    rows = [row for row in everything if year is None or row.year == year]
    years = plan.by_year(everything)
    names = [text(lang, f"budget.account_{name}") for name in reversed(plan.SHARES)]
    groups = [
        bars.Group(
            str(each),
            (sums.paid, sums.in_flight, sums.payable, sums.committed, _unfunded(sums)),
        )
        for each, sums in years.items()
    ]
    title = text(lang, "plan.plan_title")
    return render(
        request,
        "finance/plan.html",
        chart=bars.stacked(title, [*names, text(lang, "plan.unfunded")], groups, lang),
        measures=bars,
        years=years,
        year=year,
        total=plan.together(rows),
        schemes=schemes(lang),
        sheet=paging.sheet(rows, HOME + "/plan", {"year": query.get("year", ""), "page": query.get("page", "")}),
        files=_files("plan", query),
    )


@router.get(HOME + "/execution")
def execution_page(request: Request) -> Response:
    staff(request)
    lang, query = language(request), request.query_params
    asked, scheme = _asked(query)
    year = asked or request.app.state.clock.today().year
    with reading(request.app.state.engine) as session:
        months = plan.execution(session, year, scheme)
        lines = budget.standing(session).lines
    title = text(lang, "plan.execution_title")
    legend = [text(lang, f"plan.of_{name}") for name in ("committed", "paid")]
    groups = [bars.Group(str(one.month), (one.committed, one.paid)) for one in months]
    return render(
        request,
        "finance/execution.html",
        chart=bars.beside(title, legend, groups, lang),
        measures=bars,
        months=months,
        year=year,
        years=sorted({one.envelope.year for one in lines} | {year}, reverse=True),
        scheme=scheme,
        schemes=schemes(lang),
        lines=[one for one in lines if one.envelope.year == year and scheme in (None, one.envelope.scheme_id)],
        files=_files("execution", query),
    )


@router.get(HOME + "/{name}.{kind}")
def report_file(request: Request, name: str, kind: str) -> Response:
    staff(request)
    if kind not in KINDS or name not in ("plan", "execution", "budget"):
        raise NotFound
    today, lang = request.app.state.clock.today(), language(request)
    year, scheme = _asked(request.query_params)
    with reading(request.app.state.engine) as session:
        table = _table(session, name, year, scheme or None, today.year, lang)
    content = table_csv(table) if kind == "csv" else table_xlsx(table, today)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{today}.{kind}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(content, media_type=KINDS[kind], headers=headers)


def _table(session: Session, name: str, year: int | None, scheme: str | None, this_year: int, lang: str) -> Table:
    match name:
        case "plan":
            return budget_tables.plan_table(plan.plan(session, year), schemes(lang), lang)
        case "execution":
            year = year or this_year
            return budget_tables.execution_table(plan.execution(session, year, scheme), year, lang)
        case _:
            lines = [one for one in budget.standing(session).lines if year in (None, one.envelope.year)]
            return budget_tables.budget_table(lines, schemes(lang), lang)


def _asked(query: Mapping[str, str]) -> tuple[int | None, str | None]:
    """Year and scheme that were asked for, None for all; BadInput where they are none."""
    faults: list[Fault] = []
    year, scheme = query.get("year", ""), query.get("scheme", "")
    if year and not (year.isascii() and year.isdigit() and len(year) == len("2026") and int(year) > 0):
        faults.append(FieldFault("/year", "finance.no_year", {"value": year[:40]}))
    known = schemes("zh")
    if scheme and scheme not in known:
        faults.append(Fault("/scheme", "unknown_scheme", {"value": scheme[:40], "known": ", ".join(known)}))
    if faults:
        raise BadInput(faults)
    return (int(year) if year else None), scheme or None


def _files(name: str, query: Mapping[str, str]) -> list[tuple[str, str]]:
    chosen = {key: query.get(key, "") for key in ("year", "scheme")}
    return [(kind, link(f"{HOME}/{name}.{kind}", **chosen)) for kind in KINDS]


def _unfunded(sums: plan.Sums) -> Fen:
    return Fen(sums.owed - sums.committed - sums.payable - sums.in_flight - sums.paid)
