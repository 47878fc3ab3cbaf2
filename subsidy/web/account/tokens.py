"""Tokens with which programs act for somebody: what there is, a new one, and an end to one."""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from subsidy.accounts import tokens
from subsidy.accounts.tokens import MOST_DAYS, Scope
from subsidy.database import reading, writing
from subsidy.web.account.forms import Typed, answer, unseen
from subsidy.web.pages import redirect, render
from subsidy.web.session import require

router = APIRouter(include_in_schema=False)

TOKENS: Final = "/account/tokens"
USUAL_DAYS: Final = 90


@router.get(TOKENS)
def tokens_page(request: Request) -> Response:
    actor, state = require(request), request.app.state
    with reading(state.engine) as records:
        found = tokens.tokens_of(records, actor)
    return render(request, "account/tokens.html", tokens=found, now=state.clock.now())


@router.post(TOKENS)
def revoke_token(request: Request, typed: Typed) -> Response:
    actor, state = require(request), request.app.state
    with writing(state.engine) as records:
        tokens.revoke(records, actor, state.clock.now(), typed.get("token", ""))
    return redirect(TOKENS, done="account.done_revoked")


@router.get("/account/tokens/new")
def new_token_page(request: Request) -> Response:
    require(request)
    return render(request, "account/new_token.html", typed={"days": str(USUAL_DAYS)}, **_offered())


@router.post("/account/tokens/new")
def make_token(request: Request, typed: Typed) -> Response:
    actor, state = require(request), request.app.state

    def act() -> Response:
        scopes = [scope for scope in Scope if typed.get(scope)]
        with writing(state.engine) as records:
            made, reads = tokens.make(
                records, actor, state.clock.now(), name=typed.get("name", ""), scopes=scopes, days=_days(typed)
            )
        return unseen(render(request, "account/made_token.html", made=made, reads=reads))

    return answer(request, "account/new_token.html", typed, act, weighty=True, **_offered())


def _days(typed: Mapping[str, str]) -> int:
    """The days that were typed; 0, which is too few, where they are no number."""
    given = unicodedata.normalize("NFKC", typed.get("days", "")).strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0


def _offered() -> dict[str, Any]:
    return {"scopes": list(Scope), "most": MOST_DAYS}
