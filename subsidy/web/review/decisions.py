"""Recommending, approving and refusing: each on a page of its own, which says what will follow."""

from collections.abc import Mapping, Sequence
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.faults import BadInput, Fault
from schedules.calendar import china
from schedules.instalments import PlannedInstalment
from subsidy.database import reading
from subsidy.errors import FieldFault
from subsidy.finance import fitting
from subsidy.letter import Script, script
from subsidy.records import Application, Award, LetterKind, Outcome, Recommendation
from subsidy.web import casework, steps
from subsidy.web.check import result
from subsidy.web.review.desk import Typed, address, administrator, opened, reader
from subsidy.workflow import approval, letters, recommendation, words
from subsidy.workflow.approval import day_of_rule
from subsidy.workflow.letter_content import Signature
from subsidy.workflow.letters import Dictation
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

router = APIRouter()


@router.get("/review/{application_id}/recommend")
def recommend_page(request: Request, application_id: str) -> Response:
    return _recommendation(request, application_id, {})()


@router.post("/review/{application_id}/recommend")
def recommend(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = administrator(request), request.app.state.clock

    def step(session: Session) -> Recommendation:
        steps.allowed(opened(request, application_id), Command.RECOMMEND)
        faults: list[Fault] = []
        outcome = typed.get("outcome", "")
        if outcome not in (Outcome.GRANT, Outcome.REFUSE):
            faults.append(FieldFault("/outcome", "review.value_missing"))
        reason = words.passage(typed.get("reason", ""), "reason", faults)
        if faults:
            raise BadInput(faults)
        version = steps.version(typed)
        return recommendation.recommend(
            session, actor, clock.now(), clock.today(), application_id, version, Outcome(outcome), reason
        )

    page = _recommendation(request, application_id, typed)
    return steps.carry_out(
        request, typed, step, page, to=lambda _: address(application_id), done="procedure.done_recommend"
    )


@router.get("/review/{application_id}/approve")
def approve_page(request: Request, application_id: str) -> Response:
    return _approval(request, application_id, {})()


@router.post("/review/{application_id}/approve")
def approve(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = administrator(request), request.app.state.clock

    def step(session: Session) -> Award | None:
        return recommendation.approve(
            session,
            actor,
            clock.now(),
            clock.today(),
            application_id,
            steps.version(typed),
            typed.get("reason", ""),
            china(),
            _dictation(request, typed),
        )

    page = _approval(request, application_id, typed)
    return steps.carry_out(
        request, typed, step, page, to=lambda _: address(application_id), done="review.done_signed", weighty=True
    )


@router.get("/review/{application_id}/refuse")
def refuse_page(request: Request, application_id: str) -> Response:
    return _refusal(request, application_id, {})()


@router.post("/review/{application_id}/refuse")
def refuse(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock = administrator(request), request.app.state.clock

    def step(session: Session) -> Application:
        reason, version, letter = typed.get("reason", ""), steps.version(typed), _dictation(request, typed)
        return recommendation.refuse(
            session, actor, clock.now(), clock.today(), application_id, version, reason, letter
        )

    page = _refusal(request, application_id, typed)
    return steps.carry_out(
        request, typed, step, page, to=lambda _: address(application_id), done="review.done_refused", weighty=True
    )


def _approval(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    today = request.app.state.clock.today()

    def more(case: Case, lang: str) -> Mapping[str, object]:
        sheet, answer = case.sheet, case.assessment_effective
        parts = result.parts(answer, sheet.effective, today, china(), lang)
        planned = [part.instalment for part in parts]
        made, signed = case.proceedings.recommendation, case.proceedings.signatures
        sends = made is not None and len(signed) + 1 >= made.people and not case.why_not[Command.APPROVE]
        return {
            "answer": answer,
            "document": casework.document(sheet, answer, sheet.effective, day_of_rule(case.application), lang),
            "parts": parts,
            "fits": _fits(request, case, planned),
            "script": _draft(request, LetterKind.AWARD, case, typed, lang, planned) if sends else None,
        }

    read = partial(opened, request, application_id)
    return steps.form(request, "review/approve.html", read, Command.APPROVE, typed, more)


def _recommendation(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    def more(case: Case, lang: str) -> Mapping[str, object]:
        sheet, answer = case.sheet, case.assessment_effective
        terms, amount = sheet.policy.procedure, answer.award.amount if answer.award else None
        return {
            "answer": answer,
            "document": casework.document(sheet, answer, sheet.effective, day_of_rule(case.application), lang),
            "people": terms.people_for(amount) if terms and amount is not None else None,
            "fits": _fits(request, case, _planned(request, case)),
        }

    read = partial(opened, request, application_id)
    return steps.form(request, "review/recommend.html", read, Command.RECOMMEND, typed, more)


def _refusal(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    def more(case: Case, lang: str) -> Mapping[str, object]:
        return {"script": _draft(request, LetterKind.REFUSAL, case, typed, lang)}

    read = partial(opened, request, application_id)
    return steps.form(request, "review/refuse.html", read, Command.REFUSE, typed, more)


def _planned(request: Request, case: Case) -> Sequence[PlannedInstalment]:
    """The parts that would be granted as the facts now are; none where nothing could be."""
    award = case.assessment_effective.award
    if case.obstacle or award is None or award.amount is None:
        return ()
    return approval.planned(award.amount, case.sheet, request.app.state.clock.today(), china())


def _fits(request: Request, case: Case, parts: Sequence[PlannedInstalment]) -> Sequence[fitting.Fit]:
    """What the budget has for these parts now."""
    with reading(request.app.state.engine) as session:
        return fitting.fits(session, case.application, parts)


def _dictation(request: Request, typed: Mapping[str, str]) -> Dictation:
    return Dictation(request.app.state.settings.base_url, typed.get("addition", ""))


def _draft(
    request: Request,
    kind: LetterKind,
    case: Case,
    typed: Mapping[str, str],
    lang: str,
    parts: Sequence[PlannedInstalment] = (),
) -> Script:
    """The letter that would be sent, with what was typed so far."""
    drafted = letters.draft(
        kind,
        case.application,
        case.organisation,
        case.sheet,
        reader(request),
        request.app.state.clock.today(),
        reason=typed.get("reason", "").strip(),
        addition=typed.get("addition", "").strip(),
        parts=parts,
        earlier=[Signature.at(one.name, one.signed_at) for one in case.proceedings.signatures],
    )
    return script(drafted, lang)
