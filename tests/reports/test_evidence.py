"""The evidence of a payment: everything about it in one paper, the same each time."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from rules.money import grouped
from subsidy.database import reading, writing
from subsidy.errors import NotFound
from subsidy.finance import holds, results
from subsidy.finance.evidence import evidence_of
from subsidy.finance.holds import Scope
from subsidy.records import HoldCategory, PayoutRun
from subsidy.reports.evidence import evidence_pdf
from tests.finance.payable import PART, due, exported, payments, present
from tests.reports import papers
from tests.support.office import CHECKER, FINANCE, SECOND, THIRD, Office
from tests.support.results import csv_file, paid


@pytest.fixture
def office(sqlite_engine: Engine) -> Office:
    return Office(sqlite_engine)


def pack(office: Office, instalment_id: str, lang: str = "zh") -> bytes:
    with reading(office.engine) as session:
        return evidence_pdf(evidence_of(session, instalment_id), lang)


def settled(office: Office) -> tuple[str, PayoutRun]:
    """A payment that was held for a while, then paid."""
    _, [award] = due(office)
    first = office.instalments(award)[0].id
    office.account()
    with writing(office.engine) as session:
        hold = holds.place(session, FINANCE, office.now, Scope.INSTALMENT, first, HoldCategory.EVIDENCE, "检测报告存疑")
    with writing(office.engine) as session:
        holds.end(session, CHECKER, office.now, hold.id, "已核实")
    run = exported(office)
    [payment] = payments(office, run)
    office.day += timedelta(days=1)
    results.take(
        office.engine, FINANCE, office.now, "答复.csv", csv_file([paid(payment.key, "800000.00", ref="B0099")])
    )
    return first, present(office, run)


def test_it_tells_who_approved_released_held_paid_and_booked(office: Office) -> None:
    first, run = settled(office)
    data = pack(office, first)
    told = papers.flowing(data)
    [payment] = payments(office, run)
    for shown in (
        grouped(PART), "人民币捌拾万元整", SECOND.name, THIRD.name, "符合条件", "检测报告第1号", "480", "检测报告存疑",
        "已核实", run.number, payment.key, str(run.digest), FINANCE.name, CHECKER.name, "B0099", "答复.csv", "应付→在途",
        "在途→已支付", "已支付",
    ):  # fmt: skip
        assert shown.replace(" ", "") in told, shown
    with reading(office.engine) as session:
        letter = evidence_of(session, first).letter
    assert letter
    assert told.count(letter.code) >= 1, "the letter itself is behind it"
    assert str(payment.sheet_json.split('"account_number":"')[1].split('"')[0]) not in told, "the account is masked"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_is_the_same_each_time(lang: str, office: Office) -> None:
    first, _ = settled(office)
    data = pack(office, first, lang)
    office.day += timedelta(days=30)
    assert pack(office, first, lang) == data
    assert all(papers.fonts(data).values())


def test_before_anything_is_paid_it_tells_what_there_is(office: Office) -> None:
    last = office.instalments(office.approved())[2].id
    told = papers.flowing(pack(office, last))
    for shown in ("没有暂缓记录", "尚未纳入任何批次", "没有本期的账目分录", "运行年度"):
        assert shown in told
    with reading(office.engine) as session, pytest.raises(NotFound):
        evidence_of(session, "a" * 16)
