"""Following applications: the list of an organisation's own, each with where it stands, and withdrawing one."""

from collections.abc import Mapping
from functools import partial
from itertools import groupby

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.load import packs
from schedules.calendar import china
from subsidy.database import reading
from subsidy.finance.schedule import PayoutSchedule, payout_schedule
from subsidy.records import Application, Organisation, Role
from subsidy.web import casework, history, steps
from subsidy.web.apply import account, drafts, letters, particulars
from subsidy.web.apply.desk import Typed, applicant, opened
from subsidy.web.casework import Payment
from subsidy.web.documents import routes as papers
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.workflow import appeals, applications
from subsidy.workflow.next_step import next_step
from subsidy.workflow.search import search
from subsidy.workflow.stages import DECIDED, WRITABLE
from subsidy.workflow.transitions import Command

router = APIRouter(include_in_schema=False)


@router.get("/apply")
def list_page(request: Request) -> Response:
    actor, today, lang = applicant(request), request.app.state.clock.today(), language(request)
    with reading(request.app.state.engine) as session:
        organisation = session.get_one(Organisation, actor.organisation_id)
        entries = search(session, actor)
        payments = _payments(payout_schedule(session, as_of=today, payee=organisation.credit_code))
    latest = sorted((entry.application for entry in entries), key=lambda one: one.created_at, reverse=True)
    awards = {entry.application.id: entry.award for entry in entries}
    rows = [
        {
            "application": application,
            "scheme": packs()[application.policy_id].scheme(application.scheme_id).label.of(lang),
            "award": awards[application.id],
            "payments": payments.get(application.id, ()),
            "step": next_step(application, today, china()),
            "next_step": casework.next_step(application, payments.get(application.id, ()), lang),
        }
        # What waits for the applicant comes first.
        for application in sorted(latest, key=lambda one: one.status not in WRITABLE)
    ]
    return render(request, "apply/list.html", organisation=organisation, rows=rows)


# Before the addresses of single applications, which would take "new" for an id.
router.include_router(account.router)
router.include_router(drafts.router)
router.include_router(particulars.router)
router.include_router(papers.routes("/apply", Role.APPLICANT, opened))
router.include_router(letters.router)


@router.get("/apply/{application_id}")
def case_page(request: Request, application_id: str) -> Response:
    case, lang = opened(request, application_id), language(request)
    application, sheet = case.application, case.sheet
    answer, on = case.assessment_declared, application.submitted_on or request.app.state.clock.today()
    return render(
        request,
        "apply/case.html",
        case=case,
        decided=application.status in DECIDED,
        next_step=casework.next_step(application, casework.payments(case), lang),
        on=on,
        answer=answer,
        document=casework.document(sheet, answer, sheet.declared, on, lang),
        findings=casework.findings(sheet, answer, lang),
        figures=casework.figures(case, lang),
        story=history.public_story(case.events, case.openings, sheet, lang),
        documents=papers.shown(case),
    )


@router.get("/apply/{application_id}/withdraw")
def withdraw_page(request: Request, application_id: str) -> Response:
    return _withdrawal(request, application_id, {})()


@router.post("/apply/{application_id}/withdraw")
def withdraw(request: Request, application_id: str, typed: Typed) -> Response:
    actor, now = applicant(request), request.app.state.clock.now()

    def step(session: Session) -> Application:
        reason = typed.get("reason", "")
        return applications.withdraw(session, actor, now, application_id, reason, steps.version(typed))

    page = _withdrawal(request, application_id, typed)
    return steps.carry_out(request, typed, step, page, to=_address, done="apply.done_withdrawn")


@router.get("/apply/{application_id}/appeal")
def appeal_page(request: Request, application_id: str) -> Response:
    return _appeal(request, application_id, {})()


@router.post("/apply/{application_id}/appeal")
def appeal(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = applicant(request), request.app.state.clock

    def step(session: Session) -> Application:
        reason, version = typed.get("reason", ""), steps.version(typed)
        return appeals.appeal(session, actor, clock.now(), clock.today(), application_id, reason, version)

    page = _appeal(request, application_id, typed)
    return steps.carry_out(request, typed, step, page, to=_address, done="apply.done_appealed")


def _appeal(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    read = partial(opened, request, application_id)
    return steps.form(request, "apply/appeal.html", read, Command.APPEAL, typed)


def _withdrawal(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    read = partial(opened, request, application_id)
    return steps.form(request, "apply/withdraw.html", read, Command.WITHDRAW, typed)


def _address(application: Application) -> str:
    return f"/apply/{application.id}"


def _payments(schedule: PayoutSchedule) -> dict[str, list[Payment]]:
    """The instalments of each application, in order."""
    rows = sorted(schedule.rows, key=lambda row: (row.application_id, row.instalment_number))
    return {
        application_id: [Payment(row.instalment_number, row.due_on, row.status, row.reason) for row in group]
        for application_id, group in groupby(rows, lambda row: row.application_id)
    }
