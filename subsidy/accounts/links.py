"""Addresses that work once, sent to a person's e-mail address: whoever opens one has shown that the address is his."""

from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, Signer
from sqlalchemy import update
from sqlmodel import Session, col, select

from subsidy.errors import NotFound
from subsidy.records import OneTimeLink, Purpose

LIFETIME: Final = {
    Purpose.INVITATION: timedelta(days=14),
    Purpose.RESET: timedelta(hours=1),
    Purpose.EMAIL: timedelta(days=1),
}


def make(session: Session, now: datetime, user_id: str, purpose: Purpose, email: str | None = None) -> OneTimeLink:
    """A new link, which takes the place of those made for the same purpose before."""
    end(session, now, user_id, purpose)
    link = OneTimeLink(
        purpose=purpose, user_id=user_id, email=email, created_at=now, expires_at=now + LIFETIME[purpose]
    )
    session.add(link)
    session.flush()
    return link


def end(session: Session, now: datetime, user_id: str, *purposes: Purpose) -> None:
    """Of a person's links, ends those for these purposes."""
    live = (
        col(OneTimeLink.user_id) == user_id,
        col(OneTimeLink.purpose).in_(purposes),
        col(OneTimeLink.ended_at).is_(None),
    )
    session.execute(update(OneTimeLink).where(*live).values(ended_at=now))


def path(link_id: str, secret: str) -> str:
    """Where the link leads on the site. It can be made by the holder of the site's secret alone, not from the database."""
    return f"/links/{_signer(secret).sign(link_id).decode()}"


def opened(session: Session, now: datetime, code: str, secret: str) -> OneTimeLink:
    """The link that an address names, which nobody else uses meanwhile. Raises NotFound where it is used, over, or no link."""
    try:
        link_id = _signer(secret).unsign(code.encode(errors="replace")).decode()
    except BadSignature:
        raise NotFound("link_over") from None
    query = select(OneTimeLink).where(
        col(OneTimeLink.id) == link_id, col(OneTimeLink.ended_at).is_(None), col(OneTimeLink.expires_at) > now
    )
    link = session.exec(query.with_for_update()).one_or_none()
    if link is None:
        raise NotFound("link_over")
    return link


def _signer(secret: str) -> Signer:
    # "." parts the signature from what is signed; a path takes both as they are.
    return Signer(secret, salt="subsidy.link")
