"""The budget as other systems read it: the same JSON from the API and the command line."""

from typing import Any

from rules.money import yuan
from subsidy.finance.budget import Line, Standing
from subsidy.records import Envelope
from subsidy.records.envelope import HELD


def budget_document(found: Standing, year: int | None = None) -> dict[str, Any]:
    """Envelopes, of one year or of all, and what no envelope covers; money is yuan with two decimals."""
    return {
        "year": year,
        "envelopes": [line_document(line) for line in found.lines if year in (None, line.envelope.year)],
        "future": [
            {
                "policy": one.policy_id,
                "scheme": one.scheme_id,
                "year": one.year,
                "count": one.many,
                "amount": yuan(one.amount),
            }
            for one in found.future
        ],
    }


def line_document(line: Line) -> dict[str, Any]:
    """One envelope with what came back into it and what waits for its money."""
    one: Envelope = line.envelope
    return {
        "id": one.id,
        "policy": one.policy_id,
        "scheme": one.scheme_id,
        "year": one.year,
        "exhausted": one.exhausted.value,
        "closed_at": one.closed_at and one.closed_at.isoformat(),
        "allotted": yuan(one.allotted_fen),
        **{account.value: yuan(getattr(one, f"{account}_fen")) for account in HELD},
        "returned": yuan(line.returned),
        "waiting": {"count": line.waiting, "amount": yuan(line.lacking)},
        "executed_percent": line.executed,
    }
