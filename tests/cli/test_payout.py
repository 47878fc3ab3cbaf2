"""`payout export`: the file of a run, in the name of somebody who may have it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.cli.conftest import Command
from tests.finance.payable import approved, due, exported
from tests.support.office import Office


@pytest.fixture
def office(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Two payments wait to be made on 30 June 2026."""
    made = Office(sqlite_engine)
    due(made, 2)
    made.account()
    monkeypatch.setenv("SUBSIDY_TODAY", made.day.isoformat())
    monkeypatch.setenv("DATABASE_URL", sqlite_engine.url.render_as_string(hide_password=False))
    return made


@pytest.fixture
def office_command(command: Command, office: Office, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("SUBSIDY_TODAY", office.day.isoformat())
    monkeypatch.setenv("DATABASE_URL", office.engine.url.render_as_string(hide_password=False))
    return command


def test_a_file_is_written_whole_or_not_at_all(office_command: Command, office: Office, tmp_path: Path) -> None:
    target = tmp_path / "out" / "run.csv"
    target.parent.mkdir()
    arguments = ("payout", "export", "P-2026-0001", "--format", "csv", "--output", str(target))
    waiting = approved(office)
    refused = office_command(*arguments, "--as", "sun@example.cn")
    assert (refused.code, "尚未导出" in refused.err, list(target.parent.iterdir())) == (2, True, [])
    from subsidy.database import writing
    from subsidy.finance import payouts
    from tests.support.office import FINANCE

    with writing(office.engine) as session:
        payouts.export(session, FINANCE, office.now, waiting.id, waiting.version)
    done = office_command(*arguments, "--as", "sun@example.cn")
    assert (done.code, "共 2 笔" in done.out) == (0, True), done.err
    assert target.read_text("utf-8-sig").count("\n") == 4
    assert [each.name for each in target.parent.iterdir()] == ["run.csv"]
    for nobody in ("chen@example.cn", "nobody@example.cn"):
        assert office_command(*arguments, "--as", nobody).code == 2


def test_what_is_typed_wrong_is_told(office_command: Command, office: Office, tmp_path: Path) -> None:
    exported(office)
    given = ("payout", "export", "P-2026-0001", "--as", "sun@example.cn", "--output", str(tmp_path / "run.zip"))
    assert office_command(*given, "--part-size", "100").code == 0
    assert (tmp_path / "run.zip").read_bytes().startswith(b"PK")
    assert office_command(*given, "--part-size", "1").code == 2
    assert office_command(*given, "--format", "exe").code == 2
    assert office_command("payout", "export", "P-2026-9999", *given[3:]).code == 2
    assert office_command(*given[:5], "--output", str(tmp_path / "nowhere" / "x")).code == 2
