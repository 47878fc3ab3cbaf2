"""Being signed in: sessions in the database, which end by themselves and can be ended at once."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from subsidy.accounts.fields import read_email
from subsidy.accounts.passwords import matches
from subsidy.database import reading, writing
from subsidy.errors import Unauthenticated
from subsidy.records import User, UserSession
from subsidy.workflow.actor import Actor

LONGEST: Final = timedelta(hours=12)
"""However busy, a session ends after this."""
IDLE: Final = timedelta(hours=2)
"""A session that is not used ends after this."""
TOUCH_EVERY: Final = timedelta(minutes=5)
"""How exactly it is remembered when a session was last used; finer would write at every request."""


def sign_in(engine: Engine, now: datetime, email: str, password: str) -> str:
    """A new session's token, 256 random bits that only its owner knows.

    Raises Unauthenticated, in the same time and words whether the address is unknown, the password is wrong or the
    account is disabled. The password is compared while no transaction is open, so that nobody waits for it.
    """
    with reading(engine) as session:
        user = session.exec(select(User).where(col(User.email) == read_email(email, []))).first()
    if not matches(password, user.password_hash if user else None) or user is None or user.disabled_at:
        raise Unauthenticated("wrong_credentials")
    token = secrets.token_urlsafe(32)
    with writing(engine) as session:
        session.add(
            UserSession(id=_digest(token), user_id=user.id, created_at=now, seen_at=now, expires_at=now + LONGEST)
        )
    return token


def sign_out(session: Session, now: datetime, token: str) -> None:
    """End the session of this token, if there is one."""
    live = col(UserSession.id) == _digest(token), col(UserSession.revoked_at).is_(None)
    session.execute(update(UserSession).where(*live).values(revoked_at=now))


def who(engine: Engine, now: datetime, token: str) -> Actor | None:
    """Whose token this is, remembering that it was used; None where its session is over or the account disabled."""
    with reading(engine) as session:
        found = _live(session, now, token)
    if found is None:
        return None
    actor, seen_at = found
    if now - seen_at >= TOUCH_EVERY:
        with writing(engine) as session:
            session.execute(update(UserSession).where(col(UserSession.id) == _digest(token)).values(seen_at=now))
    return actor


def _live(session: Session, now: datetime, token: str) -> tuple[Actor, datetime] | None:
    query = (
        select(UserSession, User)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(
            col(UserSession.id) == _digest(token),
            col(UserSession.revoked_at).is_(None),
            col(UserSession.expires_at) > now,
            col(UserSession.seen_at) > now - IDLE,
            col(User.disabled_at).is_(None),
        )
    )
    row = session.exec(query).first()
    if row is None:
        return None
    kept, user = row
    return Actor(id=user.id, name=user.name, role=user.role, organisation_id=user.organisation_id), kept.seen_at


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
