"""Operating years: recording a verified figure, and deciding on an instalment whose year falls short."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.faults import BadInput, Fault
from subsidy.errors import NotFound
from subsidy.records import OperatingFigure, YearDecision
from subsidy.web import casework, steps
from subsidy.web.review.desk import Typed, address, administrator, opened
from subsidy.web.review.facts import read_value
from subsidy.workflow import words, years
from subsidy.workflow.approval import day_of_rule
from subsidy.workflow.standing import yearly_test
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case, Part

router = APIRouter()


def ended(case: Case, today: date) -> set[int]:
    """The operating years that instalments wait for and whose figures can be recorded by now."""
    waited_for = [part.instalment for part in case.instalments]
    return {one.year_number for one in waited_for if one.year_number and one.year_end and one.year_end < today}


@router.get("/review/{application_id}/years/{year}")
def figure_page(request: Request, application_id: str, year: int) -> Response:
    return _figure(request, opened(request, application_id), year, {})()


@router.post("/review/{application_id}/years/{year}")
def record(request: Request, application_id: str, year: int, typed: Typed) -> Response:
    actor, clock = administrator(request), request.app.state.clock
    case = opened(request, application_id)
    page, fact = _figure(request, case, year, typed), casework.yearly_fact(case.sheet)

    def step(session: Session) -> OperatingFigure:
        steps.allowed(case, Command.RECORD_FIGURE)
        faults: list[Fault] = []
        value = read_value(fact, typed, faults)
        evidence = words.line(typed.get("evidence", ""), "evidence", faults)
        if faults:
            raise BadInput(faults)
        assert value is not None
        assert case.award is not None
        reason, version = typed.get("reason"), steps.version(typed)
        return years.record_figure(
            session, actor, clock.now(), clock.today(), case.award.id, year, value, evidence, reason, version
        )

    to = f"{address(application_id)}#instalments"
    return steps.carry_out(request, typed, step, page, to=lambda _: to, done="review.done_recorded")


@router.get("/review/{application_id}/instalments/{number}/{decision}")
def decision_page(request: Request, application_id: str, number: int, decision: str) -> Response:
    return _decision(request, opened(request, application_id), number, _command(decision), {})()


@router.post("/review/{application_id}/instalments/{number}/{decision}")
def decide(request: Request, application_id: str, number: int, decision: str, typed: Typed) -> Response:
    actor, now, command = administrator(request), request.app.state.clock.now(), _command(decision)
    case = opened(request, application_id)
    page, instalment_id = _decision(request, case, number, command, typed), _part(case, number).instalment.id

    def step(session: Session) -> YearDecision:
        carry = years.release if command is Command.RELEASE else years.forfeit
        return carry(session, actor, now, instalment_id, typed.get("reason", ""), steps.version(typed))

    to = f"{address(application_id)}#instalments"
    return steps.carry_out(request, typed, step, page, to=lambda _: to, done="review.done_decided", weighty=True)


def _figure(request: Request, case: Case, year: int, typed: Mapping[str, str]) -> steps.Page:
    if not any(part.instalment.year_number == year for part in case.instalments):
        raise NotFound

    def more(case: Case, lang: str) -> Mapping[str, object]:
        sheet, parts = case.sheet, [part for part in case.instalments if part.instalment.year_number == year]
        test = yearly_test(sheet.policy, sheet.scheme.id, day_of_rule(case.application))
        return {
            "year": year,
            "parts": parts,
            "figure": parts[0].figure,
            "figures": casework.figures(case, lang),
            "fact": test.fact,
            "condition": test.condition,
            "asked": test.condition.asked(test.fact, test.bound, lang),
        }

    read = partial(opened, request, case.application.id)
    return steps.form(request, "review/figure.html", read, Command.RECORD_FIGURE, typed, more)


def _decision(request: Request, case: Case, number: int, command: Command, typed: Mapping[str, str]) -> steps.Page:
    _part(case, number)

    def more(case: Case, lang: str) -> Mapping[str, object]:
        return {"part": _part(case, number), "figures": casework.figures(case, lang), "decision": command.value}

    read = partial(opened, request, case.application.id)
    return steps.form(request, "review/decision.html", read, command, typed, more)


def _part(case: Case, number: int) -> Part:
    for part in case.instalments:
        if part.instalment.number == number:
            return part
    raise NotFound


def _command(decision: str) -> Command:
    if decision not in (Command.RELEASE, Command.FORFEIT):
        raise NotFound
    return Command(decision)
