"""The end of a year: each open commitment moves once, repeating it changes nothing, and opening again needs two people."""

import signal
from datetime import date

import pytest
from sqlalchemy import Engine

from rules.money import Fen
from subsidy.audit_ledger import discrepancies
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, Refused
from subsidy.finance import closing, ledger, proposals, second_person
from subsidy.finance.closing import Choice
from subsidy.finance.ledger import Movement
from subsidy.records import Account, EntryKind, Envelope, Proposal
from tests.finance.test_commitments import PART, held, on_due_day, queue
from tests.support.killing import killed_at
from tests.support.office import CHECKER, FINANCE, Office


def propose(office: Office, envelope: Envelope, choice: Choice = Choice.CARRY_OVER) -> Proposal:
    with writing(office.engine) as session:
        return closing.propose_closing(session, FINANCE, office.now, envelope.id, choice, "年终结账")


def confirm(office: Office, made: Proposal) -> None:
    with writing(office.engine) as session:
        second_person.confirm(session, CHECKER, office.now, made.id)


def close(office: Office, envelope: Envelope, choice: Choice = Choice.CARRY_OVER) -> None:
    confirm(office, propose(office, envelope, choice))


def reopen(office: Office, envelope: Envelope) -> None:
    with writing(office.engine) as session:
        made = closing.propose_reopening(session, FINANCE, office.now, envelope.id, "结账有误")
    confirm(office, made)


def following(office: Office, envelope: Envelope) -> Envelope:
    with reading(office.engine) as session:
        found = closing._following(session, envelope)
    assert found
    return found


@pytest.fixture
def ending(office: Office) -> Envelope:
    """The end of 2026: of two awards one has its first part payable, the other one committed, and there is money left."""
    envelope = office.allot(2026, 2_000_000)
    first, _ = office.approved(), office.approved()
    office.day = date(2026, 6, 1)
    office.figure(first, 1, 480)
    on_due_day(office)
    office.day = date(2026, 12, 31)
    left = 2 * 10**8 - 2 * PART
    assert held(office.envelope(envelope.id)) == {
        "allotted": 2 * 10**8, "available": left, "committed": PART, "payable": PART,
    }  # fmt: skip
    return envelope


def test_what_is_open_is_carried_over_and_the_rest_lapses(office: Office, ending: Envelope) -> None:
    close(office, ending)
    left = 2 * 10**8 - 2 * PART
    assert held(office.envelope(ending.id)) == {"allotted": left, "lapsed": left}
    assert held(following(office, ending)) == {"allotted": 2 * PART, "committed": PART, "payable": PART}
    # The instalments have their money: nothing waits, in neither year.
    assert queue(office, ending) == []
    with pytest.raises(Refused, match="closed_already"):
        propose(office, ending)


def test_what_lapses_is_still_owed_and_waits_before_others_for_the_next_year(office: Office, ending: Envelope) -> None:
    close(office, ending, Choice.LAPSE)
    assert held(office.envelope(ending.id)) == {"allotted": 2 * 10**8, "lapsed": 2 * 10**8}
    later = office.allot(2027, 2_500_000)
    # Two parts due in 2027 and the two of 2026; there is money for three: those of the first award, and one of the second.
    assert held(office.envelope(later.id)) == {
        "allotted": 25 * 10**7, "available": 25 * 10**7 - 3 * PART, "committed": 2 * PART, "payable": PART,
    }  # fmt: skip
    assert len(queue(office, later)) == 1


def test_an_award_of_a_closed_year_draws_on_the_next_one(office: Office) -> None:
    first = office.allot(2026, 1_000_000)
    case = office.before_decision(office.ready(office.accepted()))
    assert office.envelope(first.id).reserved_fen == PART
    second = office.allot(2027, 1_700_000)
    close(office, first)
    # What was set aside was given back with the closing.
    assert held(office.envelope(first.id)) == {"allotted": 10**8, "lapsed": 10**8}
    office.approve(case)
    assert held(office.envelope(second.id)) == {"allotted": 17 * 10**7, "available": 10**7, "committed": 2 * PART}


