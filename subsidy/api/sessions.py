"""Sessions: signing in and out, where one is signed in, and who is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.convertors import Convertor, register_url_convertor

from rules.faults import BadInput
from subsidy import accounts
from subsidy.accounts.duties import in_order
from subsidy.accounts.sessions import end_session, ends_at, prove, session_id, sessions_of
from subsidy.api import body
from subsidy.api.body import Body, Tree, Words, prose
from subsidy.api.openapi import problems, takes
from subsidy.api.signed import Now, Records, Signed
from subsidy.database import reading, writing
from subsidy.errors import NotFound, ProofNeeded
from subsidy.records import Duty, Organisation, Role, User
from subsidy.web.session import address, device, session_token


class _SessionId(Convertor[str]):
    """So that no other word below /sessions is taken for the id of one."""

    regex = "[0-9a-f]{64}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("session_id", _SessionId())
router = APIRouter(tags=["sessions"])


class Credentials(Body):
    """Who wants to sign in."""

    email: Annotated[Words, prose(320, "E-mail address of the account.")]
    password: Annotated[Words, prose(1024, "Its password.")]


class Token(BaseModel):
    """To be sent as `Authorization: Bearer …`."""

    token: Annotated[
        str,
        Field(description="Known to its owner only; ends after a time unused, and at the latest after twelve hours."),
    ]


class Proof(Body):
    """The password of who is signed in, once more."""

    password: Annotated[Words, prose(1024, "The password of the account.")]


class SessionAnswer(BaseModel):
    """Somewhere one is signed in."""

    id: str
    device: Annotated[str, Field(description="What the browser or program said it was.")]
    created_at: datetime
    seen_at: Annotated[datetime, Field(description="When it was last used, to some minutes.")]
    ends_at: Annotated[datetime, Field(description="When it ends if it is not used any more.")]
    current: Annotated[bool, Field(description="Whether this request was sent with it.")]


class OrganisationAnswer(BaseModel):
    """An enterprise that applies."""

    id: str
    name: str
    credit_code: str


class Me(BaseModel):
    """Who is signed in."""

    id: str
    email: str
    name: str
    role: Role
    duties: Annotated[list[Duty], Field(description="What the account may do within its role.")]
    organisation: OrganisationAnswer | None


@router.post(
    "/sessions", status_code=201, responses=problems(400, 401, 413, 415, 422, 429), openapi_extra=takes(Credentials)
)
def sign_in(request: Request, tree: Tree, engine: Records, clock: Now, response: Response) -> Token:
    """Sign in with an account's password."""
    given = body.fields(Credentials, tree)
    response.headers["Cache-Control"] = "no-store"
    place = {"address": address(request), "device": device(request)}
    return Token(token=accounts.sign_in(engine, clock.now(), given.email, given.password, **place))


@router.delete("/sessions", status_code=204, responses=problems(401, 403))
def sign_out(request: Request, actor: Signed, engine: Records, clock: Now) -> None:
    """End the session that this request was sent with."""
    token = session_token(request)
    assert token, actor
    with writing(engine) as session:
        accounts.sign_out(session, clock.now(), token)


@router.get("/sessions", responses=problems(401, 403))
def list_sessions(request: Request, actor: Signed, engine: Records, clock: Now) -> list[SessionAnswer]:
    """Everywhere one is signed in, what was used last first."""
    token = session_token(request)
    assert token, actor.id
    with reading(engine) as session:
        found = sessions_of(session, clock.now(), str(actor.id))
    return [
        SessionAnswer(
            id=each.id,
            device=each.device,
            created_at=each.created_at,
            seen_at=each.seen_at,
            ends_at=ends_at(each),
            current=each.id == session_id(token),
        )
        for each in found
    ]


@router.delete("/sessions/{id_of_session:session_id}", status_code=204, responses=problems(401, 403, 404, 422))
def end(id_of_session: str, actor: Signed, engine: Records, clock: Now) -> None:
    """End one of one's own sessions, this or another."""
    now = clock.now()
    with writing(engine) as session:
        if id_of_session not in {each.id for each in sessions_of(session, now, str(actor.id))}:
            raise NotFound
        end_session(session, now, str(actor.id), id_of_session)


@router.post(
    "/sessions/proof",
    status_code=204,
    responses=problems(400, 401, 403, 413, 415, 422, 429),
    openapi_extra=takes(Proof),
)
def give_proof(request: Request, actor: Signed, tree: Tree, engine: Records, clock: Now) -> None:
    """Give the password once more: for fifteen minutes this session may then take steps of weight."""
    given, token = body.fields(Proof, tree), session_token(request)
    assert token, actor.id
    try:
        prove(engine, clock.now(), token, given.password)
    except BadInput:
        # The body is as it should be; it is the person who is not let through.
        raise ProofNeeded("wrong_password") from None


@router.get("/me", responses=problems(401, 403))
def me(actor: Signed, engine: Records) -> Me:
    """Who is signed in."""
    with reading(engine) as session:
        user = session.get_one(User, actor.id)
        organisation = session.get(Organisation, user.organisation_id) if user.organisation_id else None
        return Me(
            id=user.id,
            email=user.email,
            name=user.name,
            role=user.role,
            duties=in_order(actor.duties),
            organisation=organisation and OrganisationAnswer.model_validate(organisation, from_attributes=True),
        )
