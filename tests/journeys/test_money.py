"""From an allotment to a reconciled payment: maker and checker, each at a browser of his own, with one payment that comes back."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Opening, address_of
from tests.journeys.person import Person, person
from tests.journeys.server import command
from tests.support.office import Office
from tests.support.web import PASSWORD

pytestmark = pytest.mark.browser

TODAY: Final = "2026-07-01"
PART: Final = "800,000.00"
BOTH: Final = "1,600,000.00"
NUMBER: Final = "0031005017770000118"
"""Begins with zeros, and is longer than the digits that a spreadsheet keeps of a number."""
CNAPS: Final = "102290077012"


@contextmanager
def _desk(browser: Browser, site: str, email: str, *, scripts: bool) -> Iterator[Person]:
    with person(browser, site, scripts=scripts) as worker:
        worker.signs_in(email, PASSWORD)
        yield worker


def allots(maker: Person) -> None:
    """Opens the envelope of the year and asks for its money."""
    maker.opens("/finance/budget/new")
    maker.fills(scheme="lingang-2024/user-side-storage", year="2026", exhausted="queue")
    maker.presses("budget.new_go")
    maker.reads("budget.done_new")
    maker.follows("budget.do_allotment")
    maker.fills(amount=BOTH, document="临管预〔2026〕1号", reason="年度预算安排")
    maker.presses("budget.go_propose")
    maker.reads("budget.done_proposed")
    maker.opens("/finance/proposals")
    opens_first(maker, "budget.look_at")
    assert maker.page.get_by_role("button", name=maker.words("budget.go_decide")).is_disabled()


def confirms(checker: Person) -> None:
    checker.opens("/finance/proposals")
    opens_first(checker, "budget.decide")
    checker.sees(BOTH)
    checker.fills(decision="confirm")
    checker.presses("budget.go_decide")
    checker.reads("budget.done_confirmed")


def opens_first(worker: Person, key: str) -> None:
    with worker.page.expect_navigation():
        worker.page.get_by_role("link", name=worker.words(key), exact=True).first.click()


def gives_account(applicant: Person) -> None:
    """The account that the money is to go to, by the enterprise itself."""
    applicant.opens("/apply/account/new")
    applicant.fills(bank="中国工商银行上海临港支行", number=f"{NUMBER[:4]} {NUMBER[4:]}", cnaps=CNAPS)
    applicant.presses("bank.propose_go")
    applicant.opens("/apply/account")
    applicant.sees(NUMBER[-4:])
    assert NUMBER not in applicant.page.content()


def verifies(checker: Person) -> None:
    checker.opens("/finance/accounts")
    with checker.page.expect_navigation():
        checker.page.get_by_role("link", name="上海甲储能科技有限公司").first.click()
    checker.follows("bank.do_verify")
    checker.sees(NUMBER)
    checker.fills(how="开户银行出具的账户证明")
    checker.presses("bank.do_verify")
    checker.reads("bank.done_verify")


def makes(maker: Person) -> str:
    """A run with all that is payable, handed to the second person; returns its address."""
    maker.opens("/finance/payouts/new")
    maker.fills(year="2026")
    maker.presses("payout.go_open")
    maker.reads("payout.done_open")
    takes(maker, "fill")
    takes(maker, "submit")
    return maker.where


def takes(worker: Person, step: str) -> None:
    """A step of the run that is open in the browser."""
    worker.follows(f"payout.do_{step}")
    worker.presses(f"payout.go_{step}")
    worker.reads(f"payout.done_{step}")


def approves(checker: Person, run: str, total: str) -> None:
    """Checks a run against its total, which a wrong one does not pass, and approves it."""
    checker.opens(run)
    checker.follows("payout.do_check")
    checker.fills(control_total="1.00")
    checker.presses("payout.go_check")
    assert checker.page.locator(".summary").count()
    checker.fills(control_total=total)
    checker.presses("payout.go_check")
    checker.reads("payout.done_check")
    takes(checker, "approve")


def hands_out(maker: Person, run: str) -> list[dict[str, Any]]:
    """Exports a run; returns the lines of its workbook, and sees that the second download is the same."""
    maker.opens(run)
    takes(maker, "export")
    once, again = (maker.downloads(f"{run}/file.xlsx") for _ in range(2))
    assert once == again
    rows = list(openpyxl.load_workbook(BytesIO(once)).worksheets[0].iter_rows(values_only=True))
    head = next(row for row in rows if "账号" in row)
    lines = [dict(zip(map(str, head), row, strict=True)) for row in rows[rows.index(head) + 1 :]]
    payments = [line for line in lines if line["账号"]]
    assert {(line["账号"], line["联行号"]) for line in payments} == {(NUMBER, CNAPS)}
    return payments


def answers(maker: Person, name: str, lines: list[dict[str, Any]], outcomes: list[str], day: str) -> None:
    """What the bank says of these lines, as a file of its own making, taken on the page."""
    written = StringIO(newline="")
    sheet = csv.writer(written)
    sheet.writerow(["支付指令号", "金额", "结果", "日期", "流水号", "原因"])
    for at, (line, outcome) in enumerate(zip(lines, outcomes, strict=True)):
        why = "" if outcome == "支付成功" else "账号户名不符"
        sheet.writerow([line["支付指令号"], f"{line['本期应付（元）']:.2f}", outcome, day, f"{name}-{at}", why])
    maker.opens("/finance/results")
    content = written.getvalue().encode("gb18030")
    maker.page.set_input_files("#file", {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": content})
    maker.presses("result.take_go")
    for outcome in set(outcomes):
        maker.reads(f"result.outcome_{'matched' if outcome == '支付成功' else 'returned'}")


def stands(worker: Person) -> dict[str, str]:
    """The accounts of the year's only envelope, by their names."""
    worker.opens("/finance/budget")
    table = worker.page.locator("table").first
    names = table.locator("thead th").all_inner_texts()
    cells = table.locator("tbody tr").first.locator("td").all_inner_texts()
    return dict(zip(names[1:], cells, strict=True))


