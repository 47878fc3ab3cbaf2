"""Sessions: signing in and out, and who is signed in."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from subsidy import accounts
from subsidy.api import body
from subsidy.api.body import Body, Tree, Words, prose
from subsidy.api.openapi import problems, takes
from subsidy.api.signed import Now, Records, Signed
from subsidy.database import reading, writing
from subsidy.records import Organisation, Role, User
from subsidy.web.session import address, device, session_token

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


@router.get("/me", responses=problems(401))
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
            organisation=organisation and OrganisationAnswer.model_validate(organisation, from_attributes=True),
        )
