"""New accounts: people who sign up for their organisation, and people whom the operator adds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, or_, select

from rules.faults import BadInput, Fault
from subsidy.accounts.duties import fitting, give, listed, usual
from subsidy.accounts.fields import read_credit_code, read_email, read_name
from subsidy.accounts.passwords import hashed, password_fault
from subsidy.errors import FieldFault, Refused
from subsidy.records import Duty, Organisation, Role, User
from subsidy.workflow import events
from subsidy.workflow.actor import SYSTEM, Actor

SUBJECT: Final = "user"
"""Under which kind the record tells of accounts."""


def sign_up(
    session: Session, now: datetime, *, email: str, password: str, name: str, organisation_name: str, credit_code: str
) -> User:
    """A new organisation and its first applicant.

    An organisation that is registered already is refused: whoever knows its credit code, which is public, must not get
    at its applications. Raises BadInput with every fault, or Refused.
    """
    faults: list[Fault] = []
    email = _new_account(email, password, faults)
    name = read_name(name, "name", faults)
    organisation_name = read_name(organisation_name, "organisation_name", faults)
    credit_code = read_credit_code(credit_code, faults)
    if faults:
        raise BadInput(faults)
    password_hash = hashed(password)  # slow, so before the database is asked for anything
    refuse_taken(session, email)
    if session.exec(select(Organisation.id).where(col(Organisation.credit_code) == credit_code)).first():
        raise Refused("organisation_exists")
    organisation = Organisation(name=organisation_name, credit_code=credit_code)
    session.add(organisation)
    user = User(
        email=email,
        name=name,
        password_hash=password_hash,
        role=Role.APPLICANT,
        organisation_id=organisation.id,
        created_at=now,
    )
    return _kept(session, user, "sign_up", Actor(user.id, user.name, user.role, user.organisation_id), {Duty.OWN})


def add_user(
    session: Session,
    now: datetime,
    *,
    email: str,
    password: str,
    role: Role,
    name: str = "",
    organisation: str | None = None,
    person: str | None = None,
    duties: Iterable[Duty] | None = None,
) -> User:
    """An account made by the operator; `organisation` is the name or credit code of one that is registered.

    `person` is the e-mail address of another account of the same person, who counts as one whatever account he uses.
    Without `duties` it gets those that are usual for the role, without a name the part of the e-mail address before
    the @. Raises BadInput with every fault, or Refused.
    """
    faults: list[Fault] = []
    email = _new_account(email, password, faults)
    name = read_name(name or email.partition("@")[0], "name", faults) if email else ""
    if role is Role.APPLICANT and not organisation:
        faults.append(FieldFault("/organisation", "organisation_missing"))
    organisation_id = _registered(session, organisation, faults) if organisation else None
    person_id = person_behind(session, person, faults) if person else None
    chosen = fitting(role, usual(role) if duties is None else duties, faults)
    if faults:
        raise BadInput(faults)
    refuse_taken(session, email)
    user = User(
        email=email,
        name=name,
        password_hash=hashed(password),
        role=role,
        organisation_id=organisation_id,
        person_id=person_id,
        created_at=now,
    )
    return _kept(session, user, "add_user", SYSTEM, chosen)


def _new_account(email: str, password: str, faults: list[Fault]) -> str:
    email = read_email(email, faults)
    fault = password_fault(password, email)
    if fault:
        faults.append(fault)
    return email


def refuse_taken(session: Session, email: str) -> None:
    """Raises Refused where there is an account with this address."""
    if session.exec(select(User.id).where(col(User.email) == email)).first():
        raise Refused("email_taken")


def _registered(session: Session, asked: str, faults: list[Fault]) -> str | None:
    """The id of the one organisation with that name or credit code; adds a fault where there is none or more."""
    name = read_name(asked, "organisation_name", [])
    code = read_credit_code(asked, [])
    query = select(Organisation.id).where(or_(col(Organisation.name) == name, col(Organisation.credit_code) == code))
    found = session.exec(query).all()
    if len(found) == 1:
        return found[0]
    kind = "organisation_ambiguous" if found else "organisation_unknown"
    faults.append(FieldFault("/organisation", kind, {"value": name}))
    return None


def person_behind(session: Session, email: str, faults: list[Fault]) -> str | None:
    """The person behind the account with that address; adds a fault where there is none."""
    known = read_email(email, [])
    found = session.exec(select(User.person_id).where(col(User.email) == known)).one_or_none()
    if found is None:
        faults.append(FieldFault("/person", "person_unknown", {"value": email}))
    return found


def _kept(session: Session, user: User, command: str, actor: Actor, duties: Iterable[Duty]) -> User:
    after = {
        "email": user.email,
        "role": user.role.value,
        "organisation_id": user.organisation_id,
        "duties": listed(duties),
    }
    session.add(user)
    session.flush()
    give(session, user, duties, user.created_at, actor.id)
    events.append(session, [events.entry(actor, user.created_at, user.id, command, {}, after, kind=SUBJECT)])
    return user
