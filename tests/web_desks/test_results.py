"""Reconciliation on the pages: a file taken, its lines looked at, what does not match dealt with, what is in flight."""

from datetime import timedelta

from subsidy.accounts.sessions import PROVED
from subsidy.database import reading
from subsidy.finance import result_lists
from tests.finance.payable import exported
from tests.finance.test_results import AMOUNT, flying
from tests.support.desks import Desks, faults
from tests.support.office import AUDITOR, CHECKER, FINANCE, Office
from tests.support.results import csv_file, paid, returned
from tests.support.web import PASSWORD, later, words

PATH = "/finance/results"


def files(data: bytes, name: str = "回单.csv") -> dict[str, tuple[str, bytes, str]]:
    return {"file": (name, data, "text/csv")}


def test_a_file_is_taken_and_its_lines_are_shown(office: Office, desks: Desks) -> None:
    _, (one, two) = flying(office, 2)
    maker = desks.of(FINANCE)
    data = csv_file([paid(one.key, AMOUNT), returned(two.key, AMOUNT), paid("LG0", "1.00")])
    answer = maker.post(PATH, files=files(data))
    assert answer.status_code == 303, words(answer.text)
    page = words(maker.get(answer.headers["location"]).text)
    assert "回单已导入并核对" in page
    for said in ("相符", "退汇", "无法对应", "800,000.00", "1,600,001.00", "账号户名不符", "第 1–3 行"):
        assert said in page, said
    only = words(maker.get(answer.headers["location"] + "?outcome=unknown").text)
    assert ("LG0" in only, one.key in only) == (True, False)
    again = maker.post(PATH, files=files(data))
    assert "账目没有变化" in words(maker.get(again.headers["location"]).text)
    assert "导入的回单（第 1–1 个，共 1 个）" in words(desks.of(AUDITOR).get(PATH).text)


def test_what_cannot_be_read_is_told_line_by_line_and_nothing_is_taken(office: Office, desks: Desks) -> None:
    maker = desks.of(FINANCE)
    page = maker.post(PATH, files=files(csv_file([paid("LG1", "x", "2026-02-27"), paid("LG2", "1.00", "?")])))
    assert page.status_code == 422
    assert [fault[:5] for fault in faults(page.text)] == ["第 2 行", "第 3 行"]
    assert maker.post(PATH, data={"x": "y"}).status_code == 422
    assert "还没有导入过回单" in words(maker.get(PATH).text)


def test_the_password_is_asked_for_where_the_file_is(office: Office, desks: Desks) -> None:
    maker = desks.of(FINANCE)
    assert 'name="proof"' not in maker.get(PATH).text
    later(maker, PROVED * 2)
    assert 'name="proof"' in maker.get(PATH).text
    data = csv_file([paid("LG0", "1.00", "2026-02-27")])
    assert maker.post(PATH, files=files(data)).status_code == 403
    assert maker.post(PATH, files=files(data), data={"proof": "wrong one"}).status_code == 422
    assert maker.post(PATH, files=files(data), data={"proof": PASSWORD}).status_code == 303


def test_a_line_that_does_not_match_is_dealt_with(office: Office, desks: Desks) -> None:
    maker = desks.of(FINANCE)
    where = maker.post(PATH, files=files(csv_file([paid("LG0", "1.00", "2026-02-27")]))).headers["location"]
    assert "LG0" in words(maker.get(f"{PATH}/waiting").text)
    assert desks.of(CHECKER).post(f"{where}/lines/2", data={"note": "他单位款项"}).status_code == 403
    assert maker.post(f"{where}/lines/2", data={"note": ""}).status_code == 422
    assert maker.post(f"{where}/lines/2", data={"note": "他单位款项"}).status_code == 303
    assert "没有待查明的行" in words(maker.get(f"{PATH}/waiting").text)
    assert "他单位款项" in words(maker.get(where).text)
    assert maker.get(f"{where}/lines/3").status_code == 404
    assert maker.get(f"{where}/lines/x").status_code == 404


def test_a_different_amount_is_shown_beside_the_one_that_was_ordered(office: Office, desks: Desks) -> None:
    run, (one,) = flying(office, 1)
    maker = desks.of(FINANCE)
    where = maker.post(PATH, files=files(csv_file([paid(one.key, "799999.00")]))).headers["location"]
    page = maker.get(f"{where}/lines/2").text
    for said in ("799,999.00", "800,000.00", f"/finance/payouts/{run.id}"):
        assert said in page, said


def test_what_is_in_flight_is_shown_with_its_age(office: Office, desks: Desks) -> None:
    run, (one,) = flying(office, 1)
    page = words(desks.of(AUDITOR).get("/finance/in-flight").text)
    for said in (one.key, run.number, "10 天", "800,000.00"):
        assert said in page, said
    assert one.key not in desks.of(AUDITOR).get("/finance/in-flight?age=fresh").text
    office.day += timedelta(days=1)
    desks.of(FINANCE).post(PATH, files=files(csv_file([returned(one.key, AMOUNT)])))
    assert "没有在途的支付" in words(desks.of(AUDITOR).get("/finance/in-flight").text)
    assert exported(office).count == 1
    with reading(office.engine) as session:
        assert len(result_lists.waiting(session)) == 0
