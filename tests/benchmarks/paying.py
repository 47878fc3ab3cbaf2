"""A payout run of 100,000 payments: filled, frozen, handed out and written to files, beside the same rows by the library alone.

Each step is done by a process of its own, so that its peak memory is its own.
"""

import csv
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, bindparam, insert, select
from sqlmodel import Session, col
from xlsxwriter import Workbook

from rules.load import packs
from rules.money import Fen, yuan
from subsidy import database
from subsidy.finance import ledger, payout_file, payouts, results
from subsidy.finance.ledger import Movement
from subsidy.locale import catalogue
from subsidy.records import (
    Account,
    BankAccount,
    BankAccountState,
    Disbursement,
    Duty,
    EntryKind,
    Envelope,
    Instalment,
    Payment,
    PayoutRun,
    Posting,
    Role,
    Run,
    Trigger,
    User,
    UserDuty,
)
from subsidy.reports.payout_columns import COLUMNS
from subsidy.workflow.actor import SYSTEM, Actor
from tests.benchmarks.disbursing import NOW, WANTED, _fill
from tests.benchmarks.table import ratio, row, title
from tests.postgres import fresh, unreachable
from tests.support.results import csv_file, paid

MAKER: Final = Actor("maker", "孙洁", Role.FINANCE, None, frozenset({Duty.MAKE}))
CHECKER: Final = Actor("checker", "方平", Role.FINANCE, None, frozenset({Duty.CHECK}))
SITE: Final = "https://subsidy.example"
TODAY: Final = date(2026, 11, 2)


class Measured(NamedTuple):
    """What a step took: seconds, and the most memory its process held, before it began and at its peak, in MB."""

    seconds: float
    before: float
    peak: float

    def told(self) -> str:
        return f"{self.seconds:.1f} s {self.peak:.0f} MB"


def run() -> None:
    """Print the table, for SQLite and, where a server answers, for PostgreSQL."""
    title(f"A payout run of {WANTED:,} payments, with the peak memory of each step's process")
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}", Path(folder))
        if unreachable() is None:
            with fresh() as url:
                _measure("PostgreSQL", url.render_as_string(hide_password=False), Path(folder))


def _measure(name: str, url: str, folder: Path) -> None:
    engine = database.create(url)
    database.migrate(engine)
    _prepare(engine)
    engine.dispose()
    row(f"{name}: a process that does nothing", f"{_apart(nothing, url, folder).peak:.0f} MB")
    for what, ours, alone in STEPS:
        done = _apart(ours, url, folder)
        peer = _apart(alone, url, folder)
        row(f"{name}: {what}, by the library alone", peer.told())
        row(f"{name}: {what}", done.told(), ratio(done.seconds, peer.seconds))


