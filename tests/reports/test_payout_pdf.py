"""The run sheet on paper."""

from pathlib import Path

import pytest

from rules.capitals import capitals
from rules.money import grouped, parse_yuan
from subsidy.reports.payout_files import write
from tests.reports import papers
from tests.reports.payouts import LINE, facts, lines


def made(tmp_path: Path, count: int, lang: str = "zh") -> bytes:
    rows = list(lines(count))
    write("pdf", facts(*rows), rows, tmp_path / "run.pdf", lang)
    return (tmp_path / "run.pdf").read_bytes()


@pytest.mark.parametrize("count", [1, 8, 40])
def test_every_line_and_the_totals_are_on_it(count: int, tmp_path: Path) -> None:
    data = made(tmp_path, count)
    told, run = papers.flowing(data), facts(*lines(count))
    for line in lines(count):
        for key in ("key", "account_number", "cnaps", "credit_code"):
            assert str(line[key]) in told
        assert grouped(parse_yuan(line["amount"] or "")) in told
    assert grouped(run.amount) in told
    assert told.count(f"人民币{capitals(run.amount)}") == 2, "at the top and above the signatures"
    for shown in (run.number, run.digest, "经办", "孙洁", "复核", "方平", "批准", "签字"):
        assert shown in told


def test_every_page_has_its_number_and_the_head_of_the_table(tmp_path: Path) -> None:
    pages = [page.replace("\n", "").replace(" ", "") for page in papers.pages(made(tmp_path, 100))]
    assert len(pages) > 10
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页" in page
        assert f"共{len(pages)}页" in page
        assert ("开户行/账号" in page) == ("LG26" in page)
    assert sum(page.count("LG-2026-") for page in pages) == 100


def test_text_is_printed_as_it_is(tmp_path: Path) -> None:
    row = {**LINE, "project": "<b>&amp;</b> =1 {0} %s", "payee": "一" * 80, "account_holder": "二" * 60}
    write("pdf", facts(row), [row], tmp_path / "run.pdf")
    told = papers.flowing((tmp_path / "run.pdf").read_bytes())
    assert "<b>&amp;</b>=1{0}%s" in told
    assert told.count("一") >= 80
    assert told.count("二") >= 60


def test_every_font_is_inside(tmp_path: Path) -> None:
    assert all(papers.fonts(made(tmp_path, 1, "en")).values())


@pytest.mark.poppler
def test_the_code_leads_to_the_run(tmp_path: Path) -> None:
    assert papers.qr_codes(made(tmp_path, 2), tmp_path) == [facts().address]
