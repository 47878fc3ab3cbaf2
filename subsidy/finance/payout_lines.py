"""The lines of a payout run: put in order, written down as they will be handed out, frozen by a digest, and read again."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from rules import canonical
from rules.money import yuan
from subsidy.errors import Refused
from subsidy.finance.payable import State, Wanted, judged
from subsidy.finance.payout_facts import Facts
from subsidy.records import Application, Award, Instalment, Organisation, Payment, PayoutRun

CHUNK: Final = 1_000
_ASIDE: Final = 1 << 30
"""Line numbers are moved this far out of the way before they are given anew."""

MAY_DIFFER: Final = frozenset({"paid_before", "remaining"})
"""What of a line may come to be otherwise after it was written down: other instalments of the award are paid meanwhile."""

_TOLD: Final = 20
"""How many lines a refusal names."""


class Digest(Protocol):
    """A digest under way."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class Unfit(NamedTuple):
    """A line that can no longer be paid as it was written down. `why` are the codes of what is in the way, or `changed`."""

    line: int
    why: tuple[str, ...]


def write_down(session: Session, run: PayoutRun, today: date) -> None:
    """Numbers the lines from 1 in order of scheme, payee, application and instalment, and writes each down.

    Raises Refused, naming the lines, where any of them can no longer be paid.
    """
    _number(session, run)
    refuse_unfit(session, run, today, written=False)
    for payments in chunks(session, run):
        sheets = _sheets(session, run, payments)
        rows = [{"id": one.id, "sheet_json": sheets[one.id]} for one in payments]
        session.execute(update(Payment), rows)
        for one in payments:
            session.expunge(one)


def refuse_unfit(session: Session, run: PayoutRun, today: date, *, written: bool = True) -> None:
    """Raises Refused, naming the lines, where a payment of the run can no longer be made; `written`: as it was written down."""
    lines = [f"{found.line}" for found in unfit(session, run, today, written=written)]
    if lines:
        more = "…" if len(lines) > _TOLD else ""
        raise Refused("payout.lines_unfit", count=str(len(lines)), lines=", ".join(lines[:_TOLD]) + more)


def unfit(session: Session, run: PayoutRun, today: date, *, written: bool = True) -> Iterator[Unfit]:
    """The lines that can no longer be paid as they are."""
    for payments in chunks(session, run):
        wanted = Wanted(year=run.year, ids=[one.instalment_id for one in payments])
        standing = {one.row.known.instalment_id: one for one in judged(session, today, wanted)}
        sheets = _sheets(session, run, payments) if written else {}
        for one in payments:
            now = standing[one.instalment_id]
            why = [reason.code.value for reason in now.obstacles]
            fits = now.state is State.IN_RUN and now.payable == one.amount_fen and now.row.account_id == one.account_id
            if not fits or (written and not _same(one.sheet_json, sheets[one.id])):
                why.append("changed")
            if why:
                yield Unfit(one.line, tuple(why))
            session.expunge(one)


def digest_of(session: Session, run: PayoutRun) -> str:
    """SHA-256 over what the run is and over its payments in the order of their lines."""
    digest = _begun(run)
    for _ in _digested(session, run, digest):
        pass
    return _ended(digest)


def verify(session: Session, run: PayoutRun) -> None:
    """Raises Refused where a frozen run is not what was approved, or was never frozen."""
    if run.digest is None:
        raise Refused(f"payout.is_{run.status}", number=run.number)
    if digest_of(session, run) != run.digest:
        raise Refused("payout.altered", number=run.number)


def verified_lines(session: Session, run: PayoutRun) -> Iterator[Mapping[str, str | None]]:
    """The lines of a frozen run as `frozen_lines` gives them, and the check of `verify`, in one reading.

    Raises Refused before the first line, or after the last one: what was made of them is then not to be handed out.
    """
    if run.digest is None:
        raise Refused(f"payout.is_{run.status}", number=run.number)
    digest = _begun(run)
    for sheet in _digested(session, run, digest):
        line: dict[str, str | None] = json.loads(sheet)
        yield line
    if _ended(digest) != run.digest:
        raise Refused("payout.altered", number=run.number)