def _apart(step: Callable[[Engine, Path], object], url: str, folder: Path) -> Measured:
    """Does a step in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(step, url, folder, theirs))
    child.start()
    theirs.close()
    seconds, before, peak = ours.recv()
    child.join()
    return Measured(seconds, before, peak)


def _child(step: Callable[[Engine, Path], Any], url: str, folder: Path, answer: Any) -> None:
    engine = database.create(url)
    catalogue(), packs()  # else reading these would be a part of whatever comes first
    before = _peak()
    taken = step(engine, folder)
    answer.send((taken, before, _peak()))
    engine.dispose()


def _peak() -> float:
    """The most memory that this process ever held, in MB."""
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def nothing(engine: Engine, folder: Path) -> float:
    return 0.0


def fill(engine: Engine, folder: Path) -> float:
    with database.writing(engine) as session:
        run = payouts.open_run(session, MAKER, NOW, "lingang-2024", 2026)
    taken = timed(lambda: payouts.fill(engine, run.id, MAKER, NOW))
    assert _run(engine).count == WANTED, _run(engine)
    return taken


def fill_alone(engine: Engine, folder: Path) -> float:
    """The same rows, inserted once more beside it and taken back."""
    table = Payment.__table__  # type: ignore[attr-defined]
    with engine.connect() as connection:
        rows = [dict(each) for each in connection.execute(select(table)).mappings()]
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(table.delete())
        taken = timed(lambda: connection.execute(insert(table), rows))
        transaction.rollback()
    return taken


def freeze(engine: Engine, folder: Path) -> float:
    def steps() -> None:
        for step, actor in ((payouts.submit, MAKER), (payouts.check, CHECKER), (payouts.approve, CHECKER)):
            with database.writing(engine) as session:
                found = payouts.find(session, _run(engine).id)
                more = (yuan(found.amount_fen),) if step is payouts.check else ()
                step(session, actor, NOW, found.id, found.version, *more)

    return timed(steps)


def freeze_alone(engine: Engine, folder: Path) -> float:
    """The same texts, written into the same rows."""
    table = Payment.__table__  # type: ignore[attr-defined]
    with engine.connect() as connection, connection.begin() as transaction:
        rows = [dict(each) for each in connection.execute(select(table.c.id, table.c.sheet_json)).mappings()]
        statement = table.update().where(table.c.id == bindparam("which")).values(sheet_json=bindparam("told"))
        given = [{"which": each["id"], "told": each["sheet_json"]} for each in rows]
        taken = timed(lambda: connection.execute(statement, given))
        transaction.rollback()
    return taken


def hand_out(engine: Engine, folder: Path) -> float:
    found = _run(engine)

    def step() -> None:
        with database.writing(engine) as session:
            payouts.export(session, MAKER, NOW, found.id, found.version)

    return timed(step)


def hand_out_alone(engine: Engine, folder: Path) -> float:
    """The same postings inserted, and the same rows changed."""
    postings, payments = Posting.__table__, Payment.__table__  # type: ignore[attr-defined]
    with engine.connect() as connection, connection.begin() as transaction:
        columns = [column for column in postings.c if column.name != "id"]
        wanted = select(*columns).where(postings.c.target == Account.IN_FLIGHT)
        rows = [dict(each) for each in connection.execute(wanted).mappings()]
        begun = time.perf_counter()
        connection.execute(insert(postings), rows)
        connection.execute(payments.update().values(state="in_flight"))
        taken = time.perf_counter() - begun
        transaction.rollback()
    return taken


def file(kind: str) -> Callable[[Engine, Path], float]:
    def make(engine: Engine, folder: Path) -> float:
        def step() -> None:
            with database.reading(engine) as session:
                payout_file.make(session, payouts.find(session, _run(engine).id), kind, folder / kind, SITE)

        return timed(step)

    return make


def _cells(engine: Engine) -> Sequence[Sequence[Any]]:
    """Every cell of the run's sheet, as it stands in it."""
    with database.reading(engine) as session:
        found = payouts.find(session, _run(engine).id)
        facts = payout_file.facts_of(session, found, SITE)
        return [
            [column.value(line, facts, "zh") for column in COLUMNS] for line in payouts.frozen_lines(session, found.id)
        ]


def xlsx(engine: Engine, folder: Path) -> float:
    return file("xlsx")(engine, folder)


