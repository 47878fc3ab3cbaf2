"""The pages of the budget: envelopes and their books, what waits for a second person, and the end of a year."""

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient

from subsidy.database import reading
from subsidy.finance import proposals
from subsidy.records import Envelope
from tests.support.desks import ENGLISH, EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, AUDITOR, CHECKER, FINANCE, SECOND, Office
from tests.support.web import words


@pytest.fixture
def envelope(office: Office) -> Envelope:
    """One million for 2026, of which one award has its part; another one waits."""
    made = office.allot(2026, 1_000_000)
    office.approved()
    office.approved()
    return office.envelope(made.id)


@pytest.fixture
def finance(desks: Desks) -> TestClient:
    return desks.of(FINANCE)


def decide(client: TestClient, office: Office, **typed: str) -> int:
    with reading(office.engine) as session:
        [made] = proposals.undecided(session)
    return client.post(f"/finance/proposals/{made.id}", data={"decision": "confirm", **typed}).status_code


def test_the_budget_is_one_table_a_year(finance: TestClient, envelope: Envelope) -> None:
    page = words(finance.get("/finance/budget").text)
    assert "0.0% 1,000,000.00 200,000.00 — 800,000.00 — — — — — —" in page
    assert "1 笔待安排，缺 800,000.00 元" in page
    assert "2027 支持用户侧储能项目 2 1,600,000.00" in page or "2027" in page
    assert "合计 4 3,200,000.00" in page
    assert finance.get("/finance/budget?year=2026").status_code == 200
    assert finance.get("/finance/budget?year=x").status_code == 422


def test_an_envelope_is_opened_and_filled_by_two(finance: TestClient, office: Office, desks: Desks) -> None:
    bad = finance.post("/finance/budget/new", data={"year": "26"})
    assert bad.status_code == 422
    assert len(faults(bad.text)) == 3
    made = finance.post(
        "/finance/budget/new",
        data={"scheme": "lingang-2024/first-unit", "year": "２０２７", "exhausted": "refuse"},
    )
    assert made.status_code == 303
    home = made.headers["location"]
    again = finance.post(
        "/finance/budget/new", data={"scheme": "lingang-2024/first-unit", "year": "2027", "exhausted": "queue"}
    )
    assert again.status_code == 409
    form = {"amount": "五百万", "document": "财预〔2027〕1号", "reason": "年度安排"}
    bad = finance.post(f"{home}/allotment", data=form)
    assert bad.status_code == 422
    assert field(bad.text, "document") == "财预〔2027〕1号"
    assert finance.post(f"{home}/allotment", data=form | {"amount": "5,000,000元"}).headers["location"] == home
    assert "等待复核" in finance.get(home).text
    # Whoever proposed it may not confirm it, and is told why.
    shown = finance.get("/finance/proposals").text
    assert "blocked" in shown
    assert decide(finance, office) == 403
    checker = desks.of(CHECKER)
    page = words(checker.get("/finance/proposals").text)
    assert "将下达 5,000,000.00 元（财预〔2027〕1号）" in page
    assert decide(checker, office) == 303
    assert "5,000,000.00 元" in words(checker.get(home).text)
    assert "通过" in words(checker.get("/finance/proposals").text)


def test_turning_down_needs_an_answer_and_does_nothing(
    finance: TestClient, office: Office, desks: Desks, envelope: Envelope
) -> None:
    finance.post(f"/finance/budget/{envelope.id}/reduction", data={"amount": "1", "document": "文", "reason": EVIL})
    checker = desks.of(CHECKER)
    assert decide(checker, office, decision="") == 422
    assert decide(checker, office, decision="turn_down") == 422
    assert decide(checker, office, decision="turn_down", answer="依据不足") == 303
    assert office.envelope(envelope.id).allotted_fen == 10**8
    page = checker.get("/finance/proposals").text
    assert "依据不足" in page
    assert EVIL not in page


def test_the_books_lead_to_every_posting_and_its_case(
    finance: TestClient, envelope: Envelope, desks: Desks, office: Office
) -> None:
    page = finance.get(f"/finance/budget/{envelope.id}")
    said = words(page.text)
    assert "可用 → 承诺 800,000.00" in said
    assert "下达指标" in said
    assert "还差 600,000.00 元" in said
    links = re.findall(rf"/finance/budget/{envelope.id}/entries/\d+", page.text)
    entry = words(finance.get(links[0]).text)
    assert "LG-2026-" in entry
    assert "/review/" not in finance.get(links[0]).text
    assert "/review/" in desks.of(ADMINISTRATOR).get(links[0]).text
    for unknown in ("0", "x", "9" * 30, "%00"):
        assert finance.get(f"/finance/budget/{envelope.id}/entries/{unknown}").status_code == 404


