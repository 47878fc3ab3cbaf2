"""Generating 100,000 disbursements, beside a plain bulk insert of the very rows that this wrote."""

import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, delete, insert, select

from rules.load import packs
from rules.money import Fen
from schedules.calendar import china
from schedules.instalments import plan
from subsidy import database
from subsidy.finance.disburse import disburse
from subsidy.records import (
    Application,
    Award,
    Disbursement,
    Event,
    Instalment,
    OperatingFigure,
    Organisation,
    PolicyText,
    Receipt,
    Record,
    Role,
    User,
)
from tests.benchmarks.table import ratio, row, title
from tests.postgres import fresh, unreachable
from tests.support.tampering import unprotect

WANTED: Final = 100_000
NOW: Final = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
APPROVED: Final = date(2024, 3, 1)
COMMISSIONED: Final = date(2024, 1, 10)
AMOUNT: Final = Fen(500_000_000)


def run() -> None:
    """Print the table, for SQLite and, where a server answers, for PostgreSQL."""
    title(f"Generating {WANTED:,} disbursements, each with its event, in chunks of 500")
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}")
    if unreachable() is None:
        with fresh() as url:
            _measure("PostgreSQL", url.render_as_string(hide_password=False))


def _measure(name: str, url: str) -> None:
    engine = database.create(url)
    database.migrate(engine)
    _fill(engine)
    begun = time.perf_counter()
    report = disburse(engine, as_of=date(2026, 11, 2), now=NOW, trigger="manual")
    ours = time.perf_counter() - begun
    assert report.generated == WANTED, report
    plain = _plain(engine)
    engine.dispose()
    row(f"{name}: plain bulk insert of the same rows", f"{plain:.1f} s")
    row(f"{name}: disburse", f"{ours:.1f} s", ratio(ours, plain))


def _fill(engine: Engine) -> None:
    """Awards of three instalments that are all due and released, up to the number wanted."""
    policy = packs()["lingang-2024"]
    scheme = policy.scheme("user-side-storage")
    parts = plan(AMOUNT, scheme.terms, APPROVED, china(), COMMISSIONED)
    awards = range(-(-WANTED // len(parts)))
    cases = [f"case{number}" for number in awards]
    instalments = [
        {
            "id": f"{case}-{part.number}", "award_id": case, "number": part.number, "nominal_on": part.nominal_on,
            "due_on": part.due_on, "provisional": part.provisional, "amount_fen": part.amount,
            "year_number": part.year.number if part.year else None,
            "year_start": part.year.start if part.year else None, "year_end": part.year.end if part.year else None,
        }
        for case in cases
        for part in parts
    ][:WANTED]  # fmt: skip
    years = [part.year.number for part in parts if part.year]
    with database.writing(engine) as session:
        session.add(Organisation(id="org", name="甲", credit_code="91310115MA1K35XK0N"))
        session.add(
            User(id="user", email="a@b.cn", name="李", password_hash="-", role=Role.ADMINISTRATOR, created_at=NOW)
        )
        session.add(
            PolicyText(digest=policy.digest, policy_id=policy.id, version=policy.version, content=policy.content)
        )
        session.add(Receipt(digest="sha256:r", content="{}", policy_digest=policy.digest))
        session.flush()
        rows: list[tuple[type[Record], list[dict[str, Any]]]] = [
            (Application, [_application(case) for case in cases]),
            (Award, [_award(case, policy.digest) for case in cases]),
            (Instalment, instalments),
            (OperatingFigure, [_figure(case, year) for case in cases for year in years]),
        ]
        for record, values in rows:
            session.execute(insert(record), values)


def _application(case: str) -> dict[str, Any]:
    return {
        "id": case, "number": case, "organisation_id": "org", "created_by": "user", "policy_id": "lingang-2024",
        "scheme_id": "user-side-storage", "project_name": "一期", "status": "approved", "submitted_on": APPROVED,
        "status_since": APPROVED, "decided_on": APPROVED, "created_at": NOW, "updated_at": NOW, "version": 1,
    }  # fmt: skip


def _award(case: str, digest: str) -> dict[str, Any]:
    return {
        "id": case, "application_id": case, "amount_fen": AMOUNT, "policy_digest": digest, "receipt_digest": "sha256:r",
        "commissioned_on": COMMISSIONED, "approved_on": APPROVED, "approved_by": "user",
    }  # fmt: skip


def _figure(case: str, year: int) -> dict[str, Any]:
    return {
        "id": f"{case}-{year}", "award_id": case, "year_number": year, "value": "470", "evidence": "表计 1 号",
        "recorded_by": "user", "recorded_at": NOW,
    }  # fmt: skip


def _plain(engine: Engine) -> float:
    """Seconds to insert again, in one transaction, what was generated."""
    tables = (Disbursement.__table__, Event.__table__)  # type: ignore[attr-defined]
    with engine.begin() as connection:
        unprotect(connection)
        kept = [[dict(each) for each in connection.execute(select(table)).mappings()] for table in tables]
        for table in tables:
            connection.execute(delete(table))
    begun = time.perf_counter()
    with engine.begin() as connection:
        for table, rows in zip(tables, kept, strict=True):
            connection.execute(insert(table), rows)
    return time.perf_counter() - begun
