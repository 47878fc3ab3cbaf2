"""Finding messages: those of one person, or all."""

from collections.abc import Sequence
from typing import NamedTuple, overload

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from subsidy.errors import NotFound, Refused
from subsidy.records import Application, Message, MessageState, User
from subsidy.workflow import words


class Told(NamedTuple):
    """A message, whom it goes to, and the number of the application that it is about; None where it is about an account."""

    message: Message
    user: User
    number: str | None


class Found(Sequence[Told]):
    """Messages, the newest first; only those that are looked at are read from the database."""

    def __init__(self, session: Session, query: Select[Message, User, str | None]) -> None:
        self._session = session
        self._query = query

    def __len__(self) -> int:
        counted = self._query.order_by(None).with_only_columns(func.count())
        return int(self._session.execute(counted).scalar_one())

    @overload
    def __getitem__(self, place: int) -> Told: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Told]: ...
    def __getitem__(self, place: int | slice) -> Told | Sequence[Told]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop = place.start or 0, place.stop if place.stop is not None else len(self)
        return [Told(*row) for row in self._session.execute(self._query.offset(start).limit(max(stop - start, 0)))]


def messages(session: Session, *, user_id: str | None = None, state: MessageState | None = None) -> Found:
    """Those to one person where `user_id` is given, and in one state where `state` is."""
    query = (
        select(Message, User, col(Application.number))
        .join(User, col(User.id) == col(Message.user_id))
        .outerjoin(Application, col(Application.id) == col(Message.application_id))
    )
    if user_id is not None:
        query = query.where(col(Message.user_id) == user_id)
    if state is not None:
        query = query.where(col(Message.state) == state)
    return Found(session, query.order_by(col(Message.written_at).desc(), col(Message.id)))


def failed(session: Session, message_id: str) -> Message:
    """A message that failed, which nobody else can change until the transaction ends; NotFound, or Refused where it did not."""
    query = select(Message).where(col(Message.id) == words.identifier(message_id)).with_for_update()
    message: Message | None = session.execute(query).scalars().one_or_none()
    if message is None:
        raise NotFound
    if message.state is not MessageState.FAILED:
        raise Refused("messages.not_failed")
    return message
