"""Operating years of an award: verified figures, and what is decided where a year falls short."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, WithJsonSchema
from sqlmodel import Session, col, select

from subsidy.api import cases
from subsidy.api.body import Body, Reason, Tree, Version, Whole, Words, fields, prose
from subsidy.api.cases import CaseAnswer
from subsidy.api.facts import VALUE
from subsidy.api.openapi import takes
from subsidy.api.review import read_value
from subsidy.api.signed import WRITING, Lang, Now, Records, Signed, Weighty
from subsidy.database import writing
from subsidy.errors import NotFound
from subsidy.records import Award, Instalment
from subsidy.web.casework import yearly_fact
from subsidy.workflow import door, words, years
from subsidy.workflow.sheet import open_sheet

router = APIRouter(tags=["operating years"])


class FigureBody(Body):
    """The verified figure of one operating year."""

    year: Annotated[Whole, Field(description="Number of the operating year, counted from 1.")]
    value: Annotated[
        Any, WithJsonSchema(VALUE), Field(description="As the fact is written that the yearly condition asks.")
    ]
    evidence: Annotated[Words, prose(words.LONGEST_LINE, "Reference of the report or record.")]
    reason: Annotated[Reason | None, Field(description="Needed to correct a figure that is recorded already.")] = None
    version: Version


class YearDecisionBody(Body):
    """A decision on an instalment whose operating year falls short."""

    reason: Reason
    version: Version


@router.post("/applications/{application_id}/figures", responses=WRITING, openapi_extra=takes(FigureBody))
def record_figure(
    application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang
) -> CaseAnswer:
    """Record or correct the verified figure of an operating year that has ended."""
    given = fields(FigureBody, tree)
    with writing(engine) as session:
        application = door.find(session, actor, application_id)
        award = session.exec(select(Award.id).where(col(Award.application_id) == application.id)).one_or_none()
        sheet = open_sheet(session, application)
        if award is None or sheet.scheme.terms.release is None:
            raise NotFound
        value = read_value(yearly_fact(sheet), given.value, "/value")
        years.record_figure(
            session,
            actor,
            clock.now(),
            clock.today(),
            award,
            given.year,
            value,
            given.evidence,
            given.reason,
            given.version,
        )
        return cases.answer(session, actor, application.id, clock.today(), lang)


@router.post("/instalments/{instalment_id}/release", responses=WRITING, openapi_extra=takes(YearDecisionBody))
def release(instalment_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Let an instalment be paid although its operating year falls short."""
    given = fields(YearDecisionBody, tree)
    with writing(engine) as session:
        years.release(session, actor, clock.now(), instalment_id, given.reason, given.version)
        return cases.answer(session, actor, _application_of(session, instalment_id), clock.today(), lang)


@router.post("/instalments/{instalment_id}/forfeiture", responses=WRITING, openapi_extra=takes(YearDecisionBody))
def forfeit(instalment_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Give an instalment up because its operating year falls short."""
    given = fields(YearDecisionBody, tree)
    with writing(engine) as session:
        years.forfeit(session, actor, clock.now(), instalment_id, given.reason, given.version)
        return cases.answer(session, actor, _application_of(session, instalment_id), clock.today(), lang)


def _application_of(session: Session, instalment_id: str) -> str:
    query = select(Award.application_id).join(Instalment, col(Instalment.award_id) == col(Award.id))
    return session.exec(query.where(col(Instalment.id) == instalment_id)).one()
