"""What waits for a second person, of whatever kind, with exactly what will happen; and what was decided lately."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from rules.faults import BadInput, Fault
from rules.money import parse_yuan
from subsidy.database import reading
from subsidy.errors import FieldFault, Refused
from subsidy.finance import proposals, second_person
from subsidy.locale import text
from subsidy.records import Application, Award, Envelope, PayoutRun, Proposal, ProposalKind, User
from subsidy.web import formats, paging
from subsidy.web.finance.desk import checker, schemes, staff, worded
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.steps import Page, carry_out

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]

HOME: Final = "/finance/proposals"
LATEST: Final = 200
"""How many decided ones can be looked back on here."""


class Shown(NamedTuple):
    """A proposal as the desk shows it: what it is about and where that is found, and what will happen in words."""

    made: Proposal
    by: str
    decided_by: str | None
    subject: str
    link: str | None
    will: list[str]
    why_not: Refused | None


Told = Callable[[Session, Proposal, Mapping[str, Any], str], tuple[str, str | None, list[str]]]
"""Of a proposal and its body, in a language: its subject, the address of that, and what will happen, line by line."""


@router.get(HOME)
def proposals_page(request: Request) -> Response:
    actor, lang = staff(request), language(request)
    with reading(request.app.state.engine) as session:
        waiting = [
            _shown(session, one, lang, proposals.why_not(session, actor, one)) for one in proposals.undecided(session)
        ]
        decided = [_shown(session, one, lang, None) for one in proposals.decided(session, LATEST)]
    return render(
        request,
        "finance/proposals.html",
        waiting=waiting,
        sheet=paging.sheet(decided, HOME, request.query_params),
    )


@router.get(HOME + "/{proposal_id}")
def proposal_page(request: Request, proposal_id: str) -> Response:
    return _page(request, proposal_id, {})()


@router.post(HOME + "/{proposal_id}")
def decide(request: Request, proposal_id: str, typed: Typed) -> Response:
    actor, now = checker(request), request.app.state.clock.now()
    page = _page(request, proposal_id, typed)
    decision = typed.get("decision", "")

    def step(session: Session) -> Proposal:
        if decision not in ("confirm", "turn_down"):
            raise BadInput([FieldFault("/decision", "budget.decision_missing")])
        answer = typed.get("answer", "").strip()
        if decision == "confirm":
            return second_person.confirm(session, actor, now, proposal_id, answer or None)
        return second_person.turn_down(session, actor, now, proposal_id, answer)

    done = "budget.done_confirmed" if decision == "confirm" else "budget.done_turned_down"
    return carry_out(request, typed, step, page, to=lambda _: HOME, done=done, weighty=True)


def _page(request: Request, proposal_id: str, typed: Mapping[str, str]) -> Page:
    actor = staff(request)

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        with reading(request.app.state.engine) as session:
            made = proposals.find(session, proposal_id)
            shown = _shown(session, made, words, proposals.why_not(session, actor, made))
        return render(
            request,
            "finance/proposal.html",
            status=status,
            lang=lang,
            shown=shown,
            typed=typed,
            blocked=shown.why_not,
            faults=worded(faults, refusal, words),
        )

    return page


def _shown(session: Session, made: Proposal, lang: str, why_not: Refused | None) -> Shown:
    told = TOLD.get(made.kind, _plain)
    by = session.get_one(User, made.made_by).name
    decider = session.get(User, made.decided_by) if made.decided_by else None
    subject, link, will = told(session, made, proposals.body(made), lang)
    return Shown(made, by, decider.name if decider else None, subject, link, will, why_not)


def _of_envelope(
    session: Session, made: Proposal, body: Mapping[str, Any], lang: str
) -> tuple[str, str | None, list[str]]:
    envelope = session.get_one(Envelope, made.subject_id)
    told = {name: formats.money(parse_yuan(body[name]), lang) for name in body.keys() & _MONEY}
    told["document"] = str(body.get("document", ""))
    if made.kind is ProposalKind.TRANSFER:
        told["to"] = _name(session.get_one(Envelope, body["to"]), lang)
    keys = [f"budget.will_{made.kind}"]
    if made.kind is ProposalKind.CLOSE:
        keys = [f"budget.will_{body['choice']}", "budget.will_lapse_rest"]
    return _name(envelope, lang), f"/finance/budget/{envelope.id}", [text(lang, key, **told) for key in keys]


_MONEY: Final = frozenset({"amount", "reserved", "committed", "payable", "available"})


def _name(envelope: Envelope, lang: str) -> str:
    label = schemes(lang).get(envelope.scheme_id, envelope.scheme_id)
    return text(lang, "budget.envelope_name", year=envelope.year, scheme=label)


def _of_run(session: Session, made: Proposal, body: Mapping[str, Any], lang: str) -> tuple[str, str | None, list[str]]:
    run = session.get(PayoutRun, made.subject_id)
    subject = run.number if run else made.subject_id
    return subject, f"/finance/payouts/{made.subject_id}", [text(lang, "budget.will_reissue")]


def _of_recovery(
    session: Session, made: Proposal, body: Mapping[str, Any], lang: str
) -> tuple[str, str | None, list[str]]:
    amount = formats.money(parse_yuan(body["amount"]), lang)
    will = text(lang, "recoveries.will_write_off", amount=amount)
    return str(body["recovery"]), f"/finance/recoveries/{made.subject_id}", [will]


def _of_award(
    session: Session, made: Proposal, body: Mapping[str, Any], lang: str
) -> tuple[str, str | None, list[str]]:
    """Decided on at the other desk; here it is only shown."""
    award = session.get_one(Award, made.subject_id)
    told = {name: formats.money(parse_yuan(body[name]), lang) for name in ("before", "amount", "demand")}
    number = session.get_one(Application, award.application_id).number
    return number, None, [text(lang, "amend.will", **told)]


def _plain(session: Session, made: Proposal, body: Mapping[str, Any], lang: str) -> tuple[str, str | None, list[str]]:
    """For kinds that have no words of their own: what is proposed, name by name."""
    return made.subject_id, None, [f"{name}: {value}" for name, value in body.items()]


TOLD: Final[dict[ProposalKind, Told]] = {
    ProposalKind.ALLOT: _of_envelope,
    ProposalKind.REDUCE: _of_envelope,
    ProposalKind.TRANSFER: _of_envelope,
    ProposalKind.CLOSE: _of_envelope,
    ProposalKind.REOPEN: _of_envelope,
    ProposalKind.REISSUE: _of_run,
    ProposalKind.WRITE_OFF: _of_recovery,
    ProposalKind.AMEND: _of_award,
}
"""How each kind is told."""
