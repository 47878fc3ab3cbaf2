"""Reconciliation over the API."""

from subsidy.accounts.sessions import PROVED
from tests.finance.test_results import AMOUNT, flying
from tests.support.desks import Desks
from tests.support.office import AUDITOR, CHECKER, FINANCE, Office
from tests.support.results import csv_file, paid, workbook
from tests.support.web import later

PATH = "/api/v1/results"
DAY = "2026-02-27"


def test_a_file_is_taken_once_and_told(office: Office, desks: Desks) -> None:
    run, (one,) = flying(office, 1)
    maker, reader = desks.of(FINANCE), desks.of(AUDITOR)
    flight = reader.get("/api/v1/in-flight").json()
    assert flight["ages"]["month"] == {"count": 1, "amount": AMOUNT}
    assert [(each["key"], each["run"], each["days"]) for each in flight["payments"]] == [(one.key, run.number, 10)]
    data = workbook([paid(one.key, AMOUNT), paid("LG0", "1.00")])
    taken = maker.post(PATH, params={"name": "回单.xlsx"}, content=data)
    assert taken.status_code == 201, taken.text
    outcomes = {"matched": {"count": 1, "amount": AMOUNT}, "unknown": {"count": 1, "amount": "1.00"}}
    assert (taken.json()["outcomes"], taken.json()["again"]) == (outcomes, False)
    assert maker.post(PATH, params={"name": "回单.xlsx"}, content=data).json()["again"] is True
    path = f"{PATH}/{taken.json()['id']}"
    found = reader.get(path, params={"outcome": "unknown"}).json()
    assert [(row["line"], row["key"], row["amount"]) for row in found["rows"]] == [(3, "LG0", "1.00")]
    noted = maker.post(f"{path}/lines/3/settlement", json={"note": "他单位款项"})
    assert noted.json()["note"] == "他单位款项"
    assert maker.post(f"{path}/lines/3/settlement", json={"note": "再次"}).json()["code"] == "result.settled"
    assert reader.get(PATH).json()["total"] == 1
    assert reader.get("/api/v1/in-flight").json()["total"] == 0


def test_every_bad_line_is_told(desks: Desks) -> None:
    maker = desks.of(FINANCE)
    answer = maker.post(
        PATH, params={"name": "回单.csv"}, content=csv_file([paid("LG1", "x", DAY), paid("", "1.00", DAY)])
    )
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["errors"]] == ["result.amount_wrong", "result.key_missing"]


def test_only_a_maker_with_the_password_given_lately_sends_one(desks: Desks) -> None:
    data = csv_file([paid("LG0", "1.00", DAY)])
    assert desks.of(CHECKER).post(PATH, params={"name": "回单.csv"}, content=data).status_code == 403
    maker = desks.of(FINANCE)
    later(maker, PROVED * 2)
    assert maker.post(PATH, params={"name": "回单.csv"}, content=data).json()["code"] == "proof_needed"


def test_a_file_that_is_too_large_is_not_read(desks: Desks) -> None:
    answer = desks.of(FINANCE).post(PATH, params={"name": "回单.csv"}, content=b"0" * (21 * 1024**2))
    assert answer.status_code == 413
