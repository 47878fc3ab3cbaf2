"""An application on its way: started from a self-check or from nothing, saved as often as needed, checked and submitted."""

from collections.abc import Iterable, Mapping
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.facts import FactBase, Value
from rules.faults import BadInput, FactError, Fault
from rules.load import packs
from rules.policy import Policy, Scheme
from rules.reading import DEFAULT_POLICY, read_form
from schedules.calendar import china
from schedules.clock import Clock
from subsidy.database import reading
from subsidy.errors import NotFound, Refused
from subsidy.headline import headline
from subsidy.records import Application
from subsidy.records.base import is_id, new_id
from subsidy.web import casework, steps
from subsidy.web.apply.desk import Typed, applicant, opened
from subsidy.web.check import questions, result
from subsidy.web.documents import routes as papers
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.workflow import applications, words
from subsidy.workflow.sheet import asked_of_applicant
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

router = APIRouter()


@router.get("/apply/new")
def new_page(request: Request) -> Response:
    applicant(request)
    policy = packs()[DEFAULT_POLICY]
    if "scheme" not in request.query_params:
        return render(request, "apply/choose.html", policy=policy)
    return _new(request, policy, request.query_params)()


@router.post("/apply/new")
def start(request: Request, typed: Typed) -> Response:
    actor, clock = applicant(request), request.app.state.clock
    policy, draft = packs()[DEFAULT_POLICY], _draft(typed)
    with reading(request.app.state.engine) as session:
        sent_before = session.get(Application, draft) is not None
    if sent_before:
        # By a second click, or once more from the page before: the same form is the same application.
        return save(request, draft, {**typed, "version": "1"})
    page = _new(request, policy, typed)

    def step(session: Session) -> Application:
        scheme = _scheme(policy, typed)
        name, facts = _read(policy, scheme, typed, clock)
        return applications.start(
            session,
            actor,
            clock.now(),
            policy_id=policy.id,
            scheme_id=scheme.id,
            project_name=name,
            facts=facts,
            application_id=draft,
        )

    return steps.carry_out(request, typed, step, page, to=partial(_next, typed), done="apply.done_saved")


@router.get("/apply/{application_id}/edit")
def edit_page(request: Request, application_id: str) -> Response:
    case = opened(request, application_id)
    kept = {key: row.declared for key, row in case.sheet.rows.items() if row.declared is not None}
    return _edit(request, application_id, {"project_name": case.application.project_name, **kept})()


@router.post("/apply/{application_id}/edit")
def save(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = applicant(request), request.app.state.clock
    sheet = opened(request, application_id).sheet

    def step(session: Session) -> Application:
        name, facts = _read(sheet.policy, sheet.scheme, typed, clock)
        version = steps.version(typed)
        return applications.save(
            session, actor, clock.now(), application_id, project_name=name, facts=facts, version=version
        )

    page = _edit(request, application_id, typed)
    return steps.carry_out(request, typed, step, page, to=partial(_next, typed), done="apply.done_saved")


@router.get("/apply/{application_id}/check")
def check_page(request: Request, application_id: str) -> Response:
    return _check(request, application_id, {})()


@router.post("/apply/{application_id}/check")
def submit(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = applicant(request), request.app.state.clock

    def step(session: Session) -> Application:
        return applications.submit(session, actor, clock.now(), clock.today(), application_id, steps.version(typed))

    def address(application: Application) -> str:
        return f"/apply/{application.id}"

    page = _check(request, application_id, typed)
    return steps.carry_out(request, typed, step, page, to=address, done="apply.done_submitted")


def _new(request: Request, policy: Policy, typed: Mapping[str, str]) -> steps.Page:
    """The form of a new application, holding what was typed or what a self-check carried here."""
    scheme = _scheme(policy, typed)

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        return render(
            request,
            "apply/form.html",
            status=status,
            lang=lang,
            policy=policy,
            scheme=scheme,
            case=None,
            draft=_draft(typed),
            typed=typed,
            form=questions.form(policy, scheme, typed, words),
            faults=steps.worded(policy, faults, refusal, words),
        )

    return page


def _edit(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    def more(case: Case, lang: str) -> Mapping[str, object]:
        policy, scheme = case.sheet.policy, case.sheet.scheme
        form = questions.form(policy, scheme, typed, lang)
        return {"policy": policy, "scheme": scheme, "form": form, "differences": _differences(case, typed, lang)}

    return steps.form(request, "apply/form.html", partial(opened, request, application_id), Command.SAVE, typed, more)


def _check(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    today = request.app.state.clock.today()

    def more(case: Case, lang: str) -> Mapping[str, object]:
        sheet, answer = case.sheet, case.assessment_declared
        document = casework.document(sheet, answer, sheet.declared, today, lang)
        return {
            "facts": asked_of_applicant(sheet.policy, sheet.scheme),
            "answer": answer,
            "document": document,
            "headline": headline(document, lang),
            "mood": result.mood(document),
            "findings": casework.findings(sheet, answer, lang),
            "parts": result.parts(answer, sheet.declared, today, china(), lang),
            "planned_start": result.planned_start(sheet.scheme, sheet.declared, today),
            "documents": papers.shown(case),
        }

    read = partial(opened, request, application_id)
    return steps.form(request, "apply/check.html", read, Command.SUBMIT, typed, more)


def _draft(typed: Mapping[str, str]) -> str:
    """The id that the application will have: the form carries it, so that it is known again however often it is sent."""
    carried = typed.get("draft", "")
    return carried if is_id(carried) else new_id()


def _scheme(policy: Policy, typed: Mapping[str, str]) -> Scheme:
    try:
        return policy.scheme(typed.get("scheme", ""))
    except KeyError:
        raise NotFound from None


def _read(policy: Policy, scheme: Scheme, typed: Mapping[str, str], clock: Clock) -> tuple[str, dict[str, Value]]:
    """The project's name and its facts; BadInput with every fault of the form."""
    faults: list[Fault] = []
    name = words.line(typed.get("project_name", ""), "project_name", faults)
    facts, wrong = read_form(policy, scheme.id, typed, clock.today())
    if faults or wrong:
        raise BadInput([*faults, *wrong])
    return name, facts


def _next(typed: Mapping[str, str], application: Application) -> str:
    """Where saving leads: on to the last check before submission, or to the draft as it is kept."""
    return f"/apply/{application.id}/check" if typed.get("then") == "check" else f"/apply/{application.id}"


def _differences(case: Case, typed: Mapping[str, str], lang: str) -> list[tuple[str, str | None]]:
    """What is kept now and is not what was typed: labels, and the values kept."""
    rows, kept = case.sheet.rows, case.sheet.declared
    return [
        (fact.label.of(lang), fact.show(kept[fact.key], lang) if fact.key in kept else None)
        for fact in asked_of_applicant(case.sheet.policy, case.sheet.scheme)
        if _canonical(fact, typed.get(fact.key, "")) != (rows[fact.key].declared if fact.key in rows else None)
    ]


def _canonical(fact: FactBase, typed: str) -> str | None:
    """What was typed in the form in which it would be kept; itself where it cannot be read."""
    try:
        value = fact.read_typed(typed)
    except FactError:
        return typed
    return None if value is None else fact.print(value)
