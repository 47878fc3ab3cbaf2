"""Changing an award: what was changed so far, proposing a change with all that follows, and deciding on it."""

import json
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema
from sqlmodel import Session

from rules.facts import Value
from rules.faults import BadInput, FactError, Fault, excerpt
from rules.money import yuan
from subsidy.api.assessments import Money
from subsidy.api.body import Body, Reason, Tree, Version, Words, fields, prose
from subsidy.api.facts import facts_schema
from subsidy.api.openapi import takes
from subsidy.api.review import read_value
from subsidy.api.signed import READING, WRITING, Now, Records, Signed, Weighty
from subsidy.database import reading, writing
from subsidy.errors import FieldFault
from subsidy.finance import proposals
from subsidy.records import AmendmentKind, Role
from subsidy.workflow import amending
from subsidy.workflow.access import note
from subsidy.workflow.actor import Actor
from subsidy.workflow.entitlement import Choice
from subsidy.workflow.letters import Dictation
from subsidy.workflow.view import Case, case
from subsidy.workflow.words import LONGEST_PASSAGE

router = APIRouter(prefix="/applications/{application_id}/amendments", tags=["review"])


def _kind(typed: str) -> AmendmentKind:
    if typed not in list(AmendmentKind):
        raise FactError("not_an_option", value=excerpt(typed), options=", ".join(AmendmentKind))
    return AmendmentKind(typed)


class ChangeBody(Body):
    """What shall change."""

    kind: Annotated[Words, AfterValidator(_kind), Field(json_schema_extra={"enum": list(AmendmentKind)})]
    facts: Annotated[
        Any, WithJsonSchema(facts_schema()), Field(description="With `facts`: those that are corrected.")
    ] = None
    disallowed: Annotated[
        Any,
        WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 1}}),
        Field(description="With `year`: the numbers of all instalments that count nothing from now on."),
    ] = None
    reason: Reason
    version: Version


class AnswerBody(Body):
    """The second person's decision."""

    reason: Reason
    addition: Annotated[Words | None, prose(LONGEST_PASSAGE, "Further remarks, printed in the letter.")] = None
    version: Version


class AmendmentAnswer(BaseModel):
    """One change of an award that has taken effect."""

    number: int
    kind: AmendmentKind
    amount: Annotated[Money, Field(description="Due in all from then on.")]
    facts: dict[str, str]
    disallowed: list[int]
    receipt_digest: str | None
    reason: str
    made_at: datetime


class RecoveryOfCase(BaseModel):
    """Money of the award that has to be paid back."""

    number: str
    amount: Money
    outstanding: Money
    demanded_on: date
    due_on: date


class ProposedAnswer(BaseModel):
    """A change that waits for a second person, with exactly what follows."""

    reason: str
    proposed_by: str | None
    made_at: datetime
    follows: dict[str, Any]


class AmendmentList(BaseModel):
    """What became of an award."""

    due: Annotated[Money | None, Field(description="What it comes to in all; null where nothing was granted.")]
    amendments: list[AmendmentAnswer]
    recoveries: list[RecoveryOfCase]
    proposal: Annotated[ProposedAnswer | None, Field(description="Of the office alone.")]


@router.get("", responses=READING)
def list_amendments(application_id: str, actor: Signed, engine: Records, clock: Now) -> AmendmentList:
    """The changes of an award, what has to be paid back, and the change that is proposed."""
    with reading(engine) as session:
        found = case(session, actor, application_id, clock.today())
    note(engine, actor, application_id, clock.today(), clock.now())
    return _answer(found, actor)


@router.post("", status_code=201, responses=WRITING, openapi_extra=takes(ChangeBody))
def propose(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now) -> AmendmentList:
    """Propose a change. Nothing that was granted or paid is altered; what follows is netted, added or demanded back."""
    given: Any = fields(ChangeBody, tree)
    with writing(engine) as session:
        found = case(session, actor, application_id, clock.today())
        choice = Choice(given.kind, _facts(found, given.facts), _disallowed(found, given))
        amending.propose(session, actor, clock.now(), application_id, given.version, choice, given.reason)
        return _anew(session, actor, application_id, clock.today())


