"""The particulars of a project, the other public support declared for it, and what else lays claim to the same project."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select

from rules.faults import BadInput, Fault
from rules.money import yuan
from subsidy.errors import FieldFault, Refused
from subsidy.records import (
    Application,
    ApplicationStatus,
    Award,
    Disclosure,
    Organisation,
    OtherSupport,
    Particular,
    ParticularKind,
    Role,
)
from subsidy.workflow import door, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.identity import blurred, normalised
from subsidy.workflow.stages import LIVE
from subsidy.workflow.transitions import Command

MOST: Final = 50
"""How many meters, or pieces of equipment, may be named."""
MOST_SUPPORT: Final = 20
LONGEST: Final = 64
YEARS: Final = range(2000, 2100)


class Support(NamedTuple):
    """Public money that the project has had, or has asked for, elsewhere."""

    programme: str
    amount: int
    """In fen."""
    year: int


@dataclass(frozen=True)
class Stated:
    """What an applicant states. `other_support` None is unanswered, empty is none."""

    site: str = ""
    filing: str = ""
    meters: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    other_support: tuple[Support, ...] | None = None

    def of(self, kind: ParticularKind) -> tuple[str, ...]:
        """What is stated of one kind."""
        one = {ParticularKind.SITE: self.site, ParticularKind.FILING: self.filing}
        if kind in one:
            return (one[kind],) if one[kind] else ()
        return self.meters if kind is ParticularKind.METER else self.serials


FIELDS: Final[Mapping[ParticularKind, str]] = {
    ParticularKind.SITE: "site",
    ParticularKind.FILING: "filing",
    ParticularKind.METER: "meters",
    ParticularKind.SERIAL: "serials",
}
"""Of each kind the name of its field."""


class Match(NamedTuple):
    """Another case, or award, that shares something with this one."""

    application: Application
    organisation: Organisation
    kind: str
    """A kind of particular, or `credit_code`."""
    mine: str
    theirs: str
    exact: bool
    """False where the two only look alike."""


def describe(
    session: Session, actor: Actor, now: datetime, application_id: str, stated: Stated, version: int
) -> Application:
    """The particulars as they now stand, all of them. Raises BadInput with every fault."""
    with door.change(session, actor, now, Command.DESCRIBE, application_id, version=version) as change:
        rows = _checked(application_id, stated)
        before, after = _told(read(session, application_id)), _told(stated)
        for key in before:
            if before[key] != after[key]:
                change.before[key], change.after[key] = before[key], after[key]
        if change.before:
            _replace(session, application_id, rows, stated.other_support, str(actor.id), now)
    return change.application


def read(session: Session, application_id: str) -> Stated:
    """What is stated of an application."""
    query = select(Particular).where(col(Particular.application_id) == application_id)
    kept: dict[ParticularKind, list[str]] = {kind: [] for kind in ParticularKind}
    for row in session.exec(query.order_by(col(Particular.position))):
        kept[row.kind].append(row.value)
    support = None
    if session.get(Disclosure, application_id) is not None:
        entries = select(OtherSupport).where(col(OtherSupport.application_id) == application_id)
        found = session.exec(entries.order_by(col(OtherSupport.position)))
        support = tuple(Support(each.programme, each.amount_fen, each.year) for each in found)
    return Stated(
        site=next(iter(kept[ParticularKind.SITE]), ""),
        filing=next(iter(kept[ParticularKind.FILING]), ""),
        meters=tuple(kept[ParticularKind.METER]),
        serials=tuple(kept[ParticularKind.SERIAL]),
        other_support=support,
    )


def unanswered(stated: Stated) -> list[str]:
    """What is still to be stated: names of fields. An applicant may submit without it; the office is told."""
    missing = [name for kind, name in FIELDS.items() if not stated.of(kind)]
    return missing if stated.other_support is not None else [*missing, "other_support"]


def duplicates(session: Session, actor: Actor, application: Application) -> list[Match]:
    """Live cases and awards with the same site, filing, meter, equipment or credit code, the surest first.

    An applicant is told of his own organisation's alone, drafts included, and not of a credit code, which is his own.
    """
    mine, theirs = aliased(Particular), aliased(Particular)
    query = (
        select(mine, theirs, Application, Organisation)
        .select_from(mine)
        .join(theirs, _alike(mine, theirs))
        .join(Application, col(Application.id) == col(theirs.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(col(mine.application_id) == application.id)
    )
    found = [
        Match(other, organisation, one.kind.value, one.value, two.value, one.normalised == two.normalised)
        for one, two, other, organisation in session.exec(query.where(_shown_to(actor)))
    ]
    if actor.role != Role.APPLICANT:
        same = select(Application, Organisation).join(
            Organisation, col(Organisation.id) == col(Application.organisation_id)
        )
        same = same.where(col(Application.organisation_id) == application.organisation_id)
        same = same.where(col(Application.id) != application.id)
        for other, organisation in session.exec(same.where(_shown_to(actor))):
            code = organisation.credit_code
            found.append(Match(other, organisation, "credit_code", code, code, exact=True))
    order = [*FIELDS, "credit_code"]
    return sorted(found, key=lambda each: (order.index(each.kind), not each.exact, each.application.number))


def doubled(session: Session, application_ids: Iterable[str]) -> set[str]:
    """Those of the applications that share a site, filing, meter or equipment with another live case or award."""
    mine, theirs = aliased(Particular), aliased(Particular)
    query = (
        select(col(mine.application_id))
        .select_from(mine)
        .join(theirs, _alike(mine, theirs))
        .join(Application, col(Application.id) == col(theirs.application_id))
        .where(col(mine.application_id).in_(list(application_ids)), col(Application.status).in_(_LIVE))
    )
    return set(session.exec(query.distinct()))


def project_key(session: Session, application: Application) -> str | None:
    """What an award is unique for: policy, scheme, and the project by its filing, else by its meters; None where neither is known."""
    query = select(Particular).where(col(Particular.application_id) == application.id)
    found = session.exec(query.order_by(col(Particular.normalised))).all()
    for kind in (ParticularKind.FILING, ParticularKind.METER):
        values = [row.normalised for row in found if row.kind is kind]
        if values:
            return "/".join([application.policy_id, application.scheme_id, kind, *values])
    return None


def awarded_already(session: Session, application: Application) -> Refused | None:
    """That the project has been granted an award under the same scheme, in another case; None where it has not."""
    key = project_key(session, application)
    query = select(Application.number).join(Award, col(Award.application_id) == col(Application.id))
    query = query.where(col(Award.project_key) == key, col(Application.id) != application.id)
    number = session.exec(query).first() if key else None
    return Refused("particulars.awarded_already", number=number) if number else None


_LIVE: Final = sorted(LIVE)


def _alike(one: type[Particular], other: type[Particular]) -> ColumnElement[bool]:
    """Of two applications, the same or what may be mistaken for it."""
    same = and_(col(one.kind) == col(other.kind), col(one.blurred) == col(other.blurred))
    return and_(same, col(one.application_id) != col(other.application_id))


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    """Live cases; to an applicant those of his own organisation, with its drafts."""
    if actor.role != Role.APPLICANT:
        return col(Application.status).in_(_LIVE)
    own = col(Application.organisation_id) == actor.organisation_id
    return and_(own, col(Application.status).in_([*_LIVE, ApplicationStatus.DRAFT]))


def _checked(application_id: str, stated: Stated) -> list[Particular]:
    faults: list[Fault] = []
    rows = [row for kind in FIELDS for row in _rows(application_id, kind, stated.of(kind), faults)]
    if len(stated.other_support or ()) > MOST_SUPPORT:
        faults.append(FieldFault("/other_support", "particulars.too_many", {"most": str(MOST_SUPPORT)}))
    for number, support in enumerate(stated.other_support or ()):
        at, told = f"/other_support/{number}", {"number": str(number + 1), "value": support.programme[:LONGEST]}
        if not words.printable(support.programme).strip():
            faults.append(FieldFault(f"{at}/programme", "particulars.programme_missing", told))
        elif len(support.programme) > words.LONGEST_LINE:
            told["most"] = str(words.LONGEST_LINE)
            faults.append(FieldFault(f"{at}/programme", "particulars.too_long", told))
        if support.year not in YEARS:
            faults.append(FieldFault(f"{at}/year", "particulars.year_wrong", {**told, "value": str(support.year)}))
    if faults:
        raise BadInput(faults)
    return rows


def _rows(
    application_id: str, kind: ParticularKind, values: Sequence[str], faults: list[Fault]
) -> Iterable[Particular]:
    name, seen = FIELDS[kind], set[str]()
    most = words.LONGEST_LINE if kind is ParticularKind.SITE else LONGEST
    if len(values) > MOST:
        faults.append(FieldFault(f"/{name}", "particulars.too_many", {"most": str(MOST)}))
        return
    for value in values:
        normal, shown = normalised(value), {"value": words.printable(value)[:LONGEST], "most": str(most)}
        if not normal:
            faults.append(FieldFault(f"/{name}", "particulars.no_sign", shown))
        elif len(value) > most:
            faults.append(FieldFault(f"/{name}", "particulars.too_long", shown))
        elif normal in seen:
            faults.append(FieldFault(f"/{name}", "particulars.twice", shown))
        else:
            seen.add(normal)
            tidy = " ".join(words.printable(value).split())
            yield Particular(
                application_id=application_id,
                kind=kind,
                position=len(seen) - 1,
                value=tidy,
                normalised=normal,
                blurred=blurred(kind, normal),
            )


def _replace(
    session: Session,
    application_id: str,
    rows: Iterable[Particular],
    support: Sequence[Support] | None,
    user_id: str,
    now: datetime,
) -> None:
    for record in (Particular, OtherSupport, Disclosure):
        session.exec(delete(record).where(col(record.application_id) == application_id))
    session.add_all(rows)
    if support is None:
        return
    session.add(Disclosure(application_id=application_id, stated_by=user_id, stated_at=now))
    for number, (programme, amount, year) in enumerate(support):
        name = " ".join(words.printable(programme).split())
        session.add(
            OtherSupport(application_id=application_id, position=number, programme=name, amount_fen=amount, year=year)
        )


def _told(stated: Stated) -> dict[str, object]:
    """What the record says of particulars, one text a field; None where there is nothing."""
    told: dict[str, object] = {name: "、".join(stated.of(kind)) or None for kind, name in FIELDS.items()}
    support = stated.other_support
    entries = [[each.programme, yuan(each.amount), str(each.year)] for each in support or ()]
    return {**told, "other_support": None if support is None else entries}
