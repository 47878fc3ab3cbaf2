"""Tokens with which programs act for a person: fewer things than he may do, for a time, and nothing of weight."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault, excerpt
from subsidy.accounts.registration import SUBJECT
from subsidy.accounts.sessions import TOUCH_EVERY, actor_of
from subsidy.database import reading, writing
from subsidy.errors import FieldFault, NotFound
from subsidy.messages.personal import tell
from subsidy.records import ApiToken, User
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor

PREFIX: Final = "lgs_"
"""What every token begins with, for whoever looks for tokens where none should be."""
MOST_DAYS: Final = 366


class Scope(StrEnum):
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    FINANCE_READ = "finance:read"


class Bearer(NamedTuple):
    """Whom a program acts for, and what it may do."""

    actor: Actor
    scopes: frozenset[Scope]


def make(
    session: Session, actor: Actor, now: datetime, *, name: str, scopes: Iterable[str], days: int
) -> tuple[ApiToken, str]:
    """A token, and how it reads: it is not kept and cannot be shown again. Raises BadInput with every fault."""
    faults: list[Fault] = []
    if words.printable(name).strip():
        name = words.line(name, "name", faults)
    else:
        faults.append(FieldFault("/name", "token_name_missing"))
    chosen = _scopes(scopes, faults)
    if not 1 <= days <= MOST_DAYS:
        faults.append(FieldFault("/days", "token_days", {"most": str(MOST_DAYS)}))
    if faults:
        raise BadInput(faults)
    reads = PREFIX + secrets.token_urlsafe(32)
    user = session.get_one(User, actor.id)
    token = ApiToken(
        user_id=user.id,
        name=name,
        digest=_digest(reads),
        scopes=" ".join(sorted(chosen)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    after = {"token": token.id, "name": name, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
    events.append(session, [events.entry(actor, now, user.id, "make_token", {}, after, kind=SUBJECT)])
    tell(session, now, user, "token", token=name, until=token.expires_at.date().isoformat())
    return token, reads


def tokens_of(session: Session, actor: Actor) -> Sequence[ApiToken]:
    """The tokens of a person that were not revoked, the newest first."""
    query = select(ApiToken).where(col(ApiToken.user_id) == actor.id, col(ApiToken.revoked_at).is_(None))
    return session.exec(query.order_by(col(ApiToken.created_at).desc(), col(ApiToken.id))).all()


def revoke(session: Session, actor: Actor, now: datetime, token_id: str) -> None:
    """From its next request on the token opens nothing. Raises NotFound where it is not this person's, or revoked."""
    query = select(ApiToken).where(
        col(ApiToken.id) == words.identifier(token_id),
        col(ApiToken.user_id) == actor.id,
        col(ApiToken.revoked_at).is_(None),
    )
    token = session.exec(query.with_for_update()).one_or_none()
    if token is None:
        raise NotFound
    token.revoked_at = now
    session.add(token)
    before = {"token": token.id, "name": token.name}
    events.append(session, [events.entry(actor, now, str(actor.id), "revoke_token", before, {}, kind=SUBJECT)])


def bearer(engine: Engine, now: datetime, reads: str) -> Bearer | None:
    """Whom a token acts for, remembering that it was used; None where it is over or its owner's account disabled."""
    live = (
        col(ApiToken.digest) == _digest(reads),
        col(ApiToken.revoked_at).is_(None),
        col(ApiToken.expires_at) > now,
        col(User.disabled_at).is_(None),
    )
    with reading(engine) as session:
        query = select(ApiToken, User).join(User, col(User.id) == col(ApiToken.user_id)).where(*live)
        row = session.exec(query).first()
        if row is None:
            return None
        token, user = row
        found = Bearer(actor_of(session, user), frozenset(map(Scope, token.scopes.split())))
    if token.used_at is None or now - token.used_at >= TOUCH_EVERY:
        with writing(engine) as session:
            session.execute(update(ApiToken).where(col(ApiToken.id) == token.id).values(used_at=now))
    return found


def _scopes(given: Iterable[str], faults: list[Fault]) -> frozenset[Scope]:
    asked = list(given)
    known = [scope for scope in Scope if scope in asked]
    faults.extend(
        FieldFault("/scopes", "scope_unknown", {"value": excerpt(one)}) for one in asked if one not in list(Scope)
    )
    if not asked:
        faults.append(FieldFault("/scopes", "scope_missing"))
    return frozenset(known)


def _digest(reads: str) -> str:
    return hashlib.sha256(reads.encode(errors="replace")).hexdigest()
