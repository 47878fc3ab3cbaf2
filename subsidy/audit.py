"""Whether what was granted still follows from the texts that were kept: receipts replayed, awards and their parts compared."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from rules import receipt as receipts
from rules.load import PackError, load_content
from rules.money import yuan
from subsidy.records import Application, Award, Disbursement, Instalment, PolicyText, Receipt

_CHUNK: Final = 500


@dataclass(frozen=True)
class Discrepancy:
    """One thing that does not follow: where it stands, its kind (an entry of the catalogue `audit`), and what fills its wording."""

    where: str
    kind: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Extent:
    """How much was looked at."""

    policies: int
    receipts: int
    awards: int


def extent(session: Session) -> Extent:
    """How many texts, receipts and awards there are."""
    counts = [session.execute(select(func.count()).select_from(table)).scalar_one() for table in _TABLES]
    return Extent(*counts)


_TABLES: Final = (PolicyText, Receipt, Award)


def discrepancies(session: Session) -> Iterator[Discrepancy]:
    """Everything that does not follow; nothing where all is well. It reads only what is stored, never a pack."""
    yield from _policies(session)
    yield from _receipts(session)
    yield from _awards(session)
    yield from _disbursements(session)


def _policies(session: Session) -> Iterator[Discrepancy]:
    for text in session.scalars(select(PolicyText)):
        try:
            policy = load_content(text.content)
        except (PackError, ValueError) as error:
            yield Discrepancy(text.digest, "policy_unreadable", {"why": _line(error)})
            continue
        if policy.digest != text.digest:
            yield Discrepancy(text.digest, "policy_digest", {"found": policy.digest})
        if (policy.id, policy.version) != (text.policy_id, text.version):
            yield Discrepancy(text.digest, "policy_name", {"found": f"{policy.id} {policy.version}"})


def _receipts(session: Session) -> Iterator[Discrepancy]:
    query = select(Receipt, col(PolicyText.content)).join(
        PolicyText, col(PolicyText.digest) == col(Receipt.policy_digest)
    )
    for receipt, content in session.execute(query.execution_options(yield_per=_CHUNK)):
        found = receipts.digest(receipt.content)
        if found != receipt.digest:
            yield Discrepancy(receipt.digest, "receipt_digest", {"found": found})
        try:
            replayed = receipts.replay(receipt.content, content)
        except (PackError, ValueError, KeyError) as error:
            yield Discrepancy(receipt.digest, "receipt_unreadable", {"why": _line(error)})
            continue
        if replayed != receipt.content:
            yield Discrepancy(receipt.digest, "receipt_replay", {"differing": _differing(receipt.content, replayed)})


def _awards(session: Session) -> Iterator[Discrepancy]:
    parts = select(func.sum(Instalment.amount_fen)).where(col(Instalment.award_id) == col(Award.id)).scalar_subquery()
    query = (
        select(Award, Application, Receipt, parts)
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Receipt, col(Receipt.digest) == col(Award.receipt_digest))
    )
    for award, application, receipt, paid in session.execute(query.execution_options(yield_per=_CHUNK)):
        told = _told(receipt)
        expected = {
            "award_amount": (yuan(award.amount_fen), (told.get("award") or {}).get("amount")),
            "award_scheme": (application.scheme_id, told.get("scheme")),
            "award_day": (str(application.submitted_on), told.get("on")),
            "award_policy": (award.policy_digest, (told.get("policy") or {}).get("digest")),
            "award_parts": (yuan(award.amount_fen), yuan(int(paid or 0))),
        }
        for kind, (kept, found) in expected.items():
            if kept != found:
                yield Discrepancy(application.number, kind, {"kept": kept, "found": str(found)})


def _disbursements(session: Session) -> Iterator[Discrepancy]:
    query = (
        select(
            col(Application.number), col(Instalment.number), col(Disbursement.amount_fen), col(Instalment.amount_fen)
        )
        .join(Instalment, col(Instalment.id) == col(Disbursement.instalment_id))
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .where(col(Disbursement.amount_fen) != col(Instalment.amount_fen))
    )
    for number, part, ordered, planned in session.execute(query):
        params = {"part": str(part), "kept": yuan(planned), "found": yuan(ordered)}
        yield Discrepancy(number, "disbursement_amount", params)


def _told(receipt: Receipt) -> Mapping[str, Any]:
    """What a receipt says; nothing where it cannot be read, which is told when it is replayed."""
    try:
        told = json.loads(receipt.content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _differing(kept: str, replayed: str) -> str:
    """The parts of a receipt that come out otherwise."""
    before, after = json.loads(kept), json.loads(replayed)
    return ", ".join(sorted(key for key in {*before, *after} if before.get(key) != after.get(key))) or "canonical form"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