def xlsx_alone(engine: Engine, folder: Path) -> float:
    cells, numbers = _cells(engine), {at for at, column in enumerate(COLUMNS) if column.kind != "text"}

    def step() -> None:
        with Workbook(str(folder / "alone"), {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for down, row in enumerate(cells):
                for at, cell in enumerate(row):
                    if cell and at not in numbers:
                        sheet.write_string(down, at, cell)
                    elif cell:
                        sheet.write_number(down, at, 1234567.89)

    return timed(step)


def write_csv(engine: Engine, folder: Path) -> float:
    return file("csv")(engine, folder)


def csv_alone(engine: Engine, folder: Path) -> float:
    cells = _cells(engine)

    def step() -> None:
        with (folder / "alone").open("w", encoding="utf-8-sig", newline="") as target:
            csv.writer(target).writerows(cells)

    return timed(step)


def _results(engine: Engine) -> bytes:
    """What the bank answers: all paid."""
    with engine.connect() as connection:
        keys = connection.execute(select(col(Payment.key), col(Payment.amount_fen)).order_by(col(Payment.line))).all()
    return csv_file([paid(key, yuan(amount), TODAY.isoformat(), f"R{at}") for at, (key, amount) in enumerate(keys)])


def reconcile(engine: Engine, folder: Path) -> float:
    data = _results(engine)
    return timed(lambda: results.take(engine, MAKER, NOW, "results.csv", data))


def reconcile_alone(engine: Engine, folder: Path) -> float:
    """The same file read."""
    data = _results(engine)
    return timed(lambda: list(csv.reader(io.StringIO(data.decode(), newline=""))))


STEPS: Final = (
    ("filled", fill, fill_alone),
    ("frozen: handed in, checked, approved", freeze, freeze_alone),
    ("handed out: money in flight", hand_out, hand_out_alone),
    ("written as XLSX", xlsx, xlsx_alone),
    ("written as CSV", write_csv, csv_alone),
    ("reconciled with a result file", reconcile, reconcile_alone),
)


def _run(engine: Engine) -> PayoutRun:
    with database.reading(engine) as session:
        [found] = payouts.runs(session)
        return found


def _prepare(engine: Engine) -> None:
    """Disbursements that are due, generated and funded, of a payee with a verified account."""
    _fill(engine)
    with database.writing(engine) as session:
        _employ(session)
        session.add(
            Run(id="run", trigger=Trigger.MANUAL, as_of=TODAY, started_at=NOW, finished_at=NOW, generated=WANTED)
        )
        session.flush()
        instalments = session.execute(select(col(Instalment.id), col(Instalment.amount_fen))).all()
        rows = [
            {
                "id": f"d{at:015}", "instalment_id": instalment_id, "amount_fen": amount, "generated_on": TODAY,
                "generated_at": NOW, "run_id": "run",
            }
            for at, (instalment_id, amount) in enumerate(instalments)
        ]  # fmt: skip
        session.execute(insert(Disbursement), rows)
        total = Fen(sum(amount for _, amount in instalments))
        envelope = Envelope(policy_id="lingang-2024", scheme_id="user-side-storage", year=2026, opened_at=NOW)
        session.add(envelope)
        session.flush()
        allotted = [Movement(envelope.id, Account.TREASURY, Account.AVAILABLE, total)]
        ledger.post(session, SYSTEM, NOW, EntryKind.ALLOT, allotted)
        for kind, source, target in (
            (EntryKind.COMMIT, Account.AVAILABLE, Account.COMMITTED),
            (EntryKind.RELEASE, Account.COMMITTED, Account.PAYABLE),
        ):
            movements = [
                Movement(envelope.id, source, target, Fen(amount), None, instalment_id)
                for instalment_id, amount in instalments
            ]
            ledger.post(session, SYSTEM, NOW, kind, movements)


def _employ(session: Session) -> None:
    for actor, duty in ((MAKER, Duty.MAKE), (CHECKER, Duty.CHECK)):
        user = User(id=str(actor.id), email=f"{actor.id}@b.cn", name=actor.name, role=Role.FINANCE, created_at=NOW)
        session.add(user)
        session.add(UserDuty(user_id=str(actor.id), duty=duty, role=Role.FINANCE, given_at=NOW))
    session.add(
        BankAccount(
            organisation_id="org",
            holder="甲",
            bank="中国工商银行上海临港支行",
            number="0310000123456789012",
            cnaps="102290012345",
            state=BankAccountState.VERIFIED,
            made_by="maker",
            made_person="maker",
            made_at=NOW,
            decided_by="checker",
            decided_person="checker",
            decided_at=NOW,
            usable_from=TODAY,
        )
    )
