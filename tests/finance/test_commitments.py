"""From recommendation to payable: what a case takes of the budget, and what waits when there is none."""

from datetime import date

import pytest

from rules.money import Fen
from subsidy.database import reading, writing
from subsidy.errors import Refused
from subsidy.finance import ledger
from subsidy.finance.commitments import catch_up, waiting
from subsidy.finance.disburse import disburse
from subsidy.finance.ledger import Movement
from subsidy.records import Account, Award, EntryKind, Envelope, Trigger
from tests.support.office import FINANCE, Office

YUAN = 100
AWARD = 2_400_000 * YUAN
PART = AWARD // 3


def held(envelope: Envelope) -> dict[str, int]:
    """The accounts of an envelope that hold anything, in fen."""
    names = [name for name in Envelope.model_fields if name.endswith("_fen")]
    return {name.removesuffix("_fen"): getattr(envelope, name) for name in names if getattr(envelope, name)}


def queue(office: Office, envelope: Envelope) -> list[str]:
    with reading(office.engine) as session:
        return [one.instalment_id for one in waiting(session, session.get_one(Envelope, envelope.id))]


def on_due_day(office: Office) -> None:
    office.day = date(2026, 6, 30)
    disburse(office.engine, as_of=office.day, now=office.now, trigger=Trigger.MANUAL)


def test_a_recommendation_sets_aside_and_an_approval_commits(office: Office) -> None:
    envelope = office.allot(2026, 1_000_000)
    case = office.recommend(office.ready(office.accepted()))
    assert held(office.envelope(envelope.id)) == {"allotted": 10**8, "available": 10**8 - PART, "reserved": PART}
    office.take_back(case)
    assert held(office.envelope(envelope.id)) == {"allotted": 10**8, "available": 10**8}
    office.approve(case)
    assert held(office.envelope(envelope.id)) == {"allotted": 10**8, "available": 10**8 - PART, "committed": PART}


def test_every_year_that_has_an_envelope_is_committed_and_the_others_when_they_get_one(office: Office) -> None:
    award = office.approved()
    first = office.allot(2026, 1_000_000)
    assert office.envelope(first.id).committed_fen == PART
    later = office.allot(2027, 1_000_000)
    assert office.envelope(later.id).committed_fen == PART
    assert queue(office, first) == queue(office, later) == []
    assert [one.amount_fen for one in office.instalments(award)] == [PART, PART, PART]


def test_what_finds_no_money_waits_in_order_of_approval_and_each_that_fits_is_taken(office: Office) -> None:
    envelope = office.allot(2026, 1_000_000)
    awards = [office.approved() for _ in range(3)]
    first = [office.instalments(award)[0].id for award in awards]
    assert queue(office, envelope) == first[1:]
    assert office.allot(2026, 500_000).available_fen == 10**8 + 5 * 10**7 - PART
    assert queue(office, envelope) == first[1:]
    office.allot(2026, 100_000)
    assert queue(office, envelope) == first[2:]
    assert office.envelope(envelope.id).available_fen == 0


def test_an_envelope_may_refuse_what_it_has_no_money_for(office: Office) -> None:
    office.allot(2026, 799_999, "refuse")
    case = office.ready(office.accepted())
    with pytest.raises(Refused, match="exhausted") as refused:
        office.recommend(case)
    assert refused.value.params["lacking"] == "1.00"
    office.allot(2026, 1)
    office.approve(case)


def test_what_is_due_is_payable_once_there_is_money_for_it(office: Office) -> None:
    paid: list[Award] = [office.approved(), office.approved()]
    envelope = office.allot(2026, 800_000)
    office.day = date(2026, 6, 1)
    for award in paid:
        office.figure(award, 1, 480)
    on_due_day(office)
    assert held(office.envelope(envelope.id)) == {"allotted": PART, "payable": PART}
    assert queue(office, envelope) == [office.instalments(paid[1])[0].id]
    office.allot(2026, 800_000)
    assert held(office.envelope(envelope.id)) == {"allotted": 2 * PART, "payable": 2 * PART}


def test_what_is_given_up_goes_to_those_who_wait(office: Office) -> None:
    first, second = office.approved(), office.approved()
    envelope = office.allot(2026, 800_000)
    waits = office.instalments(second)[0]
    assert queue(office, envelope) == [waits.id]
    office.day = date(2026, 6, 1)
    office.figure(first, 1, 400)
    office.forfeit(office.instalments(first)[0])
    assert queue(office, envelope) == []
    assert held(office.envelope(envelope.id)) == {"allotted": PART, "committed": PART}
    # A corrected figure ends the forfeiture: the instalment draws on the budget again, but what it had is another's now.
    office.figure(first, 1, 460, "数据更正")
    assert queue(office, envelope) == [office.instalments(first)[0].id]
    office.allot(2026, 800_000)
    assert queue(office, envelope) == []


def test_refusing_and_withdrawing_free_what_was_set_aside(office: Office) -> None:
    envelope = office.allot(2026, 1_000_000)
    for end in (office.decide_against, office.withdraw):
        case = office.before_decision(office.ready(office.accepted()))
        assert office.envelope(envelope.id).reserved_fen == PART
        end(case)
        assert held(office.envelope(envelope.id)) == {"allotted": 10**8, "available": 10**8}


def test_catching_up_commits_what_was_missed_and_repeating_it_changes_nothing(office: Office) -> None:
    awards = [office.approved(), office.approved()]
    envelope = office.allot(2026, 800_000)
    with writing(office.engine) as session:
        money = Movement(envelope.id, Account.TREASURY, Account.AVAILABLE, Fen(PART))
        ledger.post(session, FINANCE, office.now, EntryKind.ALLOT, [money], "不经复核的入账")
    assert queue(office, envelope) == [office.instalments(awards[1])[0].id]
    for _ in range(2):
        catch_up(office.engine, office.now)
        assert held(office.envelope(envelope.id)) == {"allotted": 2 * PART, "committed": 2 * PART}
