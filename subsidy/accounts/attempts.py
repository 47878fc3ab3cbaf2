"""How often something may be tried, counted in the database, so that all processes count together."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from subsidy.errors import TooMany
from subsidy.records import Attempt


@dataclass(frozen=True)
class Limit:
    """At most so many attempts within so long."""

    name: str
    most: int
    within: timedelta


PASSWORD: Final = Limit("password", 5, timedelta(minutes=15))
"""Wrong passwords for one account, also for one that does not exist."""
PASSWORDS: Final = Limit("passwords", 60, timedelta(minutes=15))
"""Wrong passwords from one address, whatever the accounts; a whole office may share one."""
SIGN_UP: Final = Limit("sign_up", 20, timedelta(hours=1))
"""New enterprises from one address."""
RESET: Final = Limit("reset", 3, timedelta(hours=1))
"""Mails to one account that lead to a new password."""
RESETS: Final = Limit("resets", 20, timedelta(hours=1))
"""Such mails asked for from one address."""
OBJECTIONS: Final = Limit("objections", 20, timedelta(days=1))
"""Objections to notices from one address."""
LONGEST: Final = timedelta(days=1)
"""After this an attempt counts for no limit."""


def count(session: Session, now: datetime, limit: Limit, of: str) -> None:
    """One more attempt by, or from, `of`. Raises TooMany where the limit is reached; then it does not count."""
    key = _key(limit, of)
    if session.get_bind().dialect.name == "postgresql":  # SQLite lets one step write at a time
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    tried = select(Attempt.at).where(col(Attempt.key) == key, col(Attempt.at) > now - limit.within)
    latest = session.exec(tried.order_by(col(Attempt.at).desc()).limit(limit.most)).all()
    if len(latest) == limit.most:
        raise TooMany(wait=max(1, ceil((latest[-1] + limit.within - now).total_seconds())))
    session.add(Attempt(key=key, at=now))


def forgive(session: Session, limit: Limit, of: str, at: datetime | None = None) -> None:
    """Forgets the attempts, or only the one at that moment: they led where they should."""
    which = [col(Attempt.key) == _key(limit, of)]
    if at is not None:
        which.append(col(Attempt.at) == at)
    session.execute(delete(Attempt).where(*which))


def forget_old(session: Session, now: datetime) -> None:
    """Takes away what no limit counts any more."""
    session.execute(delete(Attempt).where(col(Attempt.at) <= now - LONGEST))


def _key(limit: Limit, of: str) -> str:
    # Addresses and accounts that were tried are nobody's business once they no longer count.
    return hashlib.sha256(f"{limit.name}:{of}".encode(errors="replace")).hexdigest()
