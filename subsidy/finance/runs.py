"""The runs that generated disbursements, and what each of them did and left."""

import json
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from subsidy.records import Run


def runs(session: Session, limit: int | None = None) -> Sequence[Run]:
    """The runs, the latest first; at most `limit` of them."""
    return session.exec(select(Run).order_by(col(Run.started_at).desc(), col(Run.id)).limit(limit)).all()


def left(run: Run) -> Mapping[str, int]:
    """How many due instalments the run left, by the code of the reason."""
    counted: dict[str, int] = json.loads(run.left_json)
    return counted
