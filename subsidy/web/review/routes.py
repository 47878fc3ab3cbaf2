"""The queue of applications, and one case with everything that a decision rests on."""

from collections.abc import Iterator, Mapping
from typing import Final

from fastapi import APIRouter, Request, Response

from rules.faults import BadInput, Fault, excerpt
from rules.load import packs
from subsidy.database import reading
from subsidy.errors import Forbidden, Refused
from subsidy.records import ApplicationStatus, Role
from subsidy.web import casework, history, paging
from subsidy.web.documents import routes as papers
from subsidy.web.language import language
from subsidy.web.pages import link, render
from subsidy.web.review import amendments, decisions, facts, letters, procedure, queue, years
from subsidy.web.review.desk import opened, reader
from subsidy.workflow.search import search
from subsidy.workflow.transitions import TRANSITIONS, Command
from subsidy.workflow.view import Case

router = APIRouter(include_in_schema=False)
for room in (facts, amendments, decisions, procedure, years, letters):
    router.include_router(room.router)
router.include_router(papers.routes("/review", Role.ADMINISTRATOR, opened))

TABS: Final = ("open", "mine", "all")
STATUSES: Final = tuple(status.value for status in ApplicationStatus if status is not ApplicationStatus.DRAFT)
"""Drafts are the applicant's own."""
ACTIONS: Final = (
    Command.ACCEPT,
    Command.RECOMMEND,
    Command.PUBLISH,
    Command.APPROVE,
    Command.REFUSE,
    Command.RETURN,
    Command.TAKE_BACK,
    Command.REOPEN,
    Command.UPHOLD,
    Command.CLOSE,
)
"""What an administrator can do with a case as a whole, the first of a status its usual way on."""


@router.get("/review")
def list_page(request: Request) -> Response:
    actor, today, lang, query = (
        reader(request),
        request.app.state.clock.today(),
        language(request),
        request.query_params,
    )
    schemes = {scheme.id: scheme.label.of(lang) for policy in packs().values() for scheme in policy.schemes}
    tab = _one_of(query, "status", [*TABS, *STATUSES]) or "open"
    scheme, text = _one_of(query, "scheme", list(schemes)), query.get("text", "").strip()
    with reading(request.app.state.engine) as session:
        found = search(session, actor, scheme_id=scheme, text=text)
        sheet = paging.sheet(queue.chosen(found, tab, actor), "/review", query)
        rows = queue.rows(session, sheet.rows, today)
    return render(
        request,
        "review/list.html",
        status=200,
        tabs=[
            (key, len(queue.chosen(found, key, actor)), link("/review", status=key, scheme=scheme, text=text))
            for key in TABS
        ],
        statuses=[(status, len(queue.chosen(found, status, actor))) for status in STATUSES],
        chosen={"status": tab, "scheme": scheme, "text": text},
        schemes=schemes,
        sheet=sheet,
        rows=rows,
    )


@router.get("/review/{application_id}")
def case_page(request: Request, application_id: str) -> Response:
    case, lang = opened(request, application_id), language(request)
    conflict, today = case.why_not[Command.CLAIM], request.app.state.clock.today()
    return render(
        request,
        "review/case.html",
        case=case,
        conflict=conflict if isinstance(conflict, Forbidden) else None,
        actions=list(_actions(case)),
        step=case.next_step,
        next_step=casework.next_step(case.application, casework.payments(case), lang),
        difference=casework.difference(case.assessment_declared, case.assessment_effective),
        findings=casework.findings(case.sheet, case.assessment_effective, lang),
        points=facts.points(case, lang),
        figures=casework.figures(case, lang),
        ended=years.ended(case, today),
        story=history.story(case.events, case.sheet, lang),
        documents=papers.shown(case),
    )


def _actions(case: Case) -> Iterator[Command]:
    """What belongs to the status of the case, and to what was recommended."""
    for command in ACTIONS:
        refusal = case.why_not[command]
        beside = isinstance(refusal, Refused) and refusal.code in _BESIDE
        if case.application.status in TRANSITIONS[command].sources and not beside:
            yield command


_BESIDE: Final = frozenset({"workflow.nothing_to_publish", "workflow.recommended_to_grant", "workflow.not_settled"})
"""Why a command is of no use for what was recommended."""


def _one_of(query: Mapping[str, str], name: str, options: list[str]) -> str | None:
    """What was chosen in a list, None for nothing; BadInput for what is not in it."""
    value = query.get(name, "").strip()
    if value and value not in options:
        wrong = {"value": excerpt(value), "options": "、".join(options)}
        raise BadInput([Fault(f"/{name}", "not_an_option", wrong)])
    return value or None