@router.post("/confirmation", responses=WRITING, openapi_extra=takes(AnswerBody))
def confirm(
    application_id: str, actor: Weighty, tree: Tree, request: Request, engine: Records, clock: Now
) -> AmendmentList:
    """Confirm what is proposed: it takes effect, and the letter that says so is issued."""
    given, settings = fields(AnswerBody, tree), request.app.state.settings
    with writing(engine) as session:
        amending.confirm(
            session,
            actor,
            clock.now(),
            clock.today(),
            application_id,
            given.version,
            given.reason,
            Dictation(settings.base_url, given.addition or ""),
            settings.refund_account,
        )
        return _anew(session, actor, application_id, clock.today())


@router.post("/refusal", responses=WRITING, openapi_extra=takes(AnswerBody))
def keep(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now) -> AmendmentList:
    """Turn down what is proposed: the award stays as it is."""
    given = fields(AnswerBody, tree)
    with writing(engine) as session:
        amending.keep(session, actor, clock.now(), application_id, given.version, given.reason)
        return _anew(session, actor, application_id, clock.today())


def _anew(session: Session, actor: Actor, application_id: str, today: date) -> AmendmentList:
    session.flush()
    return _answer(case(session, actor, application_id, today), actor)


def _answer(found: Case, actor: Actor) -> AmendmentList:
    amended = found.amended
    proposal = amended.proposal if actor.role != Role.APPLICANT else None
    return AmendmentList(
        due=None if amended.due is None else yuan(amended.due),
        amendments=[
            AmendmentAnswer(
                amount=yuan(one.amount_fen),
                facts=json.loads(one.facts_json),
                disallowed=[int(number) for number in json.loads(one.disallowed_json)],
                **one.model_dump(include={"number", "kind", "receipt_digest", "reason", "made_at"}),
            )
            for one in amended.amendments
        ],
        recoveries=[
            RecoveryOfCase(
                amount=yuan(one.amount_fen),
                outstanding=yuan(one.open_fen),
                **one.model_dump(include={"number", "demanded_on", "due_on"}),
            )
            for one in amended.recoveries
        ],
        proposal=proposal
        and ProposedAnswer(
            reason=proposal.reason,
            proposed_by=amended.proposed_by,
            made_at=proposal.made_at,
            follows=proposals.body(proposal),
        ),
    )


def _facts(found: Case, raw: object) -> dict[str, Value]:
    """The facts as they were sent; of keys that the scheme does not know the workflow has to say so."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise BadInput([Fault("/facts", "not_a_mapping", {"value": excerpt(raw)})])
    known = {fact.key: fact for fact in found.sheet.policy.facts_of(found.sheet.scheme)}
    if unknown := [key for key in raw if key not in known]:
        told = {"value": excerpt(unknown[0]), "known": ", ".join(known)}
        raise BadInput([Fault("/facts", "unknown_key", told)])
    return {key: read_value(known[key], value, f"/facts/{key}") for key, value in raw.items() if value is not None}


def _disallowed(found: Case, given: ChangeBody) -> frozenset[int]:
    if given.disallowed is None:
        made = found.amended.amendments
        return frozenset(int(number) for number in json.loads(made[-1].disallowed_json)) if made else frozenset()
    numbers = {str(part.instalment.number): part.instalment.number for part in found.instalments}
    listed = given.disallowed if isinstance(given.disallowed, list) else [given.disallowed]
    chosen = [str(one) for one in listed]
    if wrong := [one for one in chosen if one not in numbers]:
        raise BadInput([FieldFault("/disallowed", "amend.year_not_short", {"number": excerpt(wrong[0])})])
    return frozenset(numbers[one] for one in chosen)
