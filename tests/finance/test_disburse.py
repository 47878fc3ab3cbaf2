import json
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from subsidy.database import reading
from subsidy.errors import Refused
from subsidy.finance.disburse import RunReport, disburse, preview
from subsidy.records import Disbursement, Event, Run
from subsidy.workflow import events
from tests.finance.portfolio import DUE, FREE, HELD, entries, paid, portfolio
from tests.support.office import STORAGE, Office, noon


def run(office: Office, day: date, chunk: int = 3) -> RunReport:
    return disburse(office.engine, as_of=day, now=noon(day), trigger="manual", chunk=chunk)


def runs(office: Office) -> list[Run]:
    with reading(office.engine) as session:
        return list(session.exec(select(Run).order_by(col(Run.started_at))))


@pytest.mark.parametrize("chunk", [1, 3, 5, 40, 500])
def test_what_is_due_and_free_is_generated_once_in_any_chunks(office: Office, chunk: int) -> None:
    due = portfolio(office, 10)
    report = run(office, DUE, chunk)
    assert (report.generated, report.amount, report.left) == (10 * FREE, due, dict.fromkeys(HELD, 10))
    assert paid(office.engine) == (10 * FREE, 10 * FREE, due)
    assert entries(office.engine) == 10 * FREE


def test_repeating_changes_nothing_and_leaves_a_row(office: Office) -> None:
    portfolio(office, 4)
    first, second = run(office, DUE), run(office, DUE + timedelta(days=1))
    assert (second.generated, second.amount) == (0, 0)
    assert second.left == first.left
    assert [one.generated for one in runs(office)] == [4 * FREE, 0]
    assert entries(office.engine) == 4 * FREE


def test_nothing_is_generated_before_its_day(office: Office) -> None:
    portfolio(office, 2)
    assert run(office, DUE - timedelta(days=1)).generated == 0
    assert run(office, DUE).generated == 2 * FREE


def test_days_of_downtime_lose_nothing(office: Office) -> None:
    award = office.approved()
    office.day = date(2028, 7, 15)
    for year in (1, 2, 3):
        office.figure(award, year, 450 + year)
    report = run(office, office.day)
    assert (report.generated, report.amount) == (3, award.amount_fen)


def test_disbursement_tells_its_run_its_day_and_its_instalment(office: Office) -> None:
    day = date(2026, 1, 5)
    application_id = office.submit(office.draft({**STORAGE, "commissioned_on": day}))
    office.ready(application_id)
    office.correct(application_id, "commissioned_on", day)
    award = office.approve(application_id)
    report = run(office, date(2026, 7, 3))
    with reading(office.engine) as session:
        (made,) = session.exec(select(Disbursement)).all()
        told = session.exec(select(Event).where(col(Event.command) == "generate")).one()
    first = office.instalments(award)[0]
    assert (made.instalment_id, made.amount_fen, made.run_id) == (first.id, first.amount_fen, report.run_id)
    assert (made.generated_on, made.generated_at) == (date(2026, 7, 3), noon(date(2026, 7, 3)))
    assert (told.actor_id, told.actor_name, told.subject_id) == (None, "system", application_id)
    assert json.loads(told.after_json or "") == {
        "instalment": 1,
        "amount": "800000.00",
        "due_on": "2026-06-30",
        "run": report.run_id,
    }


def test_earlier_day_generates_only_what_was_due_then_but_today(office: Office) -> None:
    portfolio(office, 1)
    report = disburse(office.engine, as_of=DUE, now=noon(DUE + timedelta(days=9)), trigger="manual")
    with reading(office.engine) as session:
        days = {one.generated_on for one in session.exec(select(Disbursement))}
    assert report.generated == FREE
    assert days == {DUE + timedelta(days=9)}


def test_day_to_come_is_refused_and_leaves_no_row(office: Office) -> None:
    portfolio(office, 1)
    with pytest.raises(Refused) as caught:
        disburse(office.engine, as_of=DUE, now=noon(DUE - timedelta(days=1)), trigger="manual")
    assert caught.value.code == "workflow.day_to_come"
    assert runs(office) == []
    assert paid(office.engine) == (0, 0, 0)


def test_midnight_in_shanghai_is_the_border(office: Office) -> None:
    portfolio(office, 1)
    midnight = noon(DUE) - timedelta(hours=12)
    with pytest.raises(Refused):
        disburse(office.engine, as_of=DUE, now=midnight - timedelta(seconds=1), trigger="tick")
    assert disburse(office.engine, as_of=DUE, now=midnight, trigger="tick").generated == FREE


def test_preview_tells_what_a_run_would_do_and_writes_nothing(office: Office) -> None:
    due = portfolio(office, 3)
    told = preview(office.engine, DUE)
    assert (told.run_id, told.generated, told.amount, told.left) == (None, 3 * FREE, due, dict.fromkeys(HELD, 3))
    assert runs(office) == []
    assert paid(office.engine) == (0, 0, 0)
    done = run(office, DUE)
    assert (done.generated, done.amount, done.left) == (told.generated, told.amount, told.left)


def test_run_without_work_leaves_a_finished_row(office: Office) -> None:
    run(office, DUE)
    (row,) = runs(office)
    assert (row.generated, row.amount_fen, row.left_json, row.error, row.trigger) == (0, 0, "{}", None, "manual")
    assert row.finished_at is not None
    assert row.finished_at >= row.started_at


def test_run_that_fails_keeps_what_is_done_and_tells_the_error(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    due = portfolio(office, 4)
    append, chunks = events.append, list[int]()

    def failing(session: Session, made: Sequence[dict[str, object]]) -> None:
        chunks.append(len(made))
        if len(chunks) == 3:
            raise RuntimeError("no space left")
        append(session, made)

    monkeypatch.setattr(events, "append", failing)
    with pytest.raises(RuntimeError, match="no space left"):
        run(office, DUE, 4)
    (row,) = runs(office)
    assert (row.finished_at, row.error) == (None, "RuntimeError: no space left")
    assert (row.generated, row.amount_fen) == (sum(chunks[:2]), paid(office.engine)[2])
    assert paid(office.engine)[0] == entries(office.engine) == row.generated
    monkeypatch.undo()
    run(office, DUE)
    assert paid(office.engine) == (4 * FREE, 4 * FREE, due)
    assert entries(office.engine) == 4 * FREE


def test_sums_of_the_runs_are_the_sums_of_the_disbursements(office: Office) -> None:
    portfolio(office, 5)
    run(office, DUE)
    run(office, DUE)
    assert sum(one.amount_fen for one in runs(office)) == paid(office.engine)[2]
