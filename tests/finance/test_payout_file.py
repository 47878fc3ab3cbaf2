"""The files of real payout runs: what they say, that they are the same for ever, and who has them made."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from rules import ENGINE, canonical
from rules.load import packs
from rules.money import Fen, yuan
from schedules.clock import FixedClock
from subsidy.database import reading, writing
from subsidy.errors import Refused
from subsidy.finance import payout_file, tasks
from subsidy.finance.doings import DOINGS
from subsidy.finance.exports import Exports
from subsidy.finance.payout_lines import sheet_text
from subsidy.finance.task_work import Shop, do_all
from subsidy.records import Payment, PayoutRun, PayoutStatus, Task, TaskKind, User
from subsidy.reports.payout_files import KINDS
from subsidy.settings import Settings
from tests.finance.payable import PART, approved, due, exported, opened, payments, present
from tests.reports.payouts import LINE
from tests.support.office import CHECKER, FINANCE, Office

SITE = "https://subsidy.example"


@pytest.fixture
def run(office: Office) -> PayoutRun:
    due(office, 2)
    office.account()
    return exported(office)


def shop(office: Office, var: Path) -> Shop:
    return Shop(Settings(var=var, base_url=SITE), office.engine, FixedClock(office.day), lambda: datetime.now(UTC))


def asked(office: Office, run: PayoutRun, kind: str, size: int | None = None) -> Task:
    with writing(office.engine) as session:
        return payout_file.ask(session, FINANCE, office.now, run.id, kind, size)


def test_the_facts_are_those_of_the_record(office: Office, run: PayoutRun) -> None:
    with reading(office.engine) as session:
        facts = payout_file.facts_of(session, run, SITE)
    assert (facts.number, facts.count, facts.amount, facts.digest) == (run.number, 2, Fen(2 * PART), run.digest)
    assert (facts.made_by, facts.checked_by, facts.approved_by) == (FINANCE.name, CHECKER.name, CHECKER.name)
    assert facts.made_on == facts.checked_on == facts.approved_at.date() == date(2026, 6, 30)
    policy = packs()["lingang-2024"]
    assert [(each.policy, each.version, each.digest) for each in facts.versions] == [
        (policy.id, policy.version, policy.digest)
    ]
    assert facts.engines == [ENGINE]
    assert facts.address == f"{SITE}/finance/payouts/{run.id}"


def test_a_run_that_is_not_frozen_has_no_facts(office: Office) -> None:
    with reading(office.engine) as session, pytest.raises(Refused):
        payout_file.facts_of(session, opened(office), SITE)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_file_is_the_same_for_ever(kind: str, office: Office, run: PayoutRun, tmp_path: Path) -> None:
    def made() -> bytes:
        with reading(office.engine) as session:
            payout_file.make(session, present(office, run), kind, tmp_path / "file", SITE)
        return (tmp_path / "file").read_bytes()

    first = made()
    office.day += timedelta(days=400)
    with writing(office.engine) as session:
        session.get_one(User, str(CHECKER.id)).name = "方 平（已调离）"
        session.execute(update(Payment).values(state="paid", settled_on=office.day))
        run.status = PayoutStatus.CLOSED
    assert made() == first


def test_a_run_that_was_altered_makes_no_file(office: Office, run: PayoutRun, tmp_path: Path) -> None:
    (first, _) = payments(office, run)
    with writing(office.engine) as session:
        session.get_one(Payment, first.id).sheet_json = first.sheet_json.replace("0310", "0311")
    with reading(office.engine) as session, pytest.raises(Refused, match="altered"):
        payout_file.make(session, run, "csv", tmp_path / "file", SITE)
    task = asked(office, run, "csv")
    do_all(shop(office, tmp_path), DOINGS)
    with reading(office.engine) as session:
        assert "摘要不符" in str(tasks.error_of(tasks.find(session, task.id), "zh"))
    assert not list((tmp_path / "exports").iterdir())


@pytest.mark.parametrize(("kind", "size"), [("csv", None), ("xlsx", 100)])
def test_a_long_file_is_made_by_whoever_works(
    kind: str, size: int | None, office: Office, run: PayoutRun, tmp_path: Path
) -> None:
    task = asked(office, run, kind, size)
    assert do_all(shop(office, tmp_path), DOINGS) == 1
    with reading(office.engine) as session:
        ended = tasks.find(session, task.id)
        alone = tmp_path / "alone"
        name = payout_file.make(session, run, kind, alone, SITE, size=size)
    assert (ended.error, ended.done, ended.total, ended.file) == (None, 2, 2, name)
    assert Exports(tmp_path).path(ended, office.now).read_bytes() == alone.read_bytes()
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(alone.read_text("utf-8-sig"), newline="")))
        assert [row[1] for row in rows[1:-1]] == [one.key for one in payments(office, run)]
        assert yuan(2 * PART) in rows[-1]


def test_a_run_is_filled_by_whoever_works_as_its_owner(office: Office, tmp_path: Path) -> None:
    due(office, 3)
    office.account()
    run = opened(office)
    with writing(office.engine) as session:
        task = tasks.ask(session, FINANCE, office.now, TaskKind.FILL, run.id)
    assert do_all(shop(office, tmp_path), DOINGS) == 1
    assert (present(office, run).count, present(office, run).amount_fen) == (3, 3 * PART)
    with writing(office.engine) as session:
        wrong = tasks.ask(session, CHECKER, office.now, TaskKind.FILL, run.id, {"schemes": []})
    assert do_all(shop(office, tmp_path), DOINGS) == 1
    with reading(office.engine) as session:
        assert tasks.find(session, task.id).error is None
        assert tasks.error_of(tasks.find(session, wrong.id), "zh")


def test_before_it_is_handed_out_nobody_has_a_file_made(office: Office) -> None:
    due(office)
    office.account()
    run = approved(office)
    with pytest.raises(Refused, match="not_handed_out"):
        asked(office, run, "csv")


@given(st.dictionaries(st.sampled_from(sorted(LINE)), st.none() | st.text()))
def test_a_line_is_written_as_canonical_text(line: dict[str, str | None]) -> None:
    assert sheet_text(line) == canonical.text(line)
