"""Being signed in: sessions in the database, which end by themselves and can be ended at once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Engine, update
from sqlmodel import Session, col, select

from rules.faults import BadInput
from subsidy.accounts import attempts
from subsidy.accounts.fields import read_email
from subsidy.accounts.passwords import matches
from subsidy.database import reading, writing
from subsidy.errors import FieldFault, Unauthenticated
from subsidy.records import Duty, User, UserDuty, UserSession
from subsidy.workflow.actor import Actor
from subsidy.workflow.words import printable

LONGEST: Final = timedelta(hours=12)
"""However busy, a session ends after this."""
IDLE: Final = timedelta(hours=2)
"""A session that is not used ends after this."""
TOUCH_EVERY: Final = timedelta(minutes=5)
"""How exactly it is remembered when a session was last used; finer would write at every request."""

PROVED: Final = timedelta(minutes=15)
"""For how long a password that was given counts for steps of weight."""
_LONGEST_DEVICE: Final = 200


class Present(NamedTuple):
    """Who is signed in, and until when if he does nothing more."""

    actor: Actor
    ends_at: datetime


def sign_in(engine: Engine, now: datetime, email: str, password: str, *, address: str = "", device: str = "") -> str:
    """A new session's token, 256 random bits that only its owner knows. `address` is where the request came from.

    Raises Unauthenticated, in the same time and words whether the address is unknown, the password is wrong or the
    account is disabled; TooMany after some wrong ones, whether there is such an account or not. The password is compared
    while no transaction is open, so that nobody waits for it.
    """
    email = read_email(email, [])
    # Counted before it is compared: of many guesses that are sent at once none gets by.
    with writing(engine) as session:
        attempts.count(session, now, attempts.PASSWORD, email)
        attempts.count(session, now, attempts.PASSWORDS, address)
    with reading(engine) as session:
        user = session.exec(select(User).where(col(User.email) == email)).first()
    if not matches(password, user.password_hash if user else None) or user is None or user.disabled_at:
        raise Unauthenticated("wrong_credentials")
    with writing(engine) as session:
        attempts.forgive(session, attempts.PASSWORD, email)
        attempts.forgive(session, attempts.PASSWORDS, address, now)
        return open_session(session, now, user, device)


def open_session(session: Session, now: datetime, user: User, device: str = "") -> str:
    """A new session of somebody who has just shown who he is; returns its token."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            id=_digest(token),
            user_id=user.id,
            device=printable(device)[:_LONGEST_DEVICE],
            created_at=now,
            seen_at=now,
            proved_at=now,
            expires_at=now + LONGEST,
        )
    )
    return token


def prove(engine: Engine, now: datetime, token: str, password: str, *, field: str = "password") -> None:
    """The password once more, in a session that is open. Raises BadInput where it is wrong, TooMany as signing in does."""
    with writing(engine) as session:
        found = _live(session, now, token)
        if found is None:
            raise Unauthenticated
        user = found.user
        attempts.count(session, now, attempts.PASSWORD, user.email)
    if not matches(password, user.password_hash):
        raise BadInput([FieldFault(f"/{field}", "wrong_password")])
    with writing(engine) as session:
        attempts.forgive(session, attempts.PASSWORD, user.email)
        session.execute(update(UserSession).where(col(UserSession.id) == _digest(token)).values(proved_at=now))


def proved(engine: Engine, now: datetime, token: str) -> bool:
    """Whether the password was given lately in this session."""
    with reading(engine) as session:
        found = _live(session, now, token)
    return found is not None and now - found.kept.proved_at <= PROVED


def sign_out(session: Session, now: datetime, token: str) -> None:
    """End the session of this token, if there is one."""
    _end(session, now, col(UserSession.id) == _digest(token))


def sessions_of(session: Session, now: datetime, user_id: str) -> Sequence[UserSession]:
    """The open sessions of a person, the one used last first."""
    query = select(UserSession).where(col(UserSession.user_id) == user_id, *_open(now))
    return session.exec(query.order_by(col(UserSession.seen_at).desc(), col(UserSession.id))).all()


def end_session(session: Session, now: datetime, user_id: str, session_id: str) -> None:
    """End one session of a person. Nothing happens where he has no such one."""
    _end(session, now, col(UserSession.user_id) == user_id, col(UserSession.id) == session_id)


def end_others(session: Session, now: datetime, user_id: str, token: str | None = None) -> None:
    """End every session of a person, but for that of `token`."""
    kept = _digest(token) if token else ""
    _end(session, now, col(UserSession.user_id) == user_id, col(UserSession.id) != kept)


def session_id(token: str) -> str:
    """Under which id the session of a token is kept."""
    return _digest(token)


def who(engine: Engine, now: datetime, token: str) -> Actor | None:
    """Whose token this is, remembering that it was used; None where its session is over or the account disabled."""
    found = present(engine, now, token)
    return found.actor if found else None


def present(engine: Engine, now: datetime, token: str) -> Present | None:
    """As `who`, with when the session ends if it is not used any more."""
    with reading(engine) as session:
        found = _live(session, now, token)
        actor = actor_of(session, found.user) if found else None
    if found is None or actor is None:
        return None
    if now - found.kept.seen_at >= TOUCH_EVERY:
        with writing(engine) as session:
            session.execute(update(UserSession).where(col(UserSession.id) == _digest(token)).values(seen_at=now))
        found.kept.seen_at = now
    return Present(actor, ends_at(found.kept))


def actor_of(session: Session, user: User) -> Actor:
    """A person as his account now stands: a duty that was taken away is gone with the next request."""
    duties = session.exec(select(UserDuty.duty).where(col(UserDuty.user_id) == user.id)).all()
    return Actor(user.id, user.name, user.role, user.organisation_id, frozenset(map(Duty, duties)))


def ends_at(kept: UserSession) -> datetime:
    """When a session ends if it is not used any more."""
    return min(kept.seen_at + IDLE, kept.expires_at)


class _Found(NamedTuple):
    kept: UserSession
    user: User


def _live(session: Session, now: datetime, token: str) -> _Found | None:
    query = (
        select(UserSession, User)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(col(UserSession.id) == _digest(token), *_open(now), col(User.disabled_at).is_(None))
    )
    row = session.exec(query).first()
    return _Found(*row) if row else None


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(UserSession.revoked_at).is_(None),
        col(UserSession.expires_at) > now,
        col(UserSession.seen_at) > now - IDLE,
    )


def _end(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    live = (*which, col(UserSession.revoked_at).is_(None))
    session.execute(update(UserSession).where(*live).values(revoked_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
