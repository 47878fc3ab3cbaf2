"""The one table of what may be done to a payout run, and the one door through which it is done."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault
from subsidy.errors import Forbidden, NotFound, Refused, Stale
from subsidy.records import Duty, PayoutRun, Role
from subsidy.records import PayoutStatus as Status
from subsidy.workflow import events, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import person_of

SUBJECT: Final = "payout_run"


class Step(StrEnum):
    """What can be asked for; its event is kept as `payout.` and this word."""

    OPEN = "open"
    FILL = "fill"
    TAKE_OUT = "take_out"
    SUBMIT = "submit"
    CHECK = "check"
    APPROVE = "approve"
    EXPORT = "export"
    SEND_BACK = "send_back"
    ABANDON = "abandon"
    CONFIRM = "confirm"
    CLOSE = "close"
    REISSUE = "reissue"
    """Handed out once more, as two people have it."""


class Person(StrEnum):
    """Who may take a step, beside having the duty for it."""

    MAKER = "maker"
    """Whoever opened the run: what he puts into it another one checks."""
    ANOTHER = "another"
    """Anybody but the one who opened it."""
    ANY = "any"


@dataclass(frozen=True)
class Row:
    """A step leads from any of `sources` to `to`; `to` None leaves the status as it is."""

    step: Step
    sources: frozenset[Status]
    to: Status | None
    duties: frozenset[Duty]
    """Any one of these; empty for what the system does."""
    person: Person
    reason: bool
    """Whether the person must say why."""


def _row(
    step: Step, sources: str, to: Status | None, duties: str, person: Person = Person.ANY, *, reason: bool = False
) -> Row:
    statuses, named = frozenset(map(Status, sources.split())), frozenset(map(Duty, duties.split()))
    return Row(step, statuses, to, named, person, reason)


_TABLE: Final = (
    _row(Step.OPEN, "", Status.OPEN, "make"),
    _row(Step.FILL, "open", None, "make", Person.MAKER),
    _row(Step.TAKE_OUT, "open", None, "make", Person.MAKER),
    _row(Step.SUBMIT, "open", Status.SUBMITTED, "make", Person.MAKER),
    _row(Step.CHECK, "submitted", Status.CHECKED, "check", Person.ANOTHER),
    _row(Step.APPROVE, "checked", Status.APPROVED, "check", Person.ANOTHER),
    _row(Step.EXPORT, "approved", Status.EXPORTED, "make"),
    _row(Step.SEND_BACK, "submitted checked approved", Status.OPEN, "make check", reason=True),
    _row(Step.ABANDON, "open", Status.ABANDONED, "make", reason=True),
    _row(Step.CONFIRM, "exported", Status.CONFIRMED, ""),
    _row(Step.CLOSE, "confirmed", Status.CLOSED, "make check"),
    _row(Step.REISSUE, "exported confirmed closed", None, "make", reason=True),
)

STEPS: Final[Mapping[Step, Row]] = MappingProxyType({row.step: row for row in _TABLE})


def why_not(session: Session, actor: Actor, step: Step, run: PayoutRun) -> Refused | None:
    """Why this person may not take a step on a run now; None where he may. It answers from duties, person and status."""
    row = STEPS[step]
    if refusal := lacking(actor, step):
        return refusal
    if row.person is not Person.ANY:
        made_by_him = person_of(session, actor) == run.made_person
        if row.person is Person.MAKER and not made_by_him:
            return Forbidden("payout.of_another")
        if row.person is Person.ANOTHER and made_by_him:
            return Forbidden("payout.own_run")
    if run.status not in row.sources:
        return Refused(f"payout.is_{run.status}", number=run.number)
    return None


def lacking(actor: Actor, step: Step) -> Forbidden | None:
    """Why this person may never take a step, whatever the run; None where he may."""
    duties = STEPS[step].duties
    if not duties:
        return None
    if actor.role != Role.FINANCE:
        return Forbidden()
    if not actor.duties & duties:
        return Forbidden(f"workflow.lacks_{min(duties)}" if len(duties) == 1 else "payout.lacks_finance")
    return None


@dataclass
class Change:
    """A step under way: the run, the reason given, and what the entry will say."""

    run: PayoutRun
    reason: str | None
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    kept: bool = True
    """False where nothing came of it, so that nothing is to be told."""


@contextmanager
def change(
    session: Session,
    actor: Actor,
    now: datetime,
    step: Step,
    run_id: str,
    *,
    version: int | None = None,
    reason: str | None = None,
) -> Iterator[Change]:
    """One step of one run, which nobody else can change until the transaction ends.

    On the way in: refused as NotFound, Forbidden, Refused, Stale (where `version` is given and is not the present one) or
    BadInput (where the step needs a reason). On the way out: the new status, a new version and the entry.
    """
    run = lock(session, [run_id])[run_id]
    if refusal := why_not(session, actor, step, run):
        raise refusal
    if version is not None and version != run.version:
        raise Stale(present={"status": run.status.value, "version": run.version})
    under_way = Change(run, _reason(reason, needed=STEPS[step].reason))
    yield under_way
    if not under_way.kept:
        return
    to = STEPS[step].to
    if to is not None:
        under_way.before["status"], under_way.after["status"] = run.status.value, to.value
        run.status = to
    run.version += 1
    session.flush()
    record(session, actor, now, step, under_way)


def record(session: Session, actor: Actor, now: datetime, step: Step, told: Change) -> None:
    """The entry of a step in the record of its run."""
    entry = events.entry(actor, now, told.run.id, f"payout.{step}", told.before, told.after, told.reason, kind=SUBJECT)
    events.append(session, [entry])


def lock(session: Session, ids: Iterable[str]) -> Mapping[str, PayoutRun]:
    """Runs as they now are, which nobody else can change until the transaction ends; always in one order, before cases and
    envelopes. Raises NotFound where one of them is not there."""
    wanted = sorted({words.identifier(one) for one in ids})
    query = select(PayoutRun).where(col(PayoutRun.id).in_(wanted)).order_by(col(PayoutRun.id))
    found = session.exec(query.with_for_update().execution_options(populate_existing=True)).all()
    if len(found) < len(wanted):
        raise NotFound
    return {run.id: run for run in found}


def _reason(typed: str | None, *, needed: bool) -> str | None:
    if not needed and not (typed or "").strip():
        return None
    faults: list[Fault] = []
    reason = words.passage(typed or "", "reason", faults)
    if faults:
        raise BadInput(faults)
    return reason
