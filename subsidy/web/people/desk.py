"""What all pages of this desk show: an account with its duties, and what is wrong with a form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from rules.faults import Fault
from subsidy.accounts import people
from subsidy.accounts.duties import duties_of, in_order
from subsidy.database import reading
from subsidy.errors import Refused
from subsidy.locale import text
from subsidy.records import Duty, Event, Organisation, User
from subsidy.web.forms import posted
from subsidy.web.session import require
from subsidy.web.steps import Faults
from subsidy.workflow.actor import Actor

Typed = Annotated[Mapping[str, str], Depends(posted)]

HOME = "/people"


@dataclass(frozen=True)
class Account:
    """An account as the desk shows it."""

    user: User
    state: people.State
    duties: list[Duty]


def keeper(request: Request) -> Actor:
    """Who is signed in and looks after accounts. Raises Forbidden where he does not."""
    actor = require(request)
    refusal = people.why_not(actor)
    if refusal:
        raise refusal
    return actor


def found(request: Request, actor: Actor) -> list[Account]:
    """The accounts that this person looks after, by name, disabled ones last."""
    with reading(request.app.state.engine) as session:
        return _with_duties(session, people.accounts_of(session, actor))


def opened(request: Request, actor: Actor, user_id: str) -> tuple[Account, Sequence[Event]]:
    """One of them, with what the record tells of it. Raises NotFound for any other."""
    with reading(request.app.state.engine) as session:
        return _with_duties(session, [people.account(session, actor, user_id)])[0], people.story(
            session, actor, user_id
        )


def enterprise(request: Request, actor: Actor) -> str | None:
    """The name of the enterprise whose accounts these are; None for those of the office."""
    if Duty.OWN not in actor.duties:
        return None
    with reading(request.app.state.engine) as session:
        return session.get_one(Organisation, actor.organisation_id).name


def address(user_id: str) -> str:
    """The page of an account."""
    return f"{HOME}/{user_id}"


def ticked(typed: Mapping[str, str]) -> list[Duty]:
    """The duties whose boxes were ticked."""
    return [duty for duty in Duty if f"duty_{duty}" in typed]


def worded(faults: Iterable[Fault], refusal: Refused | None, lang: str) -> Faults:
    """What is wrong with a form, each with its field; a duty is called what the form calls it."""
    said = [("", refusal.message(lang))] if refusal else []
    for fault in faults:
        message = fault.message(lang)
        if fault.code == "duty_foreign":
            message = text(lang, "errors.duty_foreign", duty=text(lang, f"account.duty_{fault.params['duty']}"))
        said.append((fault.pointer.strip("/"), message))
    return said


def _with_duties(session: Session, users: Sequence[User]) -> list[Account]:
    held = duties_of(session, [user.id for user in users])
    return [Account(user, people.state(user), in_order(held.get(user.id, ()))) for user in users]
