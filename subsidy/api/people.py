"""Accounts, for those who look after them: owners those of their enterprise, the registrar those of the office."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from sqlmodel import Session

from subsidy.accounts import people
from subsidy.accounts.duties import duties_of, in_order
from subsidy.accounts.fields import LONGEST_NAME
from subsidy.api.body import Body, MaybeWords, Reason, Texts, Tree, Words, fields, prose, texts
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Now, Records, Signed, Weighty
from subsidy.database import reading, writing
from subsidy.records import Duty, Role, User

router = APIRouter(prefix="/people", tags=["people"])


_DUTIES: Final = WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(Duty)}})
Duties = Annotated[Texts, _DUTIES]
"""Duties by their words."""
MaybeDuties = Annotated[list[str] | None, BeforeValidator(lambda raw: None if raw is None else texts(raw)), _DUTIES]
"""Duties, or null."""
RoleName = Annotated[Words, WithJsonSchema({"type": "string", "enum": list(Role)})]


class InvitationBody(Body):
    """Somebody who is to have an account."""

    email: Annotated[Words, prose(320, "E-mail address to sign in with; the invitation goes there.")]
    name: Annotated[Words, prose(LONGEST_NAME, "Name of the person.")]
    role: Annotated[RoleName, Field(description="An owner invites applicants, the registrar the other roles.")]
    duties: Annotated[Duties, Field(description="What the person may do within the role.")]
    person: Annotated[
        MaybeWords, Field(description="E-mail address of another account of the same person; of the registrar only.")
    ] = None


class DutiesBody(Body):
    """What an account may do from now on."""

    duties: Duties
    seen: Annotated[
        MaybeDuties, Field(description="The duties that were read; refused with 409 where they have changed since.")
    ] = None


class DisableBody(Body):
    """Why an account is disabled."""

    reason: Reason


class PersonAnswer(BaseModel):
    """One account."""

    id: str
    email: str
    name: str
    role: Role
    duties: list[Duty]
    state: people.State
    created_at: datetime


class PersonList(BaseModel):
    """The accounts that the reader looks after, by name, disabled ones last."""

    people: list[PersonAnswer]


@router.get("", responses=READING)
def list_people(actor: Signed, engine: Records) -> PersonList:
    """An owner finds the accounts of the enterprise, the registrar those of the office."""
    with reading(engine) as session:
        return PersonList(people=_answers(session, people.accounts_of(session, actor)))


@router.get("/{user_id}", responses=READING)
def one(user_id: str, actor: Signed, engine: Records) -> PersonAnswer:
    """One of them."""
    with reading(engine) as session:
        return _answer(session, people.account(session, actor, user_id))


@router.post("", status_code=201, responses=WRITING, openapi_extra=takes(InvitationBody))
def invite(actor: Weighty, tree: Tree, engine: Records, clock: Now) -> PersonAnswer:
    """Open an account for somebody, who sets the password himself by a link in the mail."""
    given = fields(InvitationBody, tree)
    with writing(engine) as session:
        user, _ = people.invite(
            session,
            actor,
            clock.now(),
            email=given.email,
            name=given.name,
            role=given.role,
            duties=given.duties,
            person=given.person or "",
        )
        return _answer(session, user)


@router.post("/{user_id}/invitation", responses=WRITING)
def invite_again(user_id: str, actor: Weighty, engine: Records, clock: Now) -> PersonAnswer:
    """Send another link to somebody who has set no password yet; the earlier one ends."""
    with writing(engine) as session:
        people.invite_again(session, actor, clock.now(), user_id)
        return _answer(session, people.account(session, actor, user_id))


@router.put("/{user_id}/duties", responses=WRITING, openapi_extra=takes(DutiesBody))
def set_duties(user_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now) -> PersonAnswer:
    """Set what an account may do, from its next request on."""
    given = fields(DutiesBody, tree)
    with writing(engine) as session:
        return _answer(session, people.set_duties(session, actor, clock.now(), user_id, given.duties, given.seen))


@router.post("/{user_id}/disable", responses=WRITING, openapi_extra=takes(DisableBody))
def disable(user_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now) -> PersonAnswer:
    """Let nobody sign in with an account any more; its sessions, links and tokens end at once."""
    given = fields(DisableBody, tree)
    with writing(engine) as session:
        return _answer(session, people.disable(session, actor, clock.now(), user_id, given.reason))


@router.post("/{user_id}/enable", responses=WRITING)
def enable(user_id: str, actor: Weighty, engine: Records, clock: Now) -> PersonAnswer:
    """Let an account be used again."""
    with writing(engine) as session:
        return _answer(session, people.enable(session, actor, clock.now(), user_id))


def _answer(session: Session, user: User) -> PersonAnswer:
    return _answers(session, [user])[0]


def _answers(session: Session, users: Sequence[User]) -> list[PersonAnswer]:
    held = duties_of(session, [user.id for user in users])
    return [
        PersonAnswer(
            id=user.id,
            email=user.email,
            name=user.name,
            role=user.role,
            duties=in_order(held.get(user.id, ())),
            state=people.state(user),
            created_at=user.created_at,
        )
        for user in users
    ]
