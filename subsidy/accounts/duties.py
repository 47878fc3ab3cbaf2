"""The duties of an account: which go together, giving them, and what they are called."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from rules.faults import Fault, excerpt
from subsidy.errors import FieldFault
from subsidy.records import DUTIES, INCOMPATIBLE, Duty, Role, User, UserDuty


def fitting(role: Role, duties: Iterable[str], faults: list[Fault]) -> frozenset[Duty]:
    """The duties, if they go with the role and with each other; adds a fault where not, or where one is no duty at all."""
    given = set(duties)
    chosen = frozenset(in_order(given))
    foreign = sorted(given - set(DUTIES[role]))
    faults.extend(FieldFault("/duties", "duty_foreign", {"duty": excerpt(duty)}) for duty in foreign)
    if chosen >= INCOMPATIBLE:
        faults.append(FieldFault("/duties", "duties_incompatible"))
    if role in (Role.ADMINISTRATOR, Role.FINANCE) and not chosen:
        faults.append(FieldFault("/duties", "duty_missing"))
    return chosen


def usual(role: Role) -> frozenset[Duty]:
    """What an account of this role may do where nothing else is said; finance makes, and somebody else checks."""
    return frozenset({Role.ADMINISTRATOR: DUTIES[Role.ADMINISTRATOR], Role.FINANCE: (Duty.MAKE,)}.get(role, ()))


def give(session: Session, user: User, duties: Iterable[Duty], now: datetime, by: str | None) -> None:
    """Adds duties to an account that has none of them; `by` is who gave them, None for the operator."""
    session.add_all(
        UserDuty(user_id=user.id, duty=duty, role=user.role, given_at=now, given_by=by) for duty in in_order(duties)
    )
    session.flush()


def duties_of(session: Session, users: Iterable[str]) -> dict[str, frozenset[Duty]]:
    """The duties of each of these accounts that has any."""
    found: dict[str, set[Duty]] = {}
    for row in session.exec(select(UserDuty).where(col(UserDuty.user_id).in_(list(users)))):
        found.setdefault(row.user_id, set()).add(row.duty)
    return {user_id: frozenset(duties) for user_id, duties in found.items()}


def in_order(duties: Iterable[str]) -> list[Duty]:
    """Each once, in the order of the work; what is no duty is left out."""
    given = set(duties)
    return [duty for duty in Duty if duty in given]


def listed(duties: Iterable[Duty]) -> str:
    """As the record keeps them: words parted by spaces."""
    return " ".join(in_order(duties))


def named(duties: Iterable[Duty]) -> list[str]:
    """The keys of the words for duties, for none the one that says so."""
    return [f"account.duty_{duty}" for duty in in_order(duties)] or ["account.duty_none"]
