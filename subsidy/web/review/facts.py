"""Verifying what was declared, judging what only a person can decide, and setting the rate: one fact at a time."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.facts import Fact, FactBase, Value, YesNo
from rules.faults import BadInput, FactError, Fault
from subsidy.errors import FieldFault, NotFound
from subsidy.locale import text
from subsidy.records import Application, ApplicationFact
from subsidy.web import steps
from subsidy.web.check import questions
from subsidy.web.documents import routes as papers
from subsidy.web.review.desk import Typed, address, administrator, opened
from subsidy.workflow import documents, review, words
from subsidy.workflow.approval import day_of_rule
from subsidy.workflow.sheet import Sheet
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

router = APIRouter()


class Point(NamedTuple):
    """One fact of a case: what was declared, what was verified and why, and the command that settles it."""

    key: str
    label: str
    command: Command
    declared: str | None
    verified: str | None
    row: ApplicationFact | None


def points(case: Case, lang: str) -> list[Point]:
    """Every fact that an administrator can settle, in the policy's order."""
    sheet = case.sheet
    return [
        Point(
            fact.key,
            fact.label.of(lang),
            _command(sheet, fact.key),
            fact.show(sheet.declared[fact.key], lang) if fact.key in sheet.declared else None,
            fact.show(sheet.verified[fact.key], lang) if fact.key in sheet.verified else None,
            sheet.rows.get(fact.key),
        )
        for fact in sheet.policy.facts_of(sheet.scheme)
    ]


@router.get("/review/{application_id}/facts/{key}")
def fact_page(request: Request, application_id: str, key: str) -> Response:
    return _page(request, opened(request, application_id), key, {})()


@router.post("/review/{application_id}/facts/{key}")
def settle(request: Request, application_id: str, key: str, typed: Typed) -> Response:
    actor, now = administrator(request), request.app.state.clock.now()
    case = opened(request, application_id)
    page = _page(request, case, key, typed)
    fact, command = case.sheet.policy.fact(key), _command(case.sheet, key)

    def step(session: Session) -> Application:
        steps.allowed(case, command)
        value, reason, version = *_read(fact, typed), steps.version(typed)
        evidence = typed.get("document") or None
        if command is Command.SET_RATE:
            assert value is None or isinstance(value, Decimal)
            return review.set_rate(session, actor, now, application_id, value, reason, version, evidence)
        change = review.judge if command is Command.JUDGE else review.correct
        return change(session, actor, now, application_id, key, value, reason, version, evidence)

    following = _following(case, key) if typed.get("then") == "next" else None
    to = f"{address(application_id)}/facts/{following}" if following else f"{address(application_id)}#facts"
    return steps.carry_out(request, typed, step, page, to=lambda _: to, done="review.done_settled")


def _page(request: Request, case: Case, key: str, typed: Mapping[str, str]) -> steps.Page:
    if key not in {fact.key for fact in case.sheet.policy.facts_of(case.sheet.scheme)}:
        raise NotFound
    fact, command = case.sheet.policy.fact(key), _command(case.sheet, key)

    def more(case: Case, lang: str) -> Mapping[str, object]:
        point = next(point for point in points(case, lang) if point.key == key)
        tests = [finding.test for finding in case.assessment_effective.findings if finding.test.fact.key == key]
        return {
            "fact": fact,
            "point": point,
            "asked": _asked(case.sheet, fact, _value(fact, point, typed), lang),
            "tests": [test.condition.asked(test.fact, test.bound, lang) for test in tests],
            "options": _options(case, fact, lang) if command is Command.JUDGE else None,
            "allowed": _allowed(case, fact, lang) if command is Command.SET_RATE else None,
            "following": _following(case, key),
            "documents": papers.shown(case),
            "proving": _proving(case, key, lang),
            "document_id": typed.get("document", (point.row and point.row.document_id) or ""),
        }

    return steps.form(request, "review/fact.html", partial(opened, request, case.application.id), command, typed, more)


def _proving(case: Case, key: str, lang: str) -> list[tuple[str, str]]:
    """The documents that a value can rest on; none to choose where there are none."""
    found = [(each.id, documents.named(each)) for each in documents.proving(case.sheet, key, case.documents)]
    return [*found, ("", text(lang, "documents.rests_on_none"))] if found else []


def _command(sheet: Sheet, key: str) -> Command:
    if key == sheet.scheme.benefit.granted:
        return Command.SET_RATE
    return Command.JUDGE if key in sheet.persons else Command.CORRECT


def _read(fact: FactBase, typed: Mapping[str, str]) -> tuple[Value | None, str]:
    """The value, None where it is taken back, and the reason; BadInput with every fault."""
    faults: list[Fault] = []
    value = None
    if "clear" not in typed:
        value = read_value(fact, typed, faults)
    reason = words.passage(typed.get("reason", ""), "reason", faults)
    if faults:
        raise BadInput(faults)
    return value, reason


def read_value(fact: FactBase, typed: Mapping[str, str], faults: list[Fault]) -> Value | None:
    """What was typed for a fact; adds a fault where it is missing or cannot be read."""
    try:
        value = fact.read_typed(typed.get(fact.key, ""))
    except FactError as error:
        faults.append(Fault(f"/facts/{fact.key}", error.code, error.params))
        return None
    if value is None:
        faults.append(FieldFault(f"/facts/{fact.key}", "review.value_missing"))
    return value


def _value(fact: FactBase, point: Point, typed: Mapping[str, str]) -> str:
    """What stands in the field: what was typed, else what was verified, else, to be confirmed, what was declared."""
    row = point.row
    kept = row and (row.verified or (row.declared if point.command is Command.CORRECT else None))
    return typed.get(fact.key, kept or "")


def _asked(sheet: Sheet, fact: FactBase, value: str, lang: str) -> questions.Question:
    form = questions.form(sheet.policy, sheet.scheme, {fact.key: value}, lang)
    return next(asked for asked in (*form.checked, *form.judged, *form.granted) if asked.name == fact.key)


def _options(case: Case, fact: Fact, lang: str) -> list[tuple[str, str]] | None:
    """The answers to a point that a person decides: met or not; None where the fact has answers of its own."""
    if not isinstance(fact, YesNo):
        return None
    test = next(finding.test for finding in case.assessment_effective.findings if finding.test.fact.key == fact.key)
    met = {value: test.condition.met(value, test.bound) for value in (True, False)}
    return [
        (fact.print(value), text(lang, "review.judged_met" if met[value] else "review.judged_not_met")) for value in met
    ]


def _allowed(case: Case, fact: FactBase, lang: str) -> str | None:
    """The range of the rate, as the text stood on the day of submission."""
    scheme = case.sheet.policy.scheme_on(case.sheet.scheme.id, day_of_rule(case.application))
    allowed = scheme.scheme.benefit.allowed(scheme.numbers)
    return allowed.shown(fact, lang) if allowed else None


def _following(case: Case, key: str) -> str | None:
    """The next fact after `key` that is not settled yet."""
    keys = [fact.key for fact in case.sheet.policy.facts_of(case.sheet.scheme)]
    return next((one for one in keys[keys.index(key) + 1 :] if one not in case.sheet.verified), None)
