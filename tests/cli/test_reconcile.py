"""`reconcile`: a result file taken by the operator in somebody's name."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.cli.conftest import Command
from tests.finance.test_results import AMOUNT, flying, states
from tests.support.office import Office
from tests.support.results import csv_file, paid


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_a_file_is_matched(
    office_command: Command, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, (one,) = flying(office, 1)
    monkeypatch.setenv("SUBSIDY_TODAY", office.day.isoformat())
    file = tmp_path / "回单.csv"
    file.write_bytes(csv_file([paid(one.key, AMOUNT)], "gb18030"))
    done = office_command("reconcile", str(file), "--as", "sun@example.cn")
    assert (done.code, done.out) == (0, "相符 1 行，800,000.00 元\n"), done.err
    assert states(office, run) == ["paid"]
    again = office_command("reconcile", str(file), "--as", "sun@example.cn", "--lang", "en")
    assert (again.code, "taken before" in again.out) == (0, True)


def test_what_has_to_be_dealt_with_is_told_by_the_exit_code(office_command: Command, office: Office) -> None:
    data = csv_file([paid("LG0", "1.00", "2026-02-27")])
    assert office_command("reconcile", "-", "--as", "sun@example.cn", stdin=data).code == 1
    bad = office_command("reconcile", "-", "--as", "sun@example.cn", stdin=csv_file([paid("LG0", "x")]))
    assert (bad.code, "第 2 行" in bad.err) == (2, True)
    for nobody in ("fang@example.cn", "nobody@example.cn"):
        assert office_command("reconcile", "-", "--as", nobody, stdin=data).code == 2
