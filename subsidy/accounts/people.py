"""Who works where: owners look after the accounts of their enterprise, the registrar after those of the office."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault, excerpt
from subsidy.accounts import links
from subsidy.accounts.duties import duties_of, fitting, give, listed, named
from subsidy.accounts.fields import read_email, read_name
from subsidy.accounts.registration import SUBJECT, person_behind, refuse_taken
from subsidy.accounts.sessions import end_others
from subsidy.errors import FieldFault, Forbidden, NotFound, Refused, Stale
from subsidy.messages.personal import tell
from subsidy.records import Duty, Event, OneTimeLink, Organisation, Purpose, Role, User, UserDuty
from subsidy.workflow import events, words
from subsidy.workflow.actor import SYSTEM, Actor

STAFF: Final = tuple(role for role in Role if role is not Role.APPLICANT)


class State(StrEnum):
    """How an account stands."""

    ACTIVE = "active"
    INVITED = "invited"
    """Nobody has set its password yet."""
    DISABLED = "disabled"


class Step(StrEnum):
    """What may be done with an account that there is."""

    SET_DUTIES = "set_duties"
    INVITE_AGAIN = "invite_again"
    DISABLE = "disable"
    ENABLE = "enable"


def state(user: User) -> State:
    """How an account stands."""
    if user.disabled_at is not None:
        return State.DISABLED
    return State.INVITED if user.password_hash is None else State.ACTIVE


def steps(user: User) -> tuple[Step, ...]:
    """What can be done with an account as it stands, by whoever looks after it."""
    if user.disabled_at is not None:
        return (Step.ENABLE,)
    waiting = (Step.INVITE_AGAIN,) if user.password_hash is None else ()
    return (*waiting, Step.SET_DUTIES, Step.DISABLE)


def why_not(actor: Actor, user: User | None = None) -> Refused | None:
    """Why this person may not look after accounts, or after this one; None where he may. An account out of reach is not found."""
    if actor == SYSTEM:
        return None
    if actor.role != Role.REGISTRAR and Duty.OWN not in actor.duties:
        return Forbidden("role")
    if user is not None and not _in_reach(actor, user):
        raise NotFound
    return Forbidden("own_account") if user is not None and user.id == actor.id else None


def accounts_of(session: Session, actor: Actor) -> Sequence[User]:
    """The accounts that this person looks after, by name: of his enterprise, or of the office. Raises Forbidden."""
    _allow(actor)
    return session.exec(
        select(User).where(_reach(actor)).order_by(col(User.disabled_at).is_not(None), col(User.name), col(User.id))
    ).all()


def account(session: Session, actor: Actor, user_id: str) -> User:
    """One of them; NotFound for any other."""
    _allow(actor)
    found = session.exec(select(User).where(col(User.id) == words.identifier(user_id), _reach(actor))).one_or_none()
    if found is None:
        raise NotFound
    return found


def story(session: Session, actor: Actor, user_id: str) -> Sequence[Event]:
    """What the record tells of one of them, oldest first; NotFound for any other account."""
    of = col(Event.subject_kind) == SUBJECT, col(Event.subject_id) == account(session, actor, user_id).id
    return session.exec(select(Event).where(*of).order_by(col(Event.position))).all()


def invite(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    email: str,
    name: str,
    role: str,
    duties: Iterable[str],
    person: str = "",
) -> tuple[User, OneTimeLink]:
    """An account for somebody who will set its password himself, by a link in the mail that this writes.

    An owner invites to his own enterprise, the registrar to the office; `person` is the address of another account of
    the same person, which only the registrar says. Raises Forbidden, BadInput with every fault, or Refused.
    """
    _allow(actor)
    if role in list(Role) and (role == Role.APPLICANT) == (actor.role == Role.REGISTRAR):
        raise Forbidden("role")
    if person and actor.role != Role.REGISTRAR:
        # Whoever belongs to an enterprise may not decide on its cases: no enterprise says so of anybody.
        raise Forbidden("role")
    faults: list[Fault] = []
    name, email = read_name(name, "name", faults), read_email(email, faults)
    held = _role(role, faults)
    chosen = fitting(held, duties, faults) if held else frozenset()
    person_id = person_behind(session, person, faults) if person else None
    if held is None or faults:
        raise BadInput(faults)
    refuse_taken(session, email)
    user = User(
        email=email,
        name=name,
        role=held,
        organisation_id=actor.organisation_id if held is Role.APPLICANT else None,
        person_id=person_id,
        created_at=now,
    )
    session.add(user)
    session.flush()
    give(session, user, chosen, now, actor.id)
    after = {"email": email, "role": held.value, "organisation_id": user.organisation_id, "duties": listed(chosen)}
    _record(session, actor, now, user, "invite", {}, after)
    return user, send_invitation(session, actor, now, user)


def invite_again(session: Session, actor: Actor, now: datetime, user_id: str) -> OneTimeLink:
    """Another link for somebody who has not set a password yet. Raises Refused where he has."""
    user = _locked(session, actor, user_id, Step.INVITE_AGAIN)
    _record(session, actor, now, user, "invite_again", {}, {})
    return send_invitation(session, actor, now, user)


def set_duties(
    session: Session,
    actor: Actor,
    now: datetime,
    user_id: str,
    duties: Iterable[str],
    seen: Iterable[str] | None = None,
) -> User:
    """What this account may do from now on, from its next request. Raises BadInput or Refused, and Stale where it had other
    duties than were `seen`."""
    user = _locked(session, actor, user_id, Step.SET_DUTIES)
    faults: list[Fault] = []
    chosen = fitting(user.role, duties, faults)
    if faults:
        raise BadInput(faults)
    before = duties_of(session, [user.id]).get(user.id, frozenset())
    if seen is not None and before != set(seen):
        raise Stale
    if before == chosen:
        return user
    if Duty.OWN in before - chosen:
        _keep_an_owner(session, user)
    session.execute(delete(UserDuty).where(col(UserDuty.user_id) == user.id))
    give(session, user, chosen, now, actor.id)
    _record(session, actor, now, user, "set_duties", {"duties": listed(before)}, {"duties": listed(chosen)})
    tell(session, now, user, "duties", named={"duties": named(chosen)})
    return user


def disable(session: Session, actor: Actor, now: datetime, user_id: str, reason: str) -> User:
    """Nobody signs in with this account any more, and whoever is signed in is not. Raises BadInput or Refused."""
    user = _locked(session, actor, user_id, Step.DISABLE)
    faults: list[Fault] = []
    why = words.passage(reason, "reason", faults)
    if faults:
        raise BadInput(faults)
    if Duty.OWN in duties_of(session, [user.id]).get(user.id, ()):
        _keep_an_owner(session, user)
    user.disabled_at = now
    session.add(user)
    end_others(session, now, user.id)
    links.end(session, now, user.id, *Purpose)
    _record(session, actor, now, user, "disable", {"disabled": False}, {"disabled": True}, why)
    tell(session, now, user, "disabled", reason=why)
    return user


def enable(session: Session, actor: Actor, now: datetime, user_id: str) -> User:
    """The account can be used again. Raises Refused where it can, or where its person has another one in the office by now."""
    user = _locked(session, actor, user_id, Step.ENABLE)
    user.disabled_at = None
    session.add(user)
    session.flush()
    _record(session, actor, now, user, "enable", {"disabled": True}, {"disabled": False})
    tell(session, now, user, "enabled")
    return user


def send_invitation(session: Session, actor: Actor, now: datetime, user: User) -> OneTimeLink:
    """Writes the mail with which somebody sets his first password."""
    link = links.make(session, now, user.id, Purpose.INVITATION)
    keyed, given = {"role": [f"account.role_{user.role}"]}, {}
    if actor.id is None:
        keyed["by"] = ["mail.operator"]
    else:
        given["by"] = actor.name
    if user.organisation_id is None:
        keyed["organisation"] = ["mail.office"]
    else:
        given["organisation"] = session.get_one(Organisation, user.organisation_id).name
    tell(session, now, user, "invitation", link=link, named=keyed, **given)
    return link


def _allow(actor: Actor) -> None:
    refusal = why_not(actor)
    if refusal:
        raise refusal


def _role(given: str, faults: list[Fault]) -> Role | None:
    if given in list(Role):
        return Role(given)
    faults.append(FieldFault("/role", "role_unknown" if given else "role_missing", {"value": excerpt(given)}))
    return None


def _locked(session: Session, actor: Actor, user_id: str, step: Step) -> User:
    """An account that this person may change, which nobody else changes until the transaction ends. Raises Refused where the
    step cannot be taken as it stands."""
    _allow(actor)
    if actor.organisation_id is not None:
        # Two owners who act on each other take turns: locked the other way round, each would wait for the other.
        enterprise = select(Organisation.id).where(col(Organisation.id) == actor.organisation_id)
        session.exec(enterprise.with_for_update(key_share=True)).one()
    query = select(User).where(col(User.id) == words.identifier(user_id), _reach(actor)).with_for_update()
    user = session.exec(query).one_or_none()
    if user is None:
        raise NotFound
    refusal = why_not(actor, user)
    if refusal:
        raise refusal
    if step not in steps(user):
        raise Refused("account_state")
    return user


def _reach(actor: Actor) -> ColumnElement[bool]:
    if actor.role == Role.REGISTRAR:
        return col(User.role) != Role.APPLICANT
    return (col(User.role) == Role.APPLICANT) & (col(User.organisation_id) == actor.organisation_id)


def _in_reach(actor: Actor, user: User) -> bool:
    if actor.role == Role.REGISTRAR:
        return user.role is not Role.APPLICANT
    return user.role is Role.APPLICANT and user.organisation_id == actor.organisation_id


def _keep_an_owner(session: Session, leaving: User) -> None:
    """Raises Refused where nobody else looks after the accounts of the enterprise, which is locked: of two who leave at once
    one stays."""
    others = (
        select(User.id)
        .join(UserDuty, col(UserDuty.user_id) == col(User.id))
        .where(
            col(UserDuty.duty) == Duty.OWN,
            col(User.organisation_id) == leaving.organisation_id,
            col(User.disabled_at).is_(None),
            col(User.id) != leaving.id,
        )
    )
    if session.exec(others).first() is None:
        raise Refused("last_owner")


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    user: User,
    command: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str | None = None,
) -> None:
    events.append(session, [events.entry(actor, now, user.id, command, before, after, reason, SUBJECT)])