def test_from_an_allotment_to_the_reconciled_payment(
    browser: Browser, office: Office, opening: Opening, tmp_path: Path
) -> None:
    # On one of the two databases, nobody's browser runs scripts.
    scripts = office.engine.dialect.name == "postgresql"
    desk = partial(_desk, browser, scripts=scripts)
    awards = [office.approved(), office.approved()]
    office.day = date(2026, 6, 1)
    for award in awards:
        office.figure(award, 1, 480)
    with (
        opening(TODAY) as site,
        desk(site, "sun@example.cn") as maker,
        desk(site, "fang@example.cn") as checker,
        desk(site, "li@example.cn") as applicant,
    ):
        allots(maker)
        confirms(checker)
        gives_account(applicant)
        verifies(checker)
        assert stands(maker)[maker.words("budget.account_payable")] == BOTH

        run = makes(maker)
        maker.sees("人民币壹佰陆拾万元整")
        approves(checker, run, BOTH)
        lines = hands_out(maker, run)
        assert len(lines) == 2
        assert stands(maker)[maker.words("budget.account_in_flight")] == BOTH
        answers(maker, "first", lines, ["支付成功", "退汇"], "2026-07-01")
        maker.opens(run)
        maker.reads("payout.status_confirmed")
        takes(maker, "close")
        assert stands(maker)[maker.words("budget.account_paid")] == PART

        again = makes(maker)
        assert again != run
        approves(checker, again, PART)
        (line,) = hands_out(maker, again)
        assert line["支付指令号"] not in {each["支付指令号"] for each in lines}
        answers(maker, "second", [line], ["支付成功"], "2026-07-01")
        stand = stands(checker)
        assert stand[checker.words("budget.account_paid")] == BOTH
        assert not re.search(r"\d", stand[checker.words("budget.account_in_flight")])
    command(tmp_path, TODAY, "audit", "verify", database_url=address_of(office.engine))