def test_money_is_moved_between_envelopes(
    finance: TestClient, office: Office, desks: Desks, envelope: Envelope
) -> None:
    other = office.allot(2026, 1, scheme="first-unit")
    path, form = f"/finance/budget/{envelope.id}/transfer", {"document": "文号", "reason": "调剂"}
    assert finance.post(path, data=form | {"amount": "10"}).status_code == 422
    assert finance.post(path, data=form | {"amount": "999999", "to": other.id}).status_code == 409
    assert finance.post(path, data=form | {"amount": "10", "to": other.id}).status_code == 303
    assert decide(desks.of(CHECKER), office) == 303
    assert office.envelope(other.id).available_fen == 1100


def test_what_happens_when_it_is_used_up_is_changed(finance: TestClient, office: Office, envelope: Envelope) -> None:
    path = f"/finance/budget/{envelope.id}/exhausted"
    assert finance.post(path, data={"exhausted": "refuse"}).status_code == 422
    assert finance.post(path, data={"exhausted": "refuse", "reason": "紧缩"}).status_code == 303
    assert office.envelope(envelope.id).exhausted == "refuse"
    assert finance.get(f"/finance/budget/{envelope.id}/nothing").status_code == 404


def test_a_year_is_closed_and_opened_again(
    finance: TestClient, office: Office, desks: Desks, envelope: Envelope
) -> None:
    office.day = date(2026, 12, 31)
    finance, checker = desks.of(FINANCE), desks.of(CHECKER)
    page = finance.get("/finance/closing")
    assert "2026 年度年终结账" in page.text
    assert finance.post("/finance/closing", data={"year": "2026"}).status_code == 422
    choice = {f"choice_{envelope.id}": "carry_over"}
    assert finance.post("/finance/closing", data={"year": "2026", "reason": "年终", **choice}).status_code == 303
    told = words(checker.get("/finance/proposals").text)
    assert "将把承诺 800,000.00 元、应付 0.00 元 连同资金结转下一年度" in told or "结转下一年度" in told
    assert decide(checker, office) == 303
    assert office.envelope(envelope.id).closed_at
    assert "已结账" in finance.get("/finance/budget").text
    refused = finance.post(
        f"/finance/budget/{envelope.id}/allotment", data={"amount": "1", "document": "文", "reason": "追加"}
    )
    assert refused.status_code == 409
    assert finance.post(f"/finance/budget/{envelope.id}/reopening", data={"reason": "有误"}).status_code == 303
    assert decide(checker, office) == 303
    assert office.envelope(envelope.id).committed_fen == 8 * 10**7


def test_who_only_looks_is_offered_no_step(envelope: Envelope, desks: Desks) -> None:
    for actor in (AUDITOR, ADMINISTRATOR, CHECKER):
        page = desks.of(actor).get(f"/finance/budget/{envelope.id}").text
        assert "/allotment" not in page


def test_in_english(envelope: Envelope, desks: Desks) -> None:
    client = desks.of(FINANCE, **ENGLISH)
    assert "Budget of 2026, in yuan" in client.get("/finance/budget").text
    assert "falls short by" in words(client.get(f"/finance/budget/{envelope.id}").text)


def test_whether_an_award_fits_is_told_before_it_is_recommended_and_approved(office: Office, desks: Desks) -> None:
    envelope = office.allot(2026, 1_000_000)
    case = office.ready(office.accepted())
    browser = desks.of(ADMINISTRATOR)
    said = words(browser.get(f"/review/{case}/recommend").text)
    assert "2026 年度需 800,000.00 元，可用指标 1,000,000.00 元，可以安排。" in said
    assert "2027 年度需 800,000.00 元，尚未开立预算指标" in said
    office.before_decision(case)
    assert office.envelope(envelope.id).available_fen == 2 * 10**7
    # What is set aside for the case itself counts.
    assert "可用指标 1,000,000.00 元，可以安排" in words(desks.of(SECOND).get(f"/review/{case}/approve").text)
    other = office.ready(office.accepted())
    assert "可用指标 200,000.00 元，不足部分须等待资金" in words(browser.get(f"/review/{other}/recommend").text)
    office.allot(2028, 1, "refuse")
    assert "该指标用尽即不再受理" in words(browser.get(f"/review/{other}/recommend").text)
    unverified = office.accepted()
    assert browser.get(f"/review/{unverified}/recommend").status_code == 200
