"""The budget over HTTP and on the command line."""

import csv
import io
import json

import pytest
from sqlalchemy import Engine

from subsidy.cli import run
from tests.support.desks import Desks
from tests.support.office import CHECKER, FINANCE, Office

ENVELOPES, PROPOSALS = "/api/v1/envelopes", "/api/v1/proposals"
MONEY = {"document": "财预〔2026〕1号", "reason": "年度安排"}


def test_an_envelope_is_filled_by_two(office: Office, desks: Desks) -> None:
    maker, checker = desks.of(FINANCE), desks.of(CHECKER)
    body = {"scheme": "user-side-storage", "year": 2026, "exhausted": "queue"}
    made = maker.post(ENVELOPES, json=body).json()
    assert (made["allotted"], made["waiting"]) == ("0.00", {"count": 0, "amount": "0.00"})
    assert maker.post(ENVELOPES, json=body).status_code == 409
    home = f"{ENVELOPES}/{made['id']}"
    for wrong in ("0", "1.234", "-1", "一"):
        answer = maker.post(f"{home}/allotments", json={**MONEY, "amount": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/amount")
    proposed = maker.post(f"{home}/allotments", json={**MONEY, "amount": "1000000.00"}).json()
    assert proposed["proposed"] == {"amount": "1000000.00", "document": "财预〔2026〕1号"}
    assert [one["id"] for one in checker.get(PROPOSALS).json()["proposals"]] == [proposed["id"]]
    decided = checker.post(f"{PROPOSALS}/{proposed['id']}/confirmation", json={}).json()
    assert decided["confirmed"] is True
    assert checker.post(f"{PROPOSALS}/{proposed['id']}/confirmation", json={}).status_code == 409
    office.approved()
    told = maker.get(home).json()
    assert (told["available"], told["committed"]) == ("200000.00", "800000.00")
    whole = maker.get(ENVELOPES).json()
    assert [(one["year"], one["amount"]) for one in whole["future"]] == [(2027, "800000.00"), (2028, "800000.00")]
    too_much = maker.post(f"{home}/reductions", json={**MONEY, "amount": "200000.01"})
    assert (too_much.status_code, too_much.json()["code"]) == (409, "budget.not_enough")


def test_turning_down_over_http(office: Office, desks: Desks) -> None:
    envelope, other = office.allot(2026, 10), office.allot(2026, 1, scheme="first-unit")
    body = {**MONEY, "amount": "3", "to": other.id}
    made = desks.of(FINANCE).post(f"{ENVELOPES}/{envelope.id}/transfers", json=body).json()
    answer = desks.of(CHECKER).post(f"{PROPOSALS}/{made['id']}/refusal", json={"answer": "依据不足"}).json()
    assert (answer["confirmed"], answer["answer"]) == (False, "依据不足")
    assert office.envelope(other.id).available_fen == 100


def test_the_command_line_tells_the_same(
    office: Office, desks: Desks, engine: Engine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approved()
    office.allot(2026, 1_000_000)
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SUBSIDY_TODAY", "2026-06-30")
    assert run(["budget", "--format", "json", "--year", "2026"]) == 0
    assert json.loads(capfd.readouterr().out) == desks.of(FINANCE).get(ENVELOPES, params={"year": 2026}).json()
    assert run(["budget", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capfd.readouterr().out.lstrip("\ufeff"))))
    assert [(row["年度"], row["承诺"]) for row in rows] == [("2026", "800000.00"), ("合计", "800000.00")]
    assert run(["budget"]) == 0
    assert "800,000.00" in capfd.readouterr().out
    assert run(["budget", "--year", "x"]) == 2
