"""Changing an award on the pages: seen before it is proposed, confirmed by another, told to the applicant, and paid back."""

from datetime import date

from sqlmodel import select

from subsidy.database import reading
from subsidy.records import Amendment, Recovery
from tests.finance.test_amending import paid_first
from tests.support.desks import Desks, faults, field
from tests.support.office import ADMINISTRATOR, APPLICANT, CHECKER, FINANCE, SECOND, Office
from tests.support.web import words


def test_a_change_is_seen_proposed_confirmed_and_paid_back(office: Office, desks: Desks) -> None:
    award = paid_first(office)
    at = f"/review/{award.application_id}"
    first, second = desks.of(ADMINISTRATOR), desks.of(SECOND)
    page = first.get(f"{at}/amend").text
    assert "变更核定" in page
    form = {"version": field(page, "version"), "kind": "facts", "in_zone": "false", "reason": "项目不在临港"}
    seen = first.post(f"{at}/amend", data=form | {"preview": "1"})
    assert seen.status_code == 200
    told = words(seen.text)
    assert "变更后应付合计 0.00 元" in told
    assert "要求退回 800,000.00 元" in told
    with reading(office.engine) as session:
        assert session.exec(select(Amendment)).all() == []
    done = first.post(f"{at}/amend", data=form | {"propose": "1"})
    assert done.status_code == 303
    # Whoever proposed it is told that somebody else has to decide.
    assert "须由他人复核" in words(first.get(f"{at}/amendment").text)
    page = second.get(f"{at}/amendment").text
    told = words(page)
    assert "项目不在临港" in told
    assert "要求退回 800,000.00 元" in told
    done = second.post(f"{at}/amendment", data={"version": field(page, "version"), "reason": "同意", "confirm": "1"})
    assert done.status_code == 303
    own = words(desks.of(APPLICANT).get(f"/apply/{award.application_id}").text)
    assert "R-2026-0001" in own
    assert "2026年7月30日" in own
    assert "核定奖励变更通知书" in own
    with reading(office.engine) as session:
        recovery = session.exec(select(Recovery)).one()
    listed = words(desks.of(CHECKER).get("/finance/recoveries").text)
    assert "R-2026-0001" in listed
    assert "未到期" in listed
    _pays_back(office, desks, recovery)


def _pays_back(office: Office, desks: Desks, recovery: Recovery) -> None:
    office.day = date(2026, 9, 15)
    finance, at = desks.of(FINANCE), f"/finance/recoveries/{recovery.id}"
    assert "逾期 47 天" in words(finance.get("/finance/recoveries?age=quarter").text)
    wrong = finance.post(f"{at}/receipt", data={"amount": "800000.01", "settled_on": "2026-09-14", "bank_ref": "B1"})
    assert wrong.status_code == 422
    assert "尚欠 800000.00 元" in faults(wrong.text)[0]
    typed = {"amount": "300,000", "settled_on": "2026-09-14", "bank_ref": "B1"}
    assert finance.post(f"{at}/receipt", data=typed).status_code == 303
    again = finance.post(f"{at}/receipt", data=typed)
    assert again.status_code == 409
    assert "该笔银行流水已经登记过" in words(again.text)
    assert finance.post(f"{at}/write-off", data={"amount": "500000", "reason": "企业注销"}).status_code == 303
    assert "有一项核销待复核" in words(finance.get(at).text)
    waiting = words(desks.of(CHECKER).get("/finance/proposals").text)
    assert "R-2026-0001" in waiting
    for kind, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        assert finance.get(f"/finance/recoveries.{kind}").content.startswith(begins)


def test_a_change_that_changes_nothing_is_told_field_by_field(office: Office, desks: Desks) -> None:
    award = office.approved()
    at, first = f"/review/{award.application_id}/amend", desks.of(ADMINISTRATOR)
    version = field(first.get(at).text, "version")
    nothing = first.post(at, data={"version": version, "kind": "facts", "preview": "1"})
    assert faults(nothing.text) == ["请至少更正一项事实。"]
    same = first.post(at, data={"version": version, "kind": "facts", "capacity_kwh": "12000", "preview": "1"})
    assert "目前就是这个值" in faults(same.text)[0]
    none = first.post(at, data={"version": version, "propose": "1"})
    assert faults(none.text) == ["请选择变更的原因。"]
