"""Many awards at once, put straight into the tables: for what is about numbers, not about how an award came to be."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine, delete, insert
from sqlmodel import Session, col, func, select

from subsidy.database import reading, writing
from subsidy.records import Application, Award, Disbursement, Event, Instalment, OperatingFigure, Record
from tests.support.office import Office

DUE = date(2026, 6, 30)
FIGURES = {1: None, 2: "450", 3: "449", 4: None}
"""Four instalments an award, all due on one day: the first is not tested, the second has met its year, the third falls
short, the fourth has no figure."""
FREE = 2
HELD = ("year_falls_short", "awaiting_figure")


def portfolio(office: Office, awards: int) -> int:
    """Makes so many awards; returns what is to be paid in all, in fen."""
    model = office.approved()
    application = office.application(model.application_id).model_dump()
    numbers = range(awards)
    with writing(office.engine) as session:
        session.execute(delete(Instalment))
        _insert(session, Application, [{**application, "id": f"a{n}", "number": f"N{n}"} for n in numbers])
        _insert(session, Award, [{**model.model_dump(), "id": f"w{n}", "application_id": f"a{n}"} for n in numbers])
        _insert(session, Instalment, [_instalment(n, number) for n in numbers for number in FIGURES])
        _insert(session, OperatingFigure, [_figure(office, n, year) for n in numbers for year in (2, 3)])
    return sum(_amount(n, number) for n in numbers for number in (1, 2))


def paid(engine: Engine) -> tuple[int, int, int]:
    """How many disbursements there are, for how many different instalments, and their sum in fen."""
    with reading(engine) as session:
        instalments = func.count(func.distinct(Disbursement.instalment_id))
        row = session.exec(select(func.count(), instalments, func.sum(col(Disbursement.amount_fen)))).one()
    return row[0], row[1], row[2] or 0


def entries(engine: Engine) -> int:
    """How many entries of the record tell of a disbursement."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(Event).where(col(Event.command) == "generate")).one()


def _amount(n: int, number: int) -> int:
    return 100_000 + 10 * n + number


def _instalment(n: int, number: int) -> dict[str, Any]:
    tested = number > 1
    return {
        "id": f"i{n}x{number}",
        "award_id": f"w{n}",
        "number": number,
        "nominal_on": DUE,
        "due_on": DUE,
        "provisional": False,
        "amount_fen": _amount(n, number),
        "year_number": number if tested else None,
        "year_start": date(2025, 1, 1) if tested else None,
        "year_end": date(2025, 12, 31) if tested else None,
    }


def _figure(office: Office, n: int, year: int) -> dict[str, Any]:
    return {
        "id": f"f{n}x{year}",
        "award_id": f"w{n}",
        "year_number": year,
        "value": FIGURES[year],
        "evidence": "检测报告",
        "recorded_by": "chen",
        "recorded_at": office.now,
    }


def _insert(session: Session, record: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
    session.execute(insert(Record.metadata.tables[str(record.__tablename__)]), rows)