def frozen_lines(session: Session, run_id: str) -> Iterator[Mapping[str, str | None]]:
    """The lines of a run as they were written down, in order, without keeping them all in memory."""
    query = select(col(Payment.sheet_json)).where(col(Payment.run_id) == run_id).order_by(col(Payment.line))
    for sheet in session.scalars(query.execution_options(yield_per=CHUNK)):
        line: dict[str, str | None] = json.loads(sheet)
        yield line


def totals(session: Session, run_id: str) -> tuple[int, int]:
    """How many payments a run has, and how much they come to, in fen."""
    query = select(func.count(), func.coalesce(func.sum(Payment.amount_fen), 0)).where(col(Payment.run_id) == run_id)
    count, amount = session.exec(query).one()
    return int(count), int(amount)


def _facts(run: PayoutRun) -> dict[str, str | None]:
    times = {name: getattr(run, f"{name}_at") for name in ("made", "checked", "approved")}
    return {
        "run": run.number,
        "policy": run.policy_id,
        "scheme": run.scheme_id,
        "year": str(run.year),
        "as_of": run.as_of.isoformat(),
        "count": str(run.count),
        "amount": yuan(run.amount_fen),
        "note": run.note,
        **{f"{name}_by": getattr(run, f"{name}_by") for name in times},
        **{f"{name}_at": time and time.astimezone(UTC).isoformat() for name, time in times.items()},
    }


def _number(session: Session, run: PayoutRun) -> None:
    order = (col(Application.scheme_id), col(Organisation.name), col(Application.number), col(Instalment.number))
    ranked = (
        select(col(Payment.id).label("id"), func.row_number().over(order_by=order).label("place"))
        .join(Instalment, col(Instalment.id) == col(Payment.instalment_id))
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .where(col(Payment.run_id) == run.id)
        .subquery()
    )
    away = update(Payment).where(col(Payment.run_id) == run.id).values(line=col(Payment.line) + _ASIDE)
    session.execute(away, execution_options={"synchronize_session": False})
    given = update(Payment).where(col(Payment.id) == ranked.c.id).values(line=ranked.c.place)
    session.execute(given, execution_options={"synchronize_session": False})
    session.expire_all()


def _begun(run: PayoutRun) -> Digest:
    return hashlib.sha256(canonical.text(_facts(run)).encode())


def _ended(digest: Digest) -> str:
    return f"sha256:{digest.hexdigest()}"


def _digested(session: Session, run: PayoutRun, digest: Digest) -> Iterator[str]:
    """What is written down of each payment, straight from the database and none of it kept, as it goes into the digest."""
    query = select(*_FROZEN).where(col(Payment.run_id) == run.id).order_by(col(Payment.line))
    for sheet, amount, *columns in session.execute(query.execution_options(yield_per=CHUNK)):
        line, *ids = map(str, columns)
        digest.update(f"\n{line}|{'|'.join(ids)}|{amount}\n{sheet}".encode())
        yield sheet


_FROZEN: Final[Sequence[Any]] = (
    col(Payment.sheet_json),
    col(Payment.amount_fen),
    col(Payment.line),
    col(Payment.id),
    col(Payment.disbursement_id),
    col(Payment.instalment_id),
    col(Payment.number),
    col(Payment.key),
    col(Payment.account_id),
)
"""What of a payment is frozen: its sheet and its amount, and the rest in the order of the digest."""


def chunks(session: Session, run: PayoutRun) -> Iterator[Sequence[Payment]]:
    """The payments of a run in order, some at a time, as the database has them."""
    after = 0
    while True:
        query = select(Payment).where(col(Payment.run_id) == run.id, col(Payment.line) > after)
        query = query.order_by(col(Payment.line)).limit(CHUNK).execution_options(populate_existing=True)
        found = session.exec(query).all()
        if not found:
            return
        after = found[-1].line
        yield found


def _sheets(session: Session, run: PayoutRun, payments: Sequence[Payment]) -> Mapping[str, str]:
    """Each payment as its line is handed out, by the id of the payment."""
    facts = Facts(session, payments)
    return {one.id: sheet_text(facts.line(one)) for one in payments}


def sheet_text(line: Mapping[str, str | None]) -> str:
    """A line as canonical text. Of a flat object of texts the standard library writes the same, in a fifth of the time."""
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _same(kept: str, composed: str) -> bool:
    if kept == composed:
        return True
    was, now = json.loads(kept), json.loads(composed)
    return bool({**was, **dict.fromkeys(MAY_DIFFER)} == {**now, **dict.fromkeys(MAY_DIFFER)})
