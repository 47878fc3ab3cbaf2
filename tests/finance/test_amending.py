"""A changed award in the books and in the record: what is netted, added, demanded, withdrawn, and by whom."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import select

from rules.facts import Value
from rules.faults import BadInput
from rules.money import Fen
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, Refused
from subsidy.finance import recoveries, second_person
from subsidy.finance.disburse import preview as would_generate
from subsidy.records import (
    Amendment,
    AmendmentKind,
    Award,
    Envelope,
    PaymentState,
    Proposal,
    Recovery,
    RecoveryStepKind,
)
from subsidy.workflow import amending, events
from subsidy.workflow.actor import Actor
from subsidy.workflow.entitlement import Choice
from tests.finance.test_commitments import held
from tests.support.office import ADMINISTRATOR, CHECKER, FINANCE, SECOND, Office
from tests.support.paying import generate, pay

PART = 80_000_000


def change(
    office: Office,
    award: Award,
    facts: Mapping[str, Value] | None = None,
    *,
    kind: str = "facts",
    disallowed: frozenset[int] = frozenset(),
    second: Actor = SECOND,
) -> Amendment:
    """Proposed by one person, confirmed by another."""
    suggest(office, award, facts, kind=kind, disallowed=disallowed)
    with office.version(award.application_id) as (session, version):
        return amending.confirm(
            session, second, office.now, office.day, award.application_id, version, "同意", refund_to="财政专户"
        )


def suggest(
    office: Office,
    award: Award,
    facts: Mapping[str, Value] | None = None,
    *,
    kind: str = "facts",
    disallowed: frozenset[int] = frozenset(),
) -> Proposal:
    choice = Choice(AmendmentKind(kind), facts or {}, disallowed)
    with office.version(award.application_id) as (session, version):
        return amending.propose(
            session, ADMINISTRATOR, office.now, award.application_id, version, choice, "复核容量有误"
        )


def capacity(kwh: int) -> dict[str, Value]:
    return {"capacity_kwh": Decimal(kwh), "rated_power_kw": Decimal(kwh // 2)}


def amounts(office: Office, award: Award) -> list[int]:
    return [one.effective_fen for one in office.instalments(award)]


def debts(office: Office) -> list[Recovery]:
    with reading(office.engine) as session:
        return list(session.exec(select(Recovery)))


def paid_first(office: Office) -> Award:
    """An award whose first instalment was paid out of the envelope of 2026; 2027 has money as well."""
    award = office.approved()
    office.allot(2026, 1_000_000)
    office.allot(2027, 1_000_000)
    office.day = date(2026, 6, 1)
    office.figure(award, 1, 480)
    generate(office, date(2026, 6, 30))
    pay(office, office.instalments(award)[0])
    return award


def test_less_is_netted_against_unpaid_parts_and_frees_money(office: Office) -> None:
    award = paid_first(office)
    made = change(office, award, capacity(9000))
    assert (made.entitled_fen, made.amount_fen) == (180_000_000, 180_000_000)
    assert amounts(office, award) == [PART, 40_000_000, 60_000_000]
    [envelope] = [one for one in envelopes(office) if one.year == 2027]
    assert held(envelope) == {"allotted": 10**8, "available": 60_000_000, "committed": 40_000_000}
    assert debts(office) == []


def test_what_cannot_be_netted_is_demanded_received_and_spent_again(office: Office) -> None:
    award = paid_first(office)
    change(office, award, kind="revoke")
    assert office.application(award.application_id).status == "revoked"
    assert amounts(office, award) == [PART, 0, 0]
    [debt] = debts(office)
    assert (debt.number, debt.amount_fen, debt.due_on) == ("R-2026-0001", PART, date(2026, 7, 30))
    assert of_year(office, 2026) == {"allotted": 10**8, "available": 2 * 10**7, "receivable": PART}
    with writing(office.engine) as session:
        recoveries.receive(session, FINANCE, office.now, debt.id, Fen(PART // 2), office.day, "B-1")
    assert of_year(office, 2026) == {"allotted": 10**8, "available": 6 * 10**7, "receivable": PART // 2}
    office.day = date(2027, 1, 20)
    with writing(office.engine) as session:
        recoveries.receive(session, FINANCE, office.now, debt.id, Fen(PART // 2), office.day, "B-2")
    # Later money goes to the treasury.
    assert of_year(office, 2026) == {"allotted": 10**8, "available": 6 * 10**7, "recovered": PART // 2}
    with reading(office.engine) as session:
        assert session.get_one(Recovery, debt.id).open_fen == 0


def test_the_same_transfer_is_received_once_and_no_more_than_is_owed(office: Office) -> None:
    award = paid_first(office)
    change(office, award, kind="revoke")
    [debt] = debts(office)
    with writing(office.engine) as session:
        recoveries.receive(session, FINANCE, office.now, debt.id, Fen(100), office.day, "B-1")
    with pytest.raises(Refused, match="receipt_known"), writing(office.engine) as session:
        recoveries.receive(session, FINANCE, office.now, debt.id, Fen(100), office.day, "B-1")
    with pytest.raises(Forbidden), writing(office.engine) as session:
        recoveries.receive(session, CHECKER, office.now, debt.id, Fen(100), office.day, "B-3")


def test_more_withdraws_a_demand_before_anything_is_added(office: Office) -> None:
    award = paid_first(office)
    change(office, award, {"in_zone": False})
    assert amounts(office, award) == [PART, 0, 0]
    change(office, award, {"in_zone": True, **capacity(9000)})
    with reading(office.engine) as session:
        [debt] = session.exec(select(Recovery)).all()
        [step] = recoveries.steps(session, debt.id)
    assert (step.kind, debt.open_fen) == (RecoveryStepKind.WITHDRAWAL, PART - step.amount_fen)
    assert sum(amounts(office, award)) - (debt.amount_fen - step.amount_fen) == 180_000_000
    assert of_year(office, 2026)["paid"] == PART - debt.open_fen


def test_more_after_payment_becomes_a_further_instalment(office: Office) -> None:
    award = paid_first(office)
    change(office, award, capacity(15000))
    assert amounts(office, award) == [PART, 100_000_000, 100_000_000, 20_000_000]
    added = office.instalments(award)[3]
    assert (added.due_on, added.year_number, added.amount_fen) == (date(2026, 7, 14), None, 20_000_000)
    assert of_year(office, 2026) == {"allotted": 10**8, "committed": 2 * 10**7, "paid": PART}
    generate(office, date(2026, 7, 14))
    pay(office, added)
    assert of_year(office, 2026) == {"allotted": 10**8, "paid": 10**8}


def test_a_part_that_has_not_all_of_its_money_is_not_payable(office: Office) -> None:
    award = office.approved()
    office.allot(2026, 800_000)
    change(office, award, capacity(15000))
    assert amounts(office, award) == [100_000_000] * 3
    office.day = date(2026, 6, 1)
    office.figure(award, 1, 480)
    generate(office, date(2026, 6, 30))
    assert of_year(office, 2026) == {"allotted": PART, "committed": PART}
    office.allot(2026, 200_000)
    assert of_year(office, 2026) == {"allotted": 10**8, "payable": 10**8}


def test_what_an_amendment_left_nothing_of_is_not_generated(office: Office) -> None:
    award = office.approved()
    change(office, award, {"in_zone": False})
    office.day = date(2027, 7, 1)
    assert would_generate(office.engine, office.day).generated == 0
    assert office.close(award.application_id)


def test_a_year_that_falls_short_after_payment_is_taken_back(office: Office) -> None:
    award = paid_first(office)
    with pytest.raises(BadInput) as bad:
        suggest(office, award, kind="year", disallowed=frozenset({1}))
    assert [fault.code for fault in bad.value.faults] == ["amend.year_not_short"]
    office.figure(award, 1, 400, "表计复核")
    change(office, award, kind="year", disallowed=frozenset({1}))
    assert amounts(office, award) == [PART, 0, PART]


def test_a_payment_under_way_is_waited_for(office: Office) -> None:
    award = office.approved()
    office.allot(2026, 1_000_000)
    office.day = date(2026, 6, 1)
    office.figure(award, 1, 480)
    generate(office, date(2026, 6, 30))
    pay(office, office.instalments(award)[0], PaymentState.IN_FLIGHT)
    with pytest.raises(Refused, match="in_payment") as refused:
        suggest(office, award, capacity(9000))
    assert refused.value.params == {"number": "1", "run": "P-2026-0001"}


def test_what_was_proposed_is_void_once_something_was_paid(office: Office) -> None:
    award = office.approved()
    office.allot(2026, 1_000_000)
    office.day = date(2026, 6, 1)
    office.figure(award, 1, 480)
    suggest(office, award, capacity(9000))
    generate(office, date(2026, 6, 30))
    pay(office, office.instalments(award)[0])
    with (
        pytest.raises(Refused, match="changed_since"),
        office.version(award.application_id) as (session, version),
    ):
        amending.confirm(session, SECOND, office.now, office.day, award.application_id, version, "同意")
    with office.version(award.application_id) as (session, version):
        amending.keep(session, SECOND, office.now, award.application_id, version, "重新提出")
    assert change(office, award, capacity(9000)).number == 1


def test_who_proposed_does_not_confirm(office: Office) -> None:
    award = office.approved()
    with pytest.raises(Forbidden, match="own_proposal"):
        change(office, award, capacity(9000), second=ADMINISTRATOR)


def test_two_people_write_off_what_will_not_come_back(office: Office) -> None:
    award = paid_first(office)
    change(office, award, kind="revoke")
    [debt] = debts(office)
    with writing(office.engine) as session:
        made = recoveries.propose_write_off(session, FINANCE, office.now, debt.id, Fen(PART), "企业注销")
    with pytest.raises(Forbidden), writing(office.engine) as session:
        second_person.confirm(session, FINANCE, office.now, made.id)
    with writing(office.engine) as session:
        second_person.confirm(session, CHECKER, office.now, made.id)
    assert of_year(office, 2026) == {"allotted": 10**8, "available": 2 * 10**7, "written_off": PART}


def test_the_letter_takes_the_place_of_the_award_letter(office: Office) -> None:
    award = paid_first(office)
    change(office, award, kind="revoke")
    first, notice = office.letters(award.application_id)
    assert (first.standing, first.superseded_by, notice.kind) == ("superseded", notice.code, "amendment")
    assert "财政专户" in notice.content
    entries = office.events(award.application_id)
    assert [one.command for one in entries[-2:]] == ["revise", "revoke"]
    assert entries[-1].subject_kind == events.SUBJECT


def test_a_forfeit_would_lose_what_was_netted(office: Office) -> None:
    award = paid_first(office)
    change(office, award, capacity(9000))
    office.day = date(2027, 4, 1)
    office.figure(award, 2, 400)
    with pytest.raises(Refused, match="forfeit_by_amendment"):
        office.forfeit(office.instalments(award)[1])
    change(office, award, kind="year", disallowed=frozenset({2}))
    # 600,000 a year: 800,000 were paid, of which 200,000 are now netted against the third.
    assert amounts(office, award) == [PART, 0, 40_000_000]


def envelopes(office: Office) -> list[Envelope]:
    with reading(office.engine) as session:
        return list(session.exec(select(Envelope)))


def of_year(office: Office, year: int) -> dict[str, int]:
    [envelope] = [one for one in envelopes(office) if one.year == year]
    return held(envelope)
