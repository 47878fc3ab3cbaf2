"""The files of a payout run at the desk of finance, and the long work behind them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from schedules.clock import FixedClock
from subsidy.database import reading, writing
from subsidy.finance import payout_file, tasks
from subsidy.finance.doings import DOINGS
from subsidy.finance.task_work import Shop, do_all
from subsidy.records import PayoutRun, Task, TaskKind
from tests.finance.payable import approved, due, exported, opened, payments, present
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, AUDITOR, CHECKER, FINANCE, Office
from tests.support.web import words


@pytest.fixture
def run(office: Office) -> PayoutRun:
    due(office, 2)
    office.account()
    return exported(office)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has more than one payment is long."""
    for room in ("payout_file", "doings"):
        monkeypatch.setattr(f"subsidy.finance.{room}.LONG", 1)
    monkeypatch.setattr("subsidy.web.finance.payouts.LONG", 1)


def work(office: Office, desks: Desks) -> None:
    """What the scheduler does every few seconds."""
    state = desks.of(FINANCE).app.state  # type: ignore[attr-defined]
    do_all(Shop(state.settings, office.engine, FixedClock(office.day), lambda: datetime.now(UTC)), DOINGS)


@pytest.mark.parametrize("kind", ["csv", "gb18030.csv", "pdf", "xlsx"])
def test_a_short_runs_file_is_had_at_once(
    kind: str, office: Office, desks: Desks, run: PayoutRun, tmp_path: Path
) -> None:
    path = f"/finance/payouts/{run.id}"
    assert f'href="{path}/file.{kind}"' in desks.of(FINANCE).get(path).text
    for actor in (FINANCE, CHECKER):
        answer = desks.of(actor).get(f"{path}/file.{kind}")
        assert answer.headers["content-disposition"] == f'attachment; filename="{run.number}.{kind}"'
        assert answer.headers["cache-control"] == "private, no-store"
    assert desks.of(FINANCE).get(f"/api/v1/payouts/{run.id}/file.{kind}").content == answer.content
    parts = desks.of(FINANCE).get(f"{path}/file.{kind}", params={"size": "100"})
    assert parts.headers["content-disposition"] == f'attachment; filename="{run.number}.{kind}.zip"'
    assert parts.content.startswith(b"PK")


def test_who_need_not_know_account_numbers_gets_no_file(desks: Desks, run: PayoutRun) -> None:
    for actor in (ADMINISTRATOR, AUDITOR):
        client = desks.of(actor)
        assert "/file." not in client.get(f"/finance/payouts/{run.id}").text
        assert client.get(f"/finance/payouts/{run.id}/file.csv").status_code == 403
        assert client.post(f"/finance/payouts/{run.id}/file.csv").status_code == 403
        assert client.post(f"/api/v1/payouts/{run.id}/files", json={"kind": "csv"}).status_code == 403


def test_files_are_had_after_the_hand_out_and_for_a_while(office: Office, desks: Desks) -> None:
    due(office)
    office.account()
    run = approved(office)
    assert desks.of(FINANCE).get(f"/finance/payouts/{run.id}/file.csv").status_code == 409
    from subsidy.finance import payouts

    with writing(office.engine) as session:
        payouts.export(session, FINANCE, office.now, run.id, run.version)
    assert desks.of(FINANCE).get(f"/finance/payouts/{run.id}/file.csv").status_code == 200
    office.day += timedelta(days=3)
    refused = desks.of(FINANCE).get(f"/finance/payouts/{run.id}/file.csv")
    assert refused.status_code == 409
    assert "再次发出须说明理由" in refused.text


@pytest.mark.parametrize(("kind", "size", "status"), [("exe", "", 404), ("csv", "99", 422), ("csv", "x", 422)])
def test_what_there_is_not(kind: str, size: str, status: int, desks: Desks, run: PayoutRun) -> None:
    path = f"/finance/payouts/{run.id}/file.{kind}"
    assert desks.of(FINANCE).get(path, params={"size": size}).status_code == status
    assert desks.of(FINANCE).post(path, data={"size": size}).status_code == status


def test_a_long_runs_file_is_asked_for_made_and_fetched(
    office: Office, desks: Desks, run: PayoutRun, short: None
) -> None:
    finance, path = desks.of(FINANCE), f"/finance/payouts/{run.id}"
    refused = finance.get(f"{path}/file.xlsx")
    assert refused.status_code == 409
    assert "在后台生成" in refused.text
    assert f'formaction="{path}/file.xlsx"' in finance.get(path).text
    answer = finance.post(f"{path}/file.xlsx", data={"size": ""})
    assert answer.headers["location"] == f"/finance/tasks?subject={run.id}"
    waiting = finance.get(answer.headers["location"]).text
    assert '<meta http-equiv="refresh" content="5">' in waiting
    assert "等待中" in words(waiting)
    work(office, desks)
    done = finance.get(f"/finance/tasks?subject={run.id}").text
    assert "http-equiv" not in done
    assert "已完成" in words(done)
    with reading(office.engine) as session:
        [task] = session.exec(select(Task)).all()
    with reading(office.engine) as session:
        payout_file.make(
            session, present(office, run), "xlsx", Path(office.store.folder).parent / "alone", "http://127.0.0.1:8000"
        )
    for client in (finance, desks.of(CHECKER)):
        assert client.get(f"/finance/tasks/{task.id}/file").content[:2] == b"PK"
        assert client.get(f"/api/v1/tasks/{task.id}/file").status_code == 200
    assert desks.of(AUDITOR).get(f"/finance/tasks/{task.id}/file").status_code == 403
    assert f"/finance/tasks/{task.id}/file" not in desks.of(AUDITOR).get("/finance/tasks").text
    told = finance.get(f"/api/v1/tasks/{task.id}").json()
    assert (told["state"], told["done"], told["total"], told["file"]) == ("done", 2, 2, f"{run.number}.xlsx")
    assert finance.get("/api/v1/tasks", params={"subject": run.id}).json()["tasks"] == [told]


def test_a_long_run_is_filled_in_the_background(office: Office, desks: Desks, short: None) -> None:
    due(office, 2)
    office.account()
    run, finance = opened(office), desks.of(FINANCE)
    answer = finance.post(f"/finance/payouts/{run.id}/steps/fill", data={"version": str(run.version)})
    assert answer.headers["location"] == f"/finance/tasks?subject={run.id}"
    assert present(office, run).count == 0
    work(office, desks)
    assert present(office, run).count == len(payments(office, run)) == 2


def test_asking_over_the_api_names_one_task(office: Office, desks: Desks, run: PayoutRun) -> None:
    finance, path = desks.of(FINANCE), f"/api/v1/payouts/{run.id}/files"
    first = finance.post(path, json={"kind": "csv", "size": 100})
    assert (first.status_code, first.json()["state"]) == (202, "waiting")
    assert finance.post(path, json={"kind": "csv", "size": 100}).json()["id"] == first.json()["id"]
    for wrong in ({"kind": "exe"}, {"kind": "csv", "size": 5}, {"kind": "csv", "size": "x"}, {}):
        assert finance.post(path, json=wrong).status_code == 422
    with reading(office.engine) as session:
        assert [task.kind for task in tasks.tasks(session)] == [TaskKind.EXPORT]
