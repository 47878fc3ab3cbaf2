"""Messages: what applicants were told, and for administrators what became of all of them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from subsidy.api.body import Parameters
from subsidy.api.openapi import problems
from subsidy.api.signed import READING, Now, Records, Signed
from subsidy.database import reading, writing
from subsidy.errors import Forbidden
from subsidy.messages.finding import Told, messages
from subsidy.messages.retry import retry as send_again
from subsidy.records import MessageState, Role

router = APIRouter(prefix="/messages", tags=["messages"])


class Which(Parameters):
    """Which messages to list."""

    state: MessageState | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class MessageAnswer(BaseModel):
    """One message, in both languages."""

    id: str
    application: Annotated[
        str | None, Field(description="Id of the application that it is about; null where it is about an account.")
    ]
    number: str | None
    command: Annotated[str, Field(description="The step that it tells of.")]
    recipient: Annotated[str, Field(description="The reader's name.")]
    subject_zh: str
    subject_en: str
    body_zh: str
    body_en: str
    written_at: datetime
    state: MessageState
    attempts: int
    sent_at: datetime | None
    error: Annotated[str | None, Field(description="Why the last attempt did not succeed; for administrators.")]


class MessageList(BaseModel):
    """A part of the messages found, the newest first."""

    total: Annotated[int, Field(description="How many were found in all.")]
    messages: list[MessageAnswer]


@router.get("", responses=READING)
def list_messages(actor: Signed, engine: Records, asked: Annotated[Which, Query()]) -> MessageList:
    """An applicant finds those to himself, an administrator all."""
    if actor.role not in (Role.APPLICANT, Role.ADMINISTRATOR):
        raise Forbidden
    staff = actor.role == Role.ADMINISTRATOR
    with reading(engine) as session:
        found = messages(session, user_id=None if staff else actor.id, state=asked.state)
        part = found[asked.offset : asked.offset + asked.limit]
        return MessageList(total=len(found), messages=[_answer(each, staff=staff) for each in part])


@router.post("/{message_id}/attempts", status_code=204, responses=problems(401, 403, 404, 409, 422))
def retry(message_id: str, actor: Signed, engine: Records, clock: Now) -> None:
    """Send a message again that failed."""
    with writing(engine) as session:
        send_again(session, actor, clock.now(), message_id)


def _answer(told: Told, *, staff: bool) -> MessageAnswer:
    kept = told.message
    return MessageAnswer.model_validate(
        {
            **kept.model_dump(),
            "application": kept.application_id,
            "number": told.number,
            "recipient": told.user.name,
            "error": kept.error if staff else None,
        }
    )
