"""Reviewing an application: what an administrator judges, corrects, grants and decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field, WithJsonSchema
from sqlmodel import Session

from rules.facts import Fact, Value
from rules.faults import BadInput, FactError, Fault, excerpt
from schedules.calendar import china
from subsidy.api import cases
from subsidy.api.body import Body, MaybeWords, Reason, Tree, Version, Words, fields, prose
from subsidy.api.cases import CaseAnswer
from subsidy.api.facts import VALUE
from subsidy.api.openapi import takes
from subsidy.api.signed import WRITING, Lang, Now, Records, Signed, Site, Weighty
from subsidy.database import writing
from subsidy.records import Outcome
from subsidy.workflow import door, recommendation, review
from subsidy.workflow.actor import Actor
from subsidy.workflow.letters import Dictation
from subsidy.workflow.sheet import Sheet, open_sheet
from subsidy.workflow.words import LONGEST_PASSAGE

router = APIRouter(prefix="/applications/{application_id}", tags=["review"])

Key = Annotated[Words, prose(64, "Key of a fact.")]
AnyValue = Annotated[Any, WithJsonSchema(VALUE), Field(description="As its fact is written; null takes it back.")]


Evidence = Annotated[
    MaybeWords,
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]}),
    Field(description="Id of the document of the case that the value rests on."),
]


def _outcome(typed: str) -> Outcome:
    if typed not in (Outcome.GRANT, Outcome.REFUSE):
        raise FactError("not_an_option", value=excerpt(typed), options="grant, refuse")
    return Outcome(typed)


class Verification(Body):
    """What an administrator finds of one fact."""

    key: Key
    value: AnyValue
    reason: Reason
    version: Version
    document: Evidence = None


class GrantedRate(Body):
    """The rate that an administrator grants."""

    rate: AnyValue
    reason: Reason
    version: Version
    document: Evidence = None


class RecommendationBody(Body):
    """What is recommended, on the facts as verified."""

    outcome: Annotated[Words, AfterValidator(_outcome), Field(json_schema_extra={"enum": ["grant", "refuse"]})]
    reason: Reason
    version: Version


class DecisionBody(Body):
    """A decision on an application."""

    reason: Reason
    addition: Annotated[
        Words | None, prose(LONGEST_PASSAGE, "Further remarks, printed in the letter that follows.")
    ] = None
    version: Version


@router.post("/judgements", responses=WRITING, openapi_extra=takes(Verification))
def judge(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Judge a point that only a person can decide."""
    given = fields(Verification, tree)
    with writing(engine) as session:
        value = _value(_sheet(session, actor, application_id), given.key, given.value)
        review.judge(
            session, actor, clock.now(), application_id, given.key, value, given.reason, given.version, given.document
        )
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/corrections", responses=WRITING, openapi_extra=takes(Verification))
def correct(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """State what the evidence shows, in place of what was declared or confirming it."""
    given = fields(Verification, tree)
    with writing(engine) as session:
        value = _value(_sheet(session, actor, application_id), given.key, given.value)
        review.correct(
            session, actor, clock.now(), application_id, given.key, value, given.reason, given.version, given.document
        )
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/rate", responses=WRITING, openapi_extra=takes(GrantedRate))
def set_rate(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Set the rate that is granted, inside the range that the text prints."""
    given = fields(GrantedRate, tree)
    with writing(engine) as session:
        sheet = _sheet(session, actor, application_id)
        granted = sheet.scheme.benefit.granted
        rate: Any = _value(sheet, granted, given.rate, pointer="/rate") if granted else None
        with _placed(f"/facts/{granted}", "/rate"):
            review.set_rate(
                session, actor, clock.now(), application_id, rate, given.reason, given.version, given.document
            )
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/recommendation", responses=WRITING, openapi_extra=takes(RecommendationBody))
def recommend(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Recommend to grant or to refuse; facts, rate and amount no longer change."""
    given: Any = fields(RecommendationBody, tree)
    with writing(engine) as session:
        now, today = clock.now(), clock.today()
        recommendation.recommend(session, actor, now, today, application_id, given.version, given.outcome, given.reason)
        return cases.answer(session, actor, application_id, today, lang)


@router.post("/take-back", responses=WRITING, openapi_extra=takes(DecisionBody))
def take_back(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Take a case back to the review: recommendation, notice and signatures become void."""
    given = fields(DecisionBody, tree)
    with writing(engine) as session:
        recommendation.take_back(session, actor, clock.now(), application_id, given.version, given.reason)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/approval", responses=WRITING, openapi_extra=takes(DecisionBody))
def approve(
    application_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now, lang: Lang, site: Site
) -> CaseAnswer:
    """Approve what was recommended. With the last signature needed, award, receipt, instalments and letter are written together."""
    given = fields(DecisionBody, tree)
    letter = Dictation(site, given.addition or "")
    with writing(engine) as session:
        today = clock.today()
        recommendation.approve(
            session, actor, clock.now(), today, application_id, given.version, given.reason, china(), letter
        )
        return cases.answer(session, actor, application_id, today, lang)


@router.post("/refusal", responses=WRITING, openapi_extra=takes(DecisionBody))
def refuse(
    application_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now, lang: Lang, site: Site
) -> CaseAnswer:
    """Turn an application down, with the letter that says so."""
    given = fields(DecisionBody, tree)
    letter = Dictation(site, given.addition or "")
    with writing(engine) as session:
        today = clock.today()
        recommendation.refuse(session, actor, clock.now(), today, application_id, given.version, given.reason, letter)
        return cases.answer(session, actor, application_id, today, lang)


@contextmanager
def _placed(kept: str, sent: str) -> Iterator[None]:
    """Faults of what is kept in one place, told where it stood in the body."""
    try:
        yield
    except BadInput as error:
        placed = (replace(each, pointer=sent if each.pointer == kept else each.pointer) for each in error.faults)
        raise BadInput(placed, error.more) from None


def _sheet(session: Session, actor: Actor, application_id: str) -> Sheet:
    return open_sheet(session, door.find(session, actor, application_id))


def _value(sheet: Sheet, key: str, raw: object, *, pointer: str = "/value") -> Value | None:
    """The value as its fact reads it. Of a key that the policy does not know, the workflow has to say so."""
    facts = {fact.key: fact for fact in sheet.policy.facts}
    if raw is None or key not in facts:
        return None
    return read_value(facts[key], raw, pointer)


def read_value(fact: Fact, raw: object, pointer: str) -> Value:
    """The value of one fact; BadInput where it is none."""
    try:
        return fact.read(raw)
    except FactError as error:
        raise BadInput([Fault(pointer, error.code, error.params)]) from None
