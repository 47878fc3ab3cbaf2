"""Whether what was granted still follows from the texts that were kept: receipts replayed, awards and their parts compared."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from rules import receipt as receipts
from rules.load import PackError, load_content
from rules.money import Fen, yuan
from rules.policy import Policy
from schedules.calendar import china
from schedules.instalments import PlannedInstalment, plan
from subsidy.records import (
    Adjustment,
    Application,
    ApplicationFact,
    Award,
    Disbursement,
    Event,
    Head,
    Instalment,
    PolicyText,
    Receipt,
)
from subsidy.workflow.sheet import Sheet
from subsidy.workflow.stages import GRANTED

_CHUNK: Final = 500


@dataclass(frozen=True)
class Discrepancy:
    """One thing that does not follow: where it stands, its kind (an entry of the catalogue `audit`), and what fills its wording."""

    where: str
    kind: str
    params: Mapping[str, str] = field(default_factory=dict)


class Extent(NamedTuple):
    """How much was looked at."""

    policies: int
    receipts: int
    awards: int
    entries: int
    heads: int


def extent(session: Session) -> Extent:
    """How many texts, receipts and awards, entries of the record and daily heads there are."""
    counts = [session.execute(select(func.count()).select_from(table)).scalar_one() for table in _TABLES]
    return Extent(*counts)


_TABLES: Final = (PolicyText, Receipt, Award, Event, Head)


def discrepancies(session: Session) -> Iterator[Discrepancy]:
    """Everything that does not follow; nothing where all is well. It reads only what is stored, never a pack.

    A row that is gone is told like one that was changed: databases can be edited with their foreign keys switched off.
    """
    policies: dict[str, Policy] = {}
    yield from _policies(session, policies)
    yield from _receipts(session)
    yield from _awards(session, policies)
    yield from _decisions(session)
    yield from _disbursements(session)


def _policies(session: Session, readable: dict[str, Policy]) -> Iterator[Discrepancy]:
    """Faults of the stored texts; those that can be read are put into `readable` by digest."""
    for text in session.scalars(select(PolicyText)):
        try:
            policy = load_content(text.content)
        except (PackError, ValueError) as error:
            yield Discrepancy(text.digest, "policy_unreadable", {"why": _line(error)})
            continue
        readable[text.digest] = policy
        if policy.digest != text.digest:
            yield Discrepancy(text.digest, "policy_digest", {"found": policy.digest})
        if (policy.id, policy.version) != (text.policy_id, text.version):
            yield Discrepancy(text.digest, "policy_name", {"found": f"{policy.id} {policy.version}"})


def _receipts(session: Session) -> Iterator[Discrepancy]:
    query = select(Receipt, col(PolicyText.content)).join(
        PolicyText, col(PolicyText.digest) == col(Receipt.policy_digest), isouter=True
    )
    for receipt, content in session.execute(query.execution_options(yield_per=_CHUNK)):
        found = receipts.digest(receipt.content)
        if found != receipt.digest:
            yield Discrepancy(receipt.digest, "receipt_digest", {"found": found})
        if content is None:
            yield Discrepancy(receipt.digest, "policy_missing", {"digest": receipt.policy_digest})
            continue
        try:
            replayed = receipts.replay(receipt.content, content)
        except (PackError, ValueError, KeyError) as error:
            yield Discrepancy(receipt.digest, "receipt_unreadable", {"why": _line(error)})
            continue
        if replayed != receipt.content:
            yield Discrepancy(receipt.digest, "receipt_replay", {"differing": _differing(receipt.content, replayed)})


def _awards(session: Session, policies: Mapping[str, Policy]) -> Iterator[Discrepancy]:
    query = (
        select(Award, Application, Receipt)
        .join(Application, col(Application.id) == col(Award.application_id), isouter=True)
        .join(Receipt, col(Receipt.digest) == col(Award.receipt_digest), isouter=True)
    )
    for award, application, receipt in session.execute(query.execution_options(yield_per=_CHUNK)):
        if application is None:
            yield Discrepancy(award.id, "award_unapproved")
            continue
        kept = list(session.scalars(select(Instalment).where(col(Instalment.award_id) == award.id)))
        if receipt is None:
            yield Discrepancy(application.number, "receipt_missing", {"digest": award.receipt_digest})
        else:
            yield from _award(award, application, _told(receipt))
        kept = [each for each in kept if each.amendment_id is None]  # what was added since is no part of the plan
        policy, parts = policies.get(award.policy_digest), Fen(sum(each.amount_fen for each in kept))
        if parts != award.amount_fen:
            params = {"kept": yuan(award.amount_fen), "found": yuan(parts)}
            yield Discrepancy(application.number, "award_parts", params)
        if policy is None or application.scheme_id not in {scheme.id for scheme in policy.schemes}:
            continue  # told above, where the text and the scheme are looked at
        yield from _instalments(award, application, policy, kept)
        if receipt is not None and (changed := _changed_facts(session, application, policy, _told(receipt))):
            yield Discrepancy(application.number, "award_facts", {"differing": changed})


def _award(award: Award, application: Application, told: Mapping[str, Any]) -> Iterator[Discrepancy]:
    expected = {
        "award_amount": (yuan(award.amount_fen), _part(told, "award").get("amount")),
        "award_scheme": (application.scheme_id, told.get("scheme")),
        "award_day": (str(application.submitted_on), told.get("on")),
        "award_policy": (award.policy_digest, _part(told, "policy").get("digest")),
    }
    for kind, (kept, found) in expected.items():
        if kept != found:
            yield Discrepancy(application.number, kind, {"kept": kept, "found": str(found)})


def _instalments(
    award: Award, application: Application, policy: Policy, kept: list[Instalment]
) -> Iterator[Discrepancy]:
    terms = policy.scheme(application.scheme_id).terms
    planned = plan(Fen(award.amount_fen), terms, award.approved_on, china(), award.commissioned_on)
    rows, follows = {row.number: row for row in kept}, {part.number: part for part in planned}
    for number in sorted({*rows, *follows}):
        row, part = rows.get(number), follows.get(number)
        if row is None or part is None or not _agrees(row, part):
            yield Discrepancy(application.number, "instalment", {"part": str(number)})


def _agrees(row: Instalment, part: PlannedInstalment) -> bool:
    """Whether a row is what the terms give. A provisional due date may have been worked out under an older calendar."""
    year = (part.year.number, part.year.start, part.year.end) if part.year else (None, None, None)
    return (
        (row.nominal_on, row.amount_fen) == (part.nominal_on, part.amount)
        and (row.year_number, row.year_start, row.year_end) == year
        and (row.provisional or row.due_on == part.due_on)
    )


def _changed_facts(session: Session, application: Application, policy: Policy, told: Mapping[str, Any]) -> str:
    """The facts that hold now and are not those of the receipt."""
    rows = session.scalars(select(ApplicationFact).where(col(ApplicationFact.application_id) == application.id))
    sheet = Sheet(policy, policy.scheme(application.scheme_id), {row.key: row for row in rows})
    now = {
        key: row.verified if row.verified is not None else None if key in sheet.persons else row.declared
        for key, row in sheet.rows.items()
    }
    then = _part(told, "facts")
    return ", ".join(sorted(key for key in {*now, *then} if now.get(key) != then.get(key)))


def _decisions(session: Session) -> Iterator[Discrepancy]:
    """Applications whose status and award contradict each other."""
    approved = col(Application.status).in_(GRANTED)
    query = (
        select(col(Application.number), approved)
        .join(Award, col(Award.application_id) == col(Application.id), isouter=True)
        .where(approved != col(Award.id).is_not(None))
    )
    for number, without in session.execute(query):
        yield Discrepancy(number, "award_missing" if without else "award_unapproved")


def _disbursements(session: Session) -> Iterator[Discrepancy]:
    before = (
        select(func.coalesce(func.sum(Adjustment.delta_fen), 0))
        .where(col(Adjustment.instalment_id) == col(Instalment.id), col(Adjustment.ordered).is_(False))
        .correlate(Instalment)
        .scalar_subquery()
    )
    query = (
        select(Disbursement, Instalment, col(Application.number), before)
        .join(Instalment, col(Instalment.id) == col(Disbursement.instalment_id), isouter=True)
        .join(Award, col(Award.id) == col(Instalment.award_id), isouter=True)
        .join(Application, col(Application.id) == col(Award.application_id), isouter=True)
        .where(
            col(Application.id).is_(None) | (col(Disbursement.amount_fen) != col(Instalment.amount_fen) + before),
        )
    )
    for ordered, planned, number, adjusted in session.execute(query):
        if number is None:
            yield Discrepancy(ordered.id, "disbursement_unfounded", {"found": yuan(ordered.amount_fen)})
            continue
        params = {
            "part": str(planned.number),
            "kept": yuan(planned.amount_fen + int(adjusted)),
            "found": yuan(ordered.amount_fen),
        }
        yield Discrepancy(number, "disbursement_amount", params)


def _told(receipt: Receipt) -> Mapping[str, Any]:
    """What a receipt says; nothing where it cannot be read, which is told when it is replayed."""
    try:
        told = json.loads(receipt.content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _part(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of what a receipt says; nothing where it is no mapping."""
    part = told.get(key)
    return part if isinstance(part, dict) else {}


def _differing(kept: str, replayed: str) -> str:
    """The parts of a receipt that come out otherwise."""
    before, after = json.loads(kept), json.loads(replayed)
    return ", ".join(sorted(key for key in {*before, *after} if before.get(key) != after.get(key))) or "canonical form"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
