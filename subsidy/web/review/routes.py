"""The queue of applications, and one case with everything that a decision rests on."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Request, Response

from rules.faults import BadInput, Fault, excerpt
from rules.load import packs
from schedules.calendar import china
from subsidy.database import reading
from subsidy.errors import Forbidden
from subsidy.records import Application, ApplicationStatus
from subsidy.web import casework, history, paging
from subsidy.web.language import language
from subsidy.web.pages import link, render
from subsidy.web.review import decisions, facts, years
from subsidy.web.review.desk import administrator, opened
from subsidy.workflow.search import search
from subsidy.workflow.transitions import Command

router = APIRouter(include_in_schema=False)
for room in (facts, decisions, years):
    router.include_router(room.router)

ALL = "all"
STATUSES = tuple(status for status in ApplicationStatus if status is not ApplicationStatus.DRAFT)
"""Drafts are the applicant's own."""


@router.get("/review")
def list_page(request: Request) -> Response:
    actor, today, lang, query = (
        administrator(request),
        request.app.state.clock.today(),
        language(request),
        request.query_params,
    )
    schemes = {scheme.id: scheme.label.of(lang) for policy in packs().values() for scheme in policy.schemes}
    status = _one_of(query, "status", [ALL, *STATUSES]) or ApplicationStatus.SUBMITTED
    scheme, text = _one_of(query, "scheme", list(schemes)), query.get("text", "").strip()
    with reading(request.app.state.engine) as session:
        found = search(session, actor, scheme_id=scheme, text=text)
    counts = Counter(entry.application.status for entry in found)
    chosen = [entry for entry in found if status in (ALL, entry.application.status)]
    return render(
        request,
        "review/list.html",
        status=200,
        tabs=[
            (key, total, link("/review", status=key, scheme=scheme, text=text))
            for key, total in [*((each.value, counts[each]) for each in STATUSES), (ALL, len(found))]
        ],
        chosen={"status": status, "scheme": scheme, "text": text},
        schemes=schemes,
        sheet=paging.sheet(chosen, "/review", query),
        waiting={entry.application.id: waiting(entry.application, today) for entry in chosen},
    )


@router.get("/review/{application_id}")
def case_page(request: Request, application_id: str) -> Response:
    case, lang = opened(request, application_id), language(request)
    conflict = case.why_not[Command.REFUSE]
    return render(
        request,
        "review/case.html",
        case=case,
        conflict=conflict if isinstance(conflict, Forbidden) else None,
        waiting=waiting(case.application, request.app.state.clock.today()),
        difference=casework.difference(case.assessment_declared, case.assessment_effective),
        findings=casework.findings(case.sheet, case.assessment_effective, lang),
        points=facts.points(case, lang),
        figures=casework.figures(case, lang),
        ended=years.ended(case, request.app.state.clock.today()),
        story=history.story(case.events, case.sheet, lang),
    )


def waiting(application: Application, today: date) -> int | None:
    """For how many working days an application has been waiting for a decision; None where it does not."""
    since = application.submitted_on
    if since is None or application.status is not ApplicationStatus.SUBMITTED:
        return None
    return china().working_days_between(min(since, today), today)


def _one_of(query: Mapping[str, str], name: str, options: list[str]) -> str | None:
    """What was chosen in a list, None for nothing; BadInput for what is not in it."""
    value = query.get(name, "").strip()
    if value and value not in options:
        wrong = {"value": excerpt(value), "options": "、".join(options)}
        raise BadInput([Fault(f"/{name}", "not_an_option", wrong)])
    return value or None
