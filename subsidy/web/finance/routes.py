"""The payout schedule, on the page and as a file, of one year, scheme, payee or status or of all."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from rules.faults import BadInput, Fault, excerpt
from rules.load import packs
from rules.money import Fen
from schedules.due import Status
from subsidy.database import reading
from subsidy.errors import FieldFault, NotFound
from subsidy.finance.schedule import Filters, PayoutSchedule, Total, payout_schedule, years
from subsidy.locale import text
from subsidy.reports.schedule import schedule_pdf
from subsidy.reports.schedule_sheet import schedule_csv, schedule_xlsx
from subsidy.web import paging
from subsidy.web.finance import (
    accounts,
    budget,
    closing,
    evidence,
    payable,
    payout_files,
    payout_forms,
    payouts,
    proposals,
    recoveries,
    reports,
    results,
    runs,
    tasks,
)
from subsidy.web.finance.desk import staff
from subsidy.web.language import language
from subsidy.web.pages import link, render

router = APIRouter(include_in_schema=False)
for room in (
    runs,
    budget,
    payouts,
    payout_forms,
    payout_files,
    payable,
    results,
    recoveries,
    accounts,
    proposals,
    closing,
    reports,
    tasks,
    evidence,
):
    router.include_router(room.router)

KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@router.get("/finance")
def schedule_page(request: Request) -> Response:
    staff(request)
    today, lang, query = request.app.state.clock.today(), language(request), request.query_params
    filters = _filters(query)
    schedule = _schedule(request, filters)
    with reading(request.app.state.engine) as session:
        known_years = years(session)
    chosen = _chosen(filters)
    return render(
        request,
        "finance/schedule.html",
        as_of=today,
        schedule=schedule,
        statuses=[(status.value, text(lang, f"status.{status}")) for status in Status],
        chosen=chosen,
        years=[(str(year), str(year)) for year in known_years],
        by_year={year: _sum(parts.values()) for year, parts in schedule.totals.by_year.items()},
        schemes={scheme.id: scheme.label.of(lang) for policy in packs().values() for scheme in policy.schemes},
        sheet=paging.sheet(schedule.rows, "/finance", chosen | {"page": query.get("page", "")}),
        files=[(kind, link(f"/finance/schedule.{kind}", **chosen)) for kind in KINDS],
    )


@router.get("/finance/schedule.{kind}")
def schedule_file(request: Request, kind: str) -> Response:
    staff(request)
    if kind not in KINDS:
        raise NotFound
    today, lang, filters = request.app.state.clock.today(), language(request), _filters(request.query_params)
    content = _file(request, kind, _schedule(request, filters), filters, today, lang)
    headers = {
        "Content-Disposition": f'attachment; filename="payout-schedule-{today}.{kind}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(content, media_type=KINDS[kind], headers=headers)


def _file(request: Request, kind: str, schedule: PayoutSchedule, filters: Filters, today: date, lang: str) -> bytes:
    match kind:
        case "csv":
            return schedule_csv(schedule, lang)
        case "xlsx":
            return schedule_xlsx(schedule, lang, as_of=today)
        case _:
            url = request.app.state.settings.base_url.rstrip("/") + link("/finance", **_chosen(filters))
            return schedule_pdf(schedule, lang, as_of=today, url=url)


def _schedule(request: Request, filters: Filters) -> PayoutSchedule:
    with reading(request.app.state.engine) as session:
        return payout_schedule(
            session,
            as_of=request.app.state.clock.today(),
            year=filters.year,
            scheme=filters.scheme,
            status=filters.status,
            payee=filters.payee,
        )


def _filters(query: Mapping[str, str]) -> Filters:
    """What was asked for; BadInput with every fault."""
    faults: list[Fault] = []
    year, scheme, status, payee = (query.get(name, "").strip() for name in ("year", "scheme", "status", "payee"))
    if year and not (year.isascii() and year.isdigit() and len(year) == len("2026")):
        faults.append(FieldFault("/year", "finance.no_year", {"value": excerpt(year)}))
    known = [one.id for policy in packs().values() for one in policy.schemes]
    if scheme and scheme not in known:
        faults.append(Fault("/scheme", "unknown_scheme", {"value": excerpt(scheme), "known": ", ".join(known)}))
    if status and status not in list(Status):
        faults.append(Fault("/status", "not_an_option", {"value": excerpt(status), "options": ", ".join(Status)}))
    if faults:
        raise BadInput(faults)
    return Filters(int(year) if year else None, scheme or None, Status(status) if status else None, payee or None)


def _sum(parts: Iterable[Total]) -> Total:
    parts = list(parts)
    return Total(sum(part.count for part in parts), Fen(sum(part.amount for part in parts)))


def _chosen(filters: Filters) -> dict[str, str]:
    """The filters as an address carries them; empty for what was not chosen by."""
    return {
        "year": str(filters.year or ""),
        "scheme": filters.scheme or "",
        "status": filters.status.value if filters.status else "",
        "payee": filters.payee or "",
    }
