"""The pages of a self-check. Everything stands in the address; nothing is stored."""

from datetime import date

from fastapi import APIRouter, Request, Response

from rules.assess import Facts, assess
from rules.facts import read_day
from rules.faults import FactError, Fault
from rules.load import packs
from rules.policy import Policy, Scheme
from rules.reading import DEFAULT_POLICY, read_form
from schedules.calendar import china
from subsidy.assessment import assessment_document
from subsidy.errors import NotFound
from subsidy.headline import headline
from subsidy.reports.assessment import assessment_pdf
from subsidy.web.check import chart, questions, result, start
from subsidy.web.language import language
from subsidy.web.pages import link, render

router = APIRouter(include_in_schema=False)


@router.get("/")
def start_page(request: Request) -> Response:
    policy = packs()[DEFAULT_POLICY]
    lang = language(request)
    offers = start.offers(policy, request.app.state.clock.today(), china(), lang)
    papers = start.papers(policy, lang)
    return render(request, "check/start.html", policy=policy, offers=offers, papers=papers)


@router.get("/policy/{policy_id}")
def policy_page(request: Request, policy_id: str) -> Response:
    policy = packs().get(policy_id)
    if policy is None:
        raise NotFound
    return render(request, "check/policy.html", policy=policy)


@router.get("/check/{scheme_id}")
def form_page(request: Request, scheme_id: str) -> Response:
    policy, scheme = _scheme(scheme_id)
    faults: tuple[Fault, ...] = ()
    # An address that was sent back with faults shows them again where only the language is switched.
    if request.query_params.get("checked"):
        _, _, faults = _read(request, policy, scheme)
    return _form(request, policy, scheme, faults)


@router.get("/check/{scheme_id}/result")
def result_page(request: Request, scheme_id: str) -> Response:
    policy, scheme = _scheme(scheme_id)
    facts, on, faults = _read(request, policy, scheme)
    if faults:
        return _form(request, policy, scheme, faults, status=422)
    lang = language(request)
    assessment = assess(policy, facts, on, scheme.id)
    answer, document = assessment.schemes[0], assessment_document(assessment, china(), lang)["schemes"][0]
    carried = result.answers(assessment, facts)
    return render(
        request,
        "check/result.html",
        policy=policy,
        scheme=scheme,
        on=on,
        headline=headline(document, lang),
        mood=result.mood(document),
        document=document,
        answer=answer,
        rows=[(row, *result.outcome_tag(row)) for row in result.rows(policy, answer, lang)],
        missing=result.missing(policy, answer),
        ways=result.ways(policy, answer, lang),
        parts=result.parts(answer, facts, on, china(), lang),
        planned_start=result.planned_start(scheme, facts, on),
        readings=result.readings(policy, scheme),
        chart=chart.chart(policy, scheme, facts, on, lang),
        measures=chart,
        edit=link(f"/check/{scheme.id}", **carried),
        pdf=link(f"/check/{scheme.id}/result.pdf", **carried, on=on),
        apply=link("/apply/new", scheme=scheme.id, **carried),
        others=[(other, link(f"/check/{other.id}", **carried)) for other in policy.schemes if other is not scheme],
    )


@router.get("/check/{scheme_id}/result.pdf")
def result_paper(request: Request, scheme_id: str) -> Response:
    policy, scheme = _scheme(scheme_id)
    facts, on, faults = _read(request, policy, scheme)
    if faults:
        return _form(request, policy, scheme, faults, status=422)
    lang = language(request)
    assessment = assess(policy, facts, on, scheme.id)
    same = link(f"/check/{scheme.id}/result", **result.answers(assessment, facts), on=on)
    paper = assessment_pdf(
        assessment_document(assessment, china(), lang),
        policy,
        lang,
        url=request.app.state.settings.base_url.rstrip("/") + same,
        issued_on=request.app.state.clock.today(),
        facts=facts,
    )
    name = f"{policy.id}-{scheme.id}-{on}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(paper, media_type="application/pdf", headers=headers)


def _scheme(scheme_id: str) -> tuple[Policy, Scheme]:
    policy = packs()[DEFAULT_POLICY]
    try:
        return policy, policy.scheme(scheme_id)
    except KeyError:
        raise NotFound from None


def _read(request: Request, policy: Policy, scheme: Scheme) -> tuple[Facts, date, tuple[Fault, ...]]:
    """The facts that were typed, the day to check them on, and what could not be read."""
    on, wrong = request.app.state.clock.today(), []
    if asked := request.query_params.get("on"):
        try:
            on = read_day(asked)
        except FactError as error:
            wrong.append(Fault("/on", error.code, error.params))
    facts, faults = read_form(policy, scheme.id, request.query_params, on)
    return facts, on, (*wrong, *faults)


def _form(
    request: Request, policy: Policy, scheme: Scheme, faults: tuple[Fault, ...], *, status: int = 200
) -> Response:
    lang = language(request)
    allowed = scheme.benefit.allowed(policy.scheme_on(scheme.id, request.app.state.clock.today()).numbers)
    rate = policy.fact(scheme.benefit.granted) if scheme.benefit.granted else None
    return render(
        request,
        "check/form.html",
        status=status,
        policy=policy,
        scheme=scheme,
        form=questions.form(policy, scheme, request.query_params, lang),
        allowed=allowed.shown(rate, lang) if allowed and rate else None,
        faults=questions.messages(policy, faults, lang),
    )
