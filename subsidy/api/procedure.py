"""The steps that take a case on, from its acceptance."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from subsidy.api import cases
from subsidy.api.body import Body, Reason, Tree, Version, Words, fields, prose
from subsidy.api.cases import CaseAnswer
from subsidy.api.openapi import takes
from subsidy.api.signed import WRITING, Lang, Now, Records, Signed, Site, Weighty
from subsidy.database import writing
from subsidy.workflow import appeals, notices, procedure
from subsidy.workflow.letters import Dictation
from subsidy.workflow.words import LONGEST_PASSAGE

router = APIRouter(prefix="/applications/{application_id}", tags=["review"])


class StepBody(Body):
    """A step that needs no reason."""

    version: Version


class ReturnBody(Body):
    """What the applicant has to correct."""

    defects: Annotated[Words, prose(LONGEST_PASSAGE, "All that is to be corrected; the applicant reads it.")]
    version: Version


class AnswerBody(Body):
    """The answer to an objection."""

    objection: Annotated[Words, prose(64, "Id of the objection.")]
    answer: Annotated[Words, prose(LONGEST_PASSAGE, "What was found; kept in the record.")]
    version: Version


class AppealBody(Body):
    """What was found on an appeal."""

    reason: Reason
    version: Version


class ClaimBody(Body):
    """The wish to take a case on."""

    reason: Annotated[Reason | None, Field(description="Needed to take over from somebody else.")] = None
    version: Version


@router.post("/acceptance", responses=WRITING, openapi_extra=takes(StepBody))
def accept(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Accept what was handed in: from now on it is verified."""
    given = fields(StepBody, tree)
    with writing(engine) as session:
        procedure.accept(session, actor, clock.now(), application_id, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/return", responses=WRITING, openapi_extra=takes(ReturnBody))
def return_for_correction(
    application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang, site: Site
) -> CaseAnswer:
    """Hand a case back to its applicant, with a letter of all that is to be corrected."""
    given = fields(ReturnBody, tree)
    with writing(engine) as session:
        procedure.return_for_correction(
            session, actor, clock.now(), application_id, given.defects, given.version, Dictation(site)
        )
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/publication", responses=WRITING, openapi_extra=takes(StepBody))
def publish(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Put the award that is recommended on public notice."""
    given = fields(StepBody, tree)
    with writing(engine) as session:
        notices.publish(session, actor, clock.now(), clock.today(), application_id, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/answers", responses=WRITING, openapi_extra=takes(AnswerBody))
def answer(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Answer an objection to the notice of a case."""
    given = fields(AnswerBody, tree)
    with writing(engine) as session:
        notices.answer(session, actor, clock.now(), application_id, given.objection, given.answer, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/claim", responses=WRITING, openapi_extra=takes(ClaimBody))
def claim(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Take a case on, or take it over from somebody else."""
    given = fields(ClaimBody, tree)
    with writing(engine) as session:
        procedure.claim(session, actor, clock.now(), application_id, given.version, given.reason)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/claim-release", responses=WRITING, openapi_extra=takes(StepBody))
def unclaim(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Give a case back that one has taken on."""
    given = fields(StepBody, tree)
    with writing(engine) as session:
        procedure.unclaim(session, actor, clock.now(), application_id, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/uphold", responses=WRITING, openapi_extra=takes(AppealBody))
def uphold(
    application_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now, lang: Lang, site: Site
) -> CaseAnswer:
    """Keep to a refusal that was appealed against, with a letter that says why."""
    given = fields(AppealBody, tree)
    with writing(engine) as session:
        now, today = clock.now(), clock.today()
        appeals.uphold(session, actor, now, today, application_id, given.version, given.reason, Dictation(site))
        return cases.answer(session, actor, application_id, today, lang)


@router.post("/reopening", responses=WRITING, openapi_extra=takes(AppealBody))
def reopen(application_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Take back a refusal that was appealed against: the case is reviewed anew."""
    given = fields(AppealBody, tree)
    with writing(engine) as session:
        appeals.reopen(session, actor, clock.now(), clock.today(), application_id, given.version, given.reason)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/closing", responses=WRITING, openapi_extra=takes(StepBody))
def close(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Close a case whose every instalment is disbursed or forfeited."""
    given = fields(StepBody, tree)
    with writing(engine) as session:
        appeals.close(session, actor, clock.now(), clock.today(), application_id, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)
