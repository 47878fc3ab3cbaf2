"""Assessments: for anybody, and nothing of them is kept."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, WithJsonSchema

from rules.assess import assess
from rules.load import packs
from rules.reading import DEFAULT_POLICY, read_application
from schedules.calendar import china
from subsidy.api import body
from subsidy.api.body import Body
from subsidy.api.facts import DAY
from subsidy.api.openapi import problems, takes
from subsidy.assessment import assessment_document
from subsidy.web.language import language

router = APIRouter(tags=["assessments"])

Money = Annotated[
    str, Field(pattern=r"^[0-9]+\.[0-9]{2}$", description="Yuan with two decimals.", examples=["2400000.00"])
]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-06-30"])]


PolicyId = Annotated[Any, WithJsonSchema({"enum": [*packs(), None], "description": f"Default {DEFAULT_POLICY}."})]
SchemeId = Annotated[
    Any, WithJsonSchema({"enum": [scheme.id for policy in packs().values() for scheme in policy.schemes]})
]


class ApplicationFile(Body):
    """A project's facts and what they are to be checked against. `rules.reading` reads it, here it is described."""

    policy: PolicyId = None
    scheme: Annotated[SchemeId | None, Field(description="Without one every scheme is assessed.")] = None
    on: Annotated[
        Any, WithJsonSchema({"anyOf": [DAY, {"type": "null"}], "description": "Day of the check, default today."})
    ] = None
    facts: Any = None


class PolicyName(BaseModel):
    """Which text, exactly."""

    id: str
    version: str
    digest: Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]


class FindingAnswer(BaseModel):
    """What came out of one condition."""

    condition: str
    outcome: Literal["met", "not_met", "unknown"]
    fact: str
    decided_by: Literal["fact", "person"]
    asked: Annotated[str, Field(description="In the reader's language.")]
    given: str | None
    derived: Annotated[bool, Field(description="Whether `given` was worked out from other facts.")]
    clause: str
    question: str | None


class StepAnswer(BaseModel):
    """One step of how the amount comes about."""

    kind: str
    text: Annotated[str, Field(description="In the reader's language.")]
    result: Money


class InstalmentAnswer(BaseModel):
    """One instalment, dated as if approved on the day of the check."""

    number: int
    due_on: Day
    provisional: Annotated[bool, Field(description="Whether that year's calendar is not announced yet.")]
    amount: Money


class AwardAnswer(BaseModel):
    """What would be granted; `amount` is null where a rate is still to be set, and the bounds are all that is known."""

    at_least: Money
    at_most: Money
    amount: Money | None
    capped: bool
    clause: str
    steps: list[StepAnswer]
    indicative: bool
    instalments: list[InstalmentAnswer]


class ChangeAnswer(BaseModel):
    """One fact that would have to be otherwise."""

    fact: str
    to: str | bool


class RemedyAnswer(BaseModel):
    """A smallest set of changes that turns the answer."""

    changes: list[ChangeAnswer]
    award_at_most: Money | None


class SchemeAnswer(BaseModel):
    """One scheme's answer."""

    id: str
    outcome: Literal["eligible", "ineligible", "undetermined"]
    findings: list[FindingAnswer]
    missing: list[str]
    award: AwardAnswer | None
    remedies: list[RemedyAnswer]


class AssessmentAnswer(BaseModel):
    """Every finding of every scheme asked for. It is not a decision."""

    policy: PolicyName
    engine: str
    on: Day
    schemes: list[SchemeAnswer]


@router.post("/assessments", responses=problems(400, 413, 415, 422), openapi_extra=takes(ApplicationFile))
async def assess_project(request: Request, response: Response) -> AssessmentAnswer:
    """Assess a project. Nobody needs to sign in, no database is asked and nothing is stored."""
    # Command-line clients call any body a form unless told otherwise. Nothing is stored here, so nothing can be forged.
    body.expect_json(request, "application/x-www-form-urlencoded")
    tree, lang = await body.parse(request), language(request)
    application = read_application(tree, today=request.app.state.clock.today())
    assessment = assess(application.policy, application.facts, application.on, application.scheme)
    response.headers["Content-Language"] = lang
    return AssessmentAnswer.model_validate(assessment_document(assessment, china(), lang))