def test_nothing_is_closed_while_money_is_in_flight(office: Office, ending: Envelope) -> None:
    with writing(office.engine) as session:
        [payable] = [
            (one, position)
            for one, _, position in closing._positions(session, session.get_one(Envelope, ending.id))
            if position.account is Account.PAYABLE
        ]
        gone = Movement(ending.id, Account.PAYABLE, Account.IN_FLIGHT, payable[1].amount, None, payable[0])
        ledger.post(session, FINANCE, office.now, EntryKind.SUBMIT, [gone])
    with pytest.raises(Refused, match="in_flight"):
        propose(office, ending)


def test_what_is_confirmed_is_what_was_proposed(office: Office, ending: Envelope) -> None:
    made = propose(office, ending)
    office.allot(2026, 1)
    with pytest.raises(Refused, match="figures_changed"):
        confirm(office, made)
    assert office.envelope(ending.id).closed_at is None


def test_closing_takes_two_people_and_is_done_once(office: Office, ending: Envelope) -> None:
    made = propose(office, ending)
    with writing(office.engine) as session, pytest.raises(Forbidden):
        second_person.confirm(session, FINANCE, office.now, made.id)
    confirm(office, made)
    before = held(following(office, ending))
    with pytest.raises(Refused, match="proposal_decided"):
        confirm(office, made)
    assert held(following(office, ending)) == before


@pytest.mark.parametrize("point", [1, 3, 6, 9, 12, 15, 18, 21, 24, 27])
def test_killed_at_any_point_nothing_is_done_or_all_of_it(office: Office, ending: Envelope, point: int) -> None:
    made = propose(office, ending)
    before = held(office.envelope(ending.id))
    address, now = office.engine.url.render_as_string(hide_password=False), office.now
    office.engine.dispose()

    def step(bind: Engine) -> None:
        with writing(bind) as session:
            second_person.confirm(session, CHECKER, now, made.id)

    assert killed_at(point, address, step, from_start=True) == -signal.SIGKILL
    assert held(office.envelope(ending.id)) == before
    confirm(office, made)
    assert held(following(office, ending)) == {"allotted": 2 * PART, "committed": PART, "payable": PART}
    with reading(office.engine) as session:
        assert list(discrepancies(session)) == []


@pytest.mark.parametrize("choice", list(Choice))
def test_opening_again_restores_every_figure_and_takes_two_people(
    office: Office, ending: Envelope, choice: Choice
) -> None:
    before = held(office.envelope(ending.id))
    close(office, ending, choice)
    with writing(office.engine) as session:
        made = closing.propose_reopening(session, FINANCE, office.now, ending.id, "结账有误")
        with pytest.raises(Forbidden):
            second_person.confirm(session, FINANCE, office.now, made.id)
    confirm(office, made)
    assert held(office.envelope(ending.id)) == before
    if choice is Choice.CARRY_OVER:
        assert held(following(office, ending)) == {}
    close(office, ending, choice)
    reopen(office, ending)
    assert held(office.envelope(ending.id)) == before


def test_nobody_opens_again_what_the_next_year_has_used(office: Office, ending: Envelope) -> None:
    close(office, ending, Choice.LAPSE)
    office.allot(2027, 3_000_000)
    with pytest.raises(Refused, match="used") as refused:
        reopen(office, ending)
    assert refused.value.params["count"] == "2"


def test_closed_books_take_no_transfer(office: Office, ending: Envelope) -> None:
    other = office.allot(2026, 1000, scheme="first-unit")
    from subsidy.finance import envelopes

    with writing(office.engine) as session:
        made = envelopes.propose_transfer(
            session, FINANCE, office.now, other.id, ending.id, Fen(100), "财预〔2026〕9号", "调剂"
        )
    close(office, ending)
    with pytest.raises(Refused, match="year_closed"):
        confirm(office, made)
    with reading(office.engine) as session:
        assert [one.id for one in proposals.undecided(session)] == [made.id]
