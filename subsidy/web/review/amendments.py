"""Changing an award: proposed with all that follows, seen before it is proposed; confirmed or turned down on another page."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.facts import Value
from rules.faults import BadInput, FactError, Fault
from rules.money import Fen
from subsidy.database import reading
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance import proposals
from subsidy.locale import text
from subsidy.records import Amendment, AmendmentKind, Application, Proposal
from subsidy.web import steps
from subsidy.web.check import questions
from subsidy.web.forms import switched_to
from subsidy.web.review.desk import Typed, address, administrator, opened
from subsidy.workflow import amending
from subsidy.workflow.entitlement import Choice, Preview, amendments, corrected, disallowed, preview
from subsidy.workflow.letters import Dictation
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

router = APIRouter()


class Line(NamedTuple):
    """An instalment before and after, and what becomes of it, as the catalogue words it."""

    number: int
    before: Fen
    after: Fen
    became: str


@router.get("/review/{application_id}/amend")
def amend_page(request: Request, application_id: str) -> Response:
    return _form(request, application_id, {})()


@router.post("/review/{application_id}/amend")
def propose(request: Request, application_id: str, typed: Typed) -> Response:
    actor, now = administrator(request), request.app.state.clock.now()
    page = _form(request, application_id, typed)

    def step(session: Session) -> Proposal:
        case = opened(request, application_id)
        steps.allowed(case, Command.REVISE)
        choice = _choice(case, typed)
        return amending.propose(
            session, actor, now, application_id, steps.version(typed), choice, typed.get("reason", "")
        )

    if "preview" in typed and not switched_to(typed):
        return _seen_first(request, application_id, typed, page)
    return steps.carry_out(request, typed, step, page, to=lambda _: address(application_id), done="amend.done_proposed")


@router.get("/review/{application_id}/amendment")
def proposal_page(request: Request, application_id: str) -> Response:
    return _proposal(request, application_id, {})()


@router.post("/review/{application_id}/amendment")
def decide(request: Request, application_id: str, typed: Typed) -> Response:
    actor, clock, settings = administrator(request), request.app.state.clock, request.app.state.settings
    page, confirmed = _proposal(request, application_id, typed), "keep" not in typed

    def step(session: Session) -> Amendment | Application:
        version, reason = steps.version(typed), typed.get("reason", "")
        if not confirmed:
            return amending.keep(session, actor, clock.now(), application_id, version, reason)
        return amending.confirm(
            session,
            actor,
            clock.now(),
            clock.today(),
            application_id,
            version,
            reason,
            Dictation(settings.base_url, typed.get("addition", "")),
            settings.refund_account,
        )

    done = "amend.done_confirmed" if confirmed else "amend.done_kept"
    return steps.carry_out(
        request, typed, step, page, to=lambda _: address(application_id), done=done, weighty=confirmed
    )


def lines(found: Preview) -> list[Line]:
    """What changes for each instalment; a further one comes last."""
    shown = []
    for line in found.lines:
        after = Fen(line.amount + found.deltas.changes.get(line.number, 0))
        shown.append(Line(line.number, line.amount, after, _became(line.amount, after, paid=line.paid)))
    if found.deltas.top_up:
        shown.append(Line(len(shown) + 1, Fen(0), found.deltas.top_up, "added"))
    return shown


def _became(before: Fen, after: Fen, *, paid: bool) -> str:
    if paid or before == after:
        return "paid" if paid else "same"
    return "gone" if not after else "more" if after > before else "less"


def _seen_first(request: Request, application_id: str, typed: Mapping[str, str], page: steps.Page) -> Response:
    """The form with what would follow; nothing is proposed yet."""
    case = opened(request, application_id)
    steps.allowed(case, Command.REVISE)
    try:
        _preview(request, case, _choice(case, typed))
    except BadInput as bad:
        return page(status=422, faults=bad.faults)
    except Refused as refusal:
        return page(status=refusal.status, refusal=refusal)
    return page()


def _form(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    def more(case: Case, lang: str) -> Mapping[str, object]:
        if case.award is None:
            raise NotFound
        with reading(request.app.state.engine) as session:
            made = amendments(session, case.award)
            possible = amending.short_years(session, case.award) | disallowed(made)
        present = corrected(case.sheet, made)
        found = None
        if "preview" in typed:
            try:
                found = _preview(request, case, _choice(case, typed))
            except (BadInput, Refused):
                found = None  # told above the form
        form = questions.form(case.sheet.policy, case.sheet.scheme, typed, lang)
        years = typed or {f"year_{number}": "true" for number in disallowed(made)}
        return {
            "kinds": [(kind.value, text(lang, f"amend.kind_{kind}")) for kind in AmendmentKind],
            "asked": [*form.checked, *form.judged, *form.granted],
            "present": {
                fact.key: fact.show(present[fact.key], lang)
                for fact in case.sheet.policy.facts_of(case.sheet.scheme)
                if fact.key in present
            },
            "years": [
                (f"year_{number}", text(lang, "report.plan_number", number=number)) for number in sorted(possible)
            ],
            "ticked": years,
            "found": found,
            "lines": lines(found) if found else (),
        }

    read = partial(opened, request, application_id)
    return steps.form(request, "review/amend.html", read, Command.REVISE, typed, more)


def _proposal(request: Request, application_id: str, typed: Mapping[str, str]) -> steps.Page:
    case = opened(request, application_id)
    made = case.amended.proposal
    kind = AmendmentKind(proposals.body(made)["kind"]) if made else None
    command = Command.REVOKE if kind is AmendmentKind.REVOKE else Command.AMEND

    def more(case: Case, lang: str) -> Mapping[str, object]:
        made, found, changed = case.amended.proposal, None, None
        if made is not None:
            choice = amending.choice_of(case.sheet, made)
            try:
                found = _preview(request, case, choice, checked=False)
            except Refused as refusal:
                changed = refusal
            if found is not None and found.text != made.body_json:
                changed = Refused("amend.changed_since")
        return {
            "made": made,
            "kind": kind,
            "found": found,
            "lines": lines(found) if found else (),
            "changed": changed,
            "facts": _facts(request, case, found, lang) if found else (),
            "refund_to": request.app.state.settings.refund_account,
        }

    read = partial(opened, request, application_id)
    return steps.form(request, "review/amendment.html", read, command, typed, more)


def _facts(request: Request, case: Case, found: Preview, lang: str) -> Sequence[tuple[str, str, str]]:
    """The facts that are corrected: label, before and after."""
    before = corrected(case.sheet, case.amended.amendments)
    shown = []
    for key, value in found.choice.facts.items():
        fact = case.sheet.policy.fact(key)
        was = fact.show(before[key], lang) if key in before else text(lang, "base.not_given")
        shown.append((fact.label.of(lang), was, fact.show(value, lang)))
    return shown


def _preview(request: Request, case: Case, choice: Choice, *, checked: bool = True) -> Preview:
    with reading(request.app.state.engine) as session:
        award = amending.award_of(session, case.application)
        if checked:
            amending.check(session, case.application, award, choice)
        return preview(session, case.application, award, choice)


def _choice(case: Case, typed: Mapping[str, str]) -> Choice:
    """What was chosen; BadInput with every fault."""
    faults: list[Fault] = []
    kind = typed.get("kind", "")
    if kind not in list(AmendmentKind):
        raise BadInput([FieldFault("/kind", "amend.kind_missing")])
    facts = dict(_typed_facts(case, typed, faults)) if kind == AmendmentKind.FACTS else {}
    if faults:
        raise BadInput(faults)
    lost = disallowed(case.amended.amendments)
    if kind == AmendmentKind.YEAR:
        lost = frozenset(
            part.instalment.number for part in case.instalments if typed.get(f"year_{part.instalment.number}")
        )
    return Choice(AmendmentKind(kind), facts, lost)


def _typed_facts(case: Case, typed: Mapping[str, str], faults: list[Fault]) -> Iterable[tuple[str, Value]]:
    """The facts that something was typed for."""
    for fact in case.sheet.policy.facts_of(case.sheet.scheme):
        try:
            value = fact.read_typed(typed.get(fact.key, ""))
        except FactError as error:
            faults.append(Fault(f"/facts/{fact.key}", error.code, error.params))
            continue
        if value is not None:
            yield fact.key, value
