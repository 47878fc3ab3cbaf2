"""The yearly plan and budget execution: page, workbook and CSV say the same, and it is what the books say."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from subsidy.database import reading
from subsidy.finance import plan
from subsidy.records import Envelope
from tests.finance.payable import due, exported
from tests.support.desks import ENGLISH, Desks
from tests.support.office import FINANCE, Office
from tests.support.web import words


@pytest.fixture
def envelope(office: Office) -> Envelope:
    """Two awards, both first parts in flight; 2027 has money for one part, 2028 has none."""
    made, _ = due(office, 2)
    office.account()
    exported(office)
    office.allot(2027, 1_000_000)
    return made


@pytest.fixture
def finance(envelope: Envelope, desks: Desks) -> TestClient:
    return desks.of(FINANCE)


def rows(client: TestClient, name: str, **query: str) -> list[dict[str, str]]:
    answer = client.get(f"/finance/reports/{name}.csv", params=query)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_plan_agrees_with_the_books(finance: TestClient, office: Office, envelope: Envelope) -> None:
    found = rows(finance, "plan")
    assert [row["年度"] for row in found] == ["2026", "2027", "2028", "合计"]
    assert [row["在途"] for row in found] == ["1600000.00", "0.00", "0.00", "1600000.00"]
    assert [row["承诺"] for row in found] == ["0.00", "800000.00", "0.00", "800000.00"]
    assert [row["应拨"] for row in found] == ["1600000.00"] * 3 + ["4800000.00"]
    assert [row["剩余"] for row in found] == ["1600000.00"] * 3 + ["4800000.00"]
    assert office.envelope(envelope.id).in_flight_fen == 160_000_000
    page = words(finance.get("/finance/reports/plan").text)
    assert "合计 6 笔 4,800,000.00 800,000.00 0.00 1,600,000.00 0.00 4,800,000.00" in page
    assert [row["年度"] for row in rows(finance, "plan", year="2027")] == ["2027", "合计"]


def test_the_workbook_says_the_same_and_is_the_same_each_time(finance: TestClient) -> None:
    for name in ("plan", "execution", "budget"):
        content = finance.get(f"/finance/reports/{name}.xlsx").content
        assert content == finance.get(f"/finance/reports/{name}.xlsx").content
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        kept = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        told = [list(row.values()) for row in rows(finance, name)]
        assert len(kept) == len(told)
        for one, other in zip(kept, told, strict=True):
            assert [_plain(cell) for cell in one] == [_plain(cell) for cell in other]


def test_execution_by_month_sums_to_the_envelope(finance: TestClient, office: Office, envelope: Envelope) -> None:
    with reading(office.engine) as session:
        months = plan.execution(session, 2026)
    held = office.envelope(envelope.id)
    assert sum(one.allotted for one in months) == held.allotted_fen
    assert sum(one.committed for one in months) == held.committed_fen + held.payable_fen + held.in_flight_fen
    assert sum(one.payable for one in months) == held.payable_fen + held.in_flight_fen + held.paid_fen
    assert [one.month for one in months if one.payable] == [6]
    page = finance.get("/finance/reports/execution?year=2026")
    assert "<rect" in page.text
    assert "1,600,000.00" in words(page.text)
    assert f"/finance/budget/{envelope.id}" in page.text


def test_wrong_filters_and_kinds(finance: TestClient) -> None:
    assert finance.get("/finance/reports/plan?year=x").status_code == 422
    assert finance.get("/finance/reports/execution?scheme=x").status_code == 422
    assert finance.get("/finance/reports/plan.exe").status_code == 404
    assert finance.get("/finance/reports/other.csv").status_code == 404


def test_nothing_granted_and_in_english(office: Office, desks: Desks) -> None:
    office.day = date(2026, 7, 1)
    client = desks.of(FINANCE, **ENGLISH)
    assert "Nothing has been granted yet." in client.get("/finance/reports/plan").text
    assert client.get("/finance/reports/execution").status_code == 200
    assert "Yearly disbursement plan" in client.get("/finance/reports").text


def _plain(cell: object) -> str:
    text = "" if cell is None else str(cell)
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:
        return text
