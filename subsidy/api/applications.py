"""Applications: what an applicant does with those of his organisation, and finding them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, Field

from rules.faults import FactError, Fault
from rules.reading import read_application, read_facts
from subsidy.api import cases
from subsidy.api.assessments import PolicyId, SchemeId
from subsidy.api.body import Body, Parameters, Reason, Tree, Version, Words, fields, prose, together
from subsidy.api.cases import ApplicationHead, CaseAnswer
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Lang, Now, Records, Signed
from subsidy.database import reading, writing
from subsidy.records import ApplicationStatus
from subsidy.workflow import appeals, door, words
from subsidy.workflow import applications as workflow
from subsidy.workflow.access import note
from subsidy.workflow.search import search
from subsidy.workflow.sheet import open_sheet

router = APIRouter(prefix="/applications", tags=["applications"])


def _line(typed: str) -> str:
    faults: list[Fault] = []
    line = words.line(typed, "project_name", faults)
    for fault in faults:
        raise FactError(fault.code, **fault.params)
    return line


ProjectName = Annotated[Words, AfterValidator(_line), prose(words.LONGEST_LINE, "What the project is called.")]


class NewApplication(Body):
    """An application to be started."""

    policy: PolicyId = None
    scheme: SchemeId
    project_name: ProjectName
    facts: Any = None


class Draft(Body):
    """A draft as it is to be kept."""

    project_name: ProjectName
    facts: Any = None
    version: Version


class Submission(Body):
    """The wish to hand a draft in."""

    version: Version


class Withdrawal(Body):
    """The wish to take an application back, or to have its refusal looked at again."""

    reason: Reason
    version: Version


class Search(Parameters):
    """Which applications to list."""

    status: ApplicationStatus | None = None
    scheme: Annotated[str | None, Field(max_length=64)] = None
    text: Annotated[
        str, Field(max_length=200, description="Sought in number, project, organisation and credit code.")
    ] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class ApplicationList(BaseModel):
    """A part of the applications found."""

    total: Annotated[int, Field(description="How many were found in all.")]
    applications: list[ApplicationHead]


@router.get("", responses=READING)
def list_applications(actor: Signed, engine: Records, asked: Annotated[Search, Query()]) -> ApplicationList:
    """An applicant finds those of his organisation, the zone's staff all that were submitted, the longest waiting first."""
    with reading(engine) as session:
        found = search(session, actor, status=asked.status, scheme_id=asked.scheme, text=asked.text)
        part = found[asked.offset : asked.offset + asked.limit]
        heads = [cases.head(each.application, each.organisation, each.award) for each in part]
        return ApplicationList.model_validate({"total": len(found), "applications": heads})


@router.post("", status_code=201, responses=WRITING, openapi_extra=takes(NewApplication))
def start(actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang, response: Response) -> CaseAnswer:
    """Start a draft for the applicant's organisation."""
    file = {key: tree.get(key) for key in ("policy", "scheme", "facts")} if isinstance(tree, dict) else {}
    given, read = together(lambda: fields(NewApplication, tree), lambda: read_application(file, today=clock.today()))
    with writing(engine) as session:
        made = workflow.start(
            session,
            actor,
            clock.now(),
            policy_id=read.policy.id,
            scheme_id=read.scheme,
            project_name=given.project_name,
            facts=read.facts,
        )
        response.headers["Location"] = f"/api/v1/applications/{made.id}"
        return cases.answer(session, actor, made.id, clock.today(), lang)


@router.get("/{application_id}", responses=READING)
def show(application_id: str, actor: Signed, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """One application with all that belongs to it. That somebody of the zone's staff read it is noted for the applicant."""
    with reading(engine) as session:
        found = cases.answer(session, actor, application_id, clock.today(), lang)
    note(engine, actor, application_id, clock.today(), clock.now())
    return found


@router.put("/{application_id}", responses=WRITING, openapi_extra=takes(Draft))
def save(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Keep a draft as it now stands: facts that are not among those sent are unknown again."""
    stated = tree.get("facts") if isinstance(tree, dict) else None
    with writing(engine) as session:
        sheet = open_sheet(session, door.find(session, actor, application_id))
        given, facts = together(
            lambda: fields(Draft, tree),
            lambda: read_facts(sheet.policy, sheet.scheme.id, stated, clock.today()),
        )
        workflow.save(
            session,
            actor,
            clock.now(),
            application_id,
            project_name=given.project_name,
            facts=facts,
            version=given.version,
        )
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/{application_id}/submission", responses=WRITING, openapi_extra=takes(Submission))
def submit(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Hand a draft in."""
    given = fields(Submission, tree)
    with writing(engine) as session:
        workflow.submit(session, actor, clock.now(), clock.today(), application_id, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/{application_id}/appeal", responses=WRITING, openapi_extra=takes(Withdrawal))
def appeal(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Ask the zone's office to look at its refusal again."""
    given = fields(Withdrawal, tree)
    with writing(engine) as session:
        appeals.appeal(session, actor, clock.now(), clock.today(), application_id, given.reason, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.post("/{application_id}/withdrawal", responses=WRITING, openapi_extra=takes(Withdrawal))
def withdraw(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """Take an application back, for good."""
    given = fields(Withdrawal, tree)
    with writing(engine) as session:
        workflow.withdraw(session, actor, clock.now(), application_id, given.reason, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)
