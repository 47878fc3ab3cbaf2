"""Daily heads: the digest that, kept elsewhere, shows whether the record was cut or rewritten since."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text
from sqlmodel import Session, col

from subsidy.database import writing
from subsidy.records import Event, Head
from subsidy.workflow import chain
from subsidy.workflow.once import insert_once


def close_day(bind: Engine | Connection, today: date, now: datetime) -> Head | None:
    """The head of today over every entry so far; None where there is one already. Days that were missed need none:
    the next head covers what they added."""
    with writing(bind) as session:
        if session.get_bind().dialect.name == "postgresql":
            # Whoever has an entry under way commits first, so that no lower id appears later.
            session.execute(text("LOCK TABLE event IN SHARE MODE"))
        before = newest(session)
        if before is not None and before.day >= today:
            return None
        after = before.last_event_id if before else 0
        count, last = session.execute(select(func.count(), func.max(col(Event.id))).where(col(Event.id) > after)).one()
        made: dict[str, Any] = {
            "day": today,
            "last_event_id": last or after,
            "events": (before.events if before else 0) + count,
            "previous": before and before.digest,
            "made_at": now,
        }
        digests = session.scalars(select(col(Event.digest)).where(col(Event.id) > after).order_by(col(Event.id)))
        made["digest"] = chain.of_head(made, digests)
        # Of two that close the day at once the second waits here for the first.
        return session.get(Head, today) if insert_once(session, Head, [made], "day") else None


def newest(session: Session) -> Head | None:
    """The last head that was made."""
    return session.scalars(select(Head).order_by(col(Head.day).desc()).limit(1)).first()
