"""Tokens with which programs act for a person."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, WithJsonSchema

from subsidy.accounts import tokens
from subsidy.accounts.tokens import MOST_DAYS, Scope
from subsidy.api.body import Body, Texts, Tree, Whole, Words, fields, prose
from subsidy.api.openapi import problems, takes
from subsidy.api.signed import Now, Records, Signed, Weighty
from subsidy.database import reading, writing
from subsidy.records import ApiToken
from subsidy.workflow.words import LONGEST_LINE

router = APIRouter(prefix="/tokens", tags=["tokens"])

_SCOPES = WithJsonSchema(
    {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "enum": [scope.value for scope in Scope]},
        "description": "What it may be used for; never for more than its owner may do.",
    }
)
_DAYS = WithJsonSchema(
    {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "description": "After so many days it opens nothing."}
)


class TokenBody(Body):
    """What a program is to be let do, and for how long."""

    name: Annotated[Words, prose(LONGEST_LINE, "What its owner will know it by.")]
    scopes: Annotated[Texts, _SCOPES]
    days: Annotated[Whole, _DAYS]


class TokenAnswer(BaseModel):
    """A token that was not revoked, over or not."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: Annotated[datetime, Field(description="From then on it opens nothing.")]
    used_at: Annotated[datetime | None, Field(description="When it was last used, to some minutes.")]


class NewToken(TokenAnswer):
    """The only answer that ever holds the token itself."""

    token: Annotated[str, Field(description="To be sent as `Authorization: Bearer …`; it cannot be shown again.")]


@router.get("", responses=problems(401, 403))
def list_tokens(actor: Signed, engine: Records) -> list[TokenAnswer]:
    """One's own tokens, the newest first."""
    with reading(engine) as session:
        return [_answer(each) for each in tokens.tokens_of(session, actor)]


@router.post("", status_code=201, responses=problems(400, 401, 403, 413, 415, 422), openapi_extra=takes(TokenBody))
def make(actor: Weighty, tree: Tree, engine: Records, clock: Now, response: Response) -> NewToken:
    """A token for a program. Needs the password given lately."""
    given = fields(TokenBody, tree)
    response.headers["Cache-Control"] = "no-store"
    with writing(engine) as session:
        token, reads = tokens.make(session, actor, clock.now(), name=given.name, scopes=given.scopes, days=given.days)
        return NewToken(token=reads, **_answer(token).model_dump())


@router.delete("/{token_id}", status_code=204, responses=problems(401, 403, 404, 422))
def revoke(token_id: str, actor: Signed, engine: Records, clock: Now) -> None:
    """From its next request on the token opens nothing."""
    with writing(engine) as session:
        tokens.revoke(session, actor, clock.now(), token_id)


def _answer(kept: ApiToken) -> TokenAnswer:
    return TokenAnswer.model_validate(kept.model_dump() | {"scopes": kept.scopes.split()})
