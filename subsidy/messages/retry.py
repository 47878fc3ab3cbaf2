"""Sending a message again that failed."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from subsidy.errors import Forbidden
from subsidy.messages.finding import failed
from subsidy.messages.outbox import PATIENCE
from subsidy.records import Message, MessageState, Role
from subsidy.workflow import events
from subsidy.workflow.actor import Actor

_SUBJECT: Final = "message"


def retry(session: Session, actor: Actor, now: datetime, message_id: str) -> Message:
    """Has it tried once more, for as long as a new one. Raises Forbidden, NotFound, or Refused where it has not failed."""
    if actor.role != Role.ADMINISTRATOR:
        raise Forbidden
    message = failed(session, message_id)
    before = {"state": message.state.value, "error": message.error}
    message.state, message.attempts, message.error = MessageState.WAITING, 0, None
    message.next_at, message.until = now, now + PATIENCE
    session.add(message)
    after = {"state": message.state.value}
    events.append(session, [events.entry(actor, now, message.id, "retry", before, after, kind=_SUBJECT)])
    return message
