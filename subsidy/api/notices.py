"""Public notices of recommended awards, and objections to them. Neither needs an account."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, WithJsonSchema

from rules.money import yuan
from subsidy.accounts import attempts
from subsidy.api.assessments import Money
from subsidy.api.body import Body, Tree, Words, fields, prose
from subsidy.api.openapi import problems, takes
from subsidy.api.signed import Now, Records
from subsidy.database import reading, writing
from subsidy.errors import NotFound
from subsidy.web.session import address
from subsidy.workflow import notices
from subsidy.workflow.notices import Posted
from subsidy.workflow.words import LONGEST_LINE, LONGEST_PASSAGE

router = APIRouter(prefix="/notices", tags=["notices"])


class NoticeAnswer(BaseModel):
    """All that is public of a notice."""

    id: str
    number: str
    project_name: str
    organisation: str
    policy: str
    scheme: str
    amount: Money
    published_on: date
    ends_on: Annotated[date, Field(description="The last day on which anybody may object.")]
    status: Annotated[str, WithJsonSchema({"type": "string", "enum": ["running", "over", "withdrawn"]})]


class ObjectionBody(Body):
    """What somebody objects to, and how to reach him."""

    name: Annotated[Words, prose(LONGEST_LINE, "Who objects.")]
    contact: Annotated[Words, prose(LONGEST_LINE, "How to reach him; for the zone's office alone.")]
    text: Annotated[Words, prose(LONGEST_PASSAGE, "What he objects to, and why.")]


@router.get("")
def list_notices(engine: Records, clock: Now) -> list[NoticeAnswer]:
    """The notices that run."""
    with reading(engine) as session:
        return [_answer(one) for one in notices.posted(session, clock.today())]


@router.get("/{notice_id}", responses=problems(404, 422))
def show(notice_id: str, engine: Records, clock: Now) -> NoticeAnswer:
    """One notice, running or over."""
    with reading(engine) as session:
        found = notices.posted(session, clock.today(), notice_id)
    if not found:
        raise NotFound
    return _answer(found[0])


@router.post(
    "/{notice_id}/objections",
    status_code=201,
    responses=problems(400, 404, 409, 413, 415, 422, 429),
    openapi_extra=takes(ObjectionBody),
)
def object_to(request: Request, notice_id: str, tree: Tree, engine: Records, clock: Now) -> NoticeAnswer:
    """Object to an award on notice. The zone's office answers before anything is decided."""
    given = fields(ObjectionBody, tree)
    with writing(engine) as session:
        attempts.count(session, clock.now(), attempts.OBJECTIONS, address(request))
        notices.object_to(
            session, clock.now(), clock.today(), notice_id, name=given.name, contact=given.contact, text=given.text
        )
        return _answer(notices.posted(session, clock.today(), notice_id)[0])


def _answer(found: Posted) -> NoticeAnswer:
    told = asdict(found) | {"policy": found.policy_id, "scheme": found.scheme_id, "amount": yuan(found.amount_fen)}
    return NoticeAnswer.model_validate(told)
