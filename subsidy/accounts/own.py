"""What people do with their own account: another password, another e-mail address."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault, excerpt
from subsidy.accounts import attempts, links
from subsidy.accounts.fields import read_email
from subsidy.accounts.passwords import hashed, matches, password_fault
from subsidy.accounts.registration import SUBJECT, refuse_taken
from subsidy.accounts.sessions import end_others, open_session
from subsidy.database import reading, writing
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.messages.personal import tell
from subsidy.records import OneTimeLink, Purpose, User
from subsidy.workflow import events
from subsidy.workflow.actor import SYSTEM, Actor


def change_password(engine: Engine, now: datetime, actor: Actor, token: str, present: str, new: str) -> None:
    """Another password; every other session of this person ends. Raises BadInput, or TooMany after some wrong ones."""
    with writing(engine) as session:
        user = session.get_one(User, actor.id)
        attempts.count(session, now, attempts.PASSWORD, user.email)
    faults: list[Fault] = []
    if not matches(present, user.password_hash):
        faults.append(FieldFault("/present", "wrong_password"))
    if fault := password_fault(new, user.email):
        faults.append(fault)
    if faults:
        raise BadInput(faults)
    secret = hashed(new)
    with writing(engine) as session:
        attempts.forgive(session, attempts.PASSWORD, user.email)
        _keep(session, now, _locked(session, user.id), secret, "change_password", token)


def forgotten(session: Session, now: datetime, email: str, *, address: str = "") -> None:
    """Sends a link to whoever has an account with this e-mail address; who asks is not told whether anybody has.

    Who has been invited and set no password yet gets his invitation once more. Raises TooMany where too much was asked for.
    """
    email = read_email(email, [])
    attempts.count(session, now, attempts.RESETS, address)
    attempts.count(session, now, attempts.RESET, email)
    user = session.exec(select(User).where(col(User.email) == email, col(User.disabled_at).is_(None))).first()
    if user is not None:
        link = links.make(session, now, user.id, Purpose.RESET)
        tell(session, now, user, "reset", link=link)


def link_for(session: Session, now: datetime, email: str) -> OneTimeLink:
    """A link with which the owner of an account sets a password, made by the operator. Raises BadInput where there is none."""
    known = read_email(email, [])
    user = session.exec(select(User).where(col(User.email) == known, col(User.disabled_at).is_(None))).first()
    if user is None:
        raise BadInput([FieldFault("/email", "person_unknown", {"value": excerpt(email)})])
    events.append(session, [events.entry(SYSTEM, now, user.id, "make_link", {}, {}, kind=SUBJECT)])
    return links.make(session, now, user.id, Purpose.RESET)


def set_password(engine: Engine, now: datetime, code: str, secret: str, password: str, *, device: str = "") -> str:
    """The password of whoever received the link, who is signed in with it: returns the token of his session.

    Raises NotFound where the link is over, BadInput where the password will not do.
    """
    with writing(engine) as session:
        link, user = reader(session, now, code, secret)
    if link.purpose is Purpose.EMAIL:
        raise NotFound("link_over")
    if fault := password_fault(password, user.email):
        raise BadInput([fault])
    kept = hashed(password)
    with writing(engine) as session:
        links.opened(session, now, code, secret)  # it may have been used meanwhile
        user = _locked(session, user.id)
        attempts.forgive(session, attempts.PASSWORD, user.email)
        _keep(session, now, user, kept, "set_password", told=user.password_hash is not None)
        return open_session(session, now, user, device)


def ask_email(engine: Engine, now: datetime, actor: Actor, email: str) -> None:
    """Another address to sign in with: it holds once its owner has opened the link sent there. The present one is told.

    Raises BadInput or Refused.
    """
    faults: list[Fault] = []
    email = read_email(email, faults)
    if faults:
        raise BadInput(faults)
    with writing(engine) as session:
        user = _locked(session, str(actor.id))
        if email == user.email:
            raise Refused("same_email")
        refuse_taken(session, email)
        link = links.make(session, now, user.id, Purpose.EMAIL, email)
        tell(session, now, user, "email", link=link, address=email)
        tell(session, now, user, "email_asked", new=email)
        events.append(session, [events.entry(actor, now, user.id, "ask_email", {}, {"email": email}, kind=SUBJECT)])


def confirm_email(session: Session, now: datetime, code: str, secret: str) -> User:
    """The new address holds from now on, and the old one is told. Raises NotFound where the link is over, or Refused."""
    link, user = reader(session, now, code, secret)
    if link.purpose is not Purpose.EMAIL or link.email is None:
        raise NotFound("link_over")
    refuse_taken(session, link.email)
    before = user.email
    user.email, link.ended_at = link.email, now
    session.add_all((user, link))
    links.end(session, now, user.id, Purpose.RESET)
    tell(session, now, user, "email_changed", address=before, new=user.email)
    _told(session, now, user, "confirm_email", {"email": before}, {"email": user.email})
    return user


def reader(session: Session, now: datetime, code: str, secret: str) -> tuple[OneTimeLink, User]:
    """A link with whom it was sent to. Raises NotFound where it is over, or the account disabled."""
    link = links.opened(session, now, code, secret)
    user = _locked(session, link.user_id)
    if user.disabled_at is not None:
        raise NotFound("link_over")
    return link, user


def account_of(engine: Engine, actor: Actor) -> User:
    """The account of who is signed in."""
    with reading(engine) as session:
        return session.get_one(User, actor.id)


def _locked(session: Session, user_id: str) -> User:
    return session.exec(select(User).where(col(User.id) == user_id).with_for_update()).one()


def _keep(
    session: Session,
    now: datetime,
    user: User,
    secret: str,
    command: str,
    token: str | None = None,
    *,
    told: bool = True,
) -> None:
    """The new password, and an end to all that the old one opened but the session of `token`."""
    user.password_hash = secret
    session.add(user)
    end_others(session, now, user.id, token)
    links.end(session, now, user.id, Purpose.INVITATION, Purpose.RESET)
    if told:
        tell(session, now, user, "password")
    _told(session, now, user, command, {}, {})


def _told(
    session: Session, now: datetime, user: User, command: str, before: dict[str, object], after: dict[str, object]
) -> None:
    actor = Actor(user.id, user.name, user.role, user.organisation_id)
    events.append(session, [events.entry(actor, now, user.id, command, before, after, kind=SUBJECT)])
