"""Whatever is changed in the books behind the program's back is found, with its place."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from rules.money import Fen
from subsidy.audit_ledger import discrepancies
from subsidy.database import reading, writing
from subsidy.finance import ledger
from subsidy.finance.ledger import Movement
from subsidy.records import Account, EntryKind, Payment, PaymentState
from tests.finance.payable import PART, due, exported, payments
from tests.finance.test_closing import close
from tests.support.office import FINANCE, Office
from tests.support.tampering import tampering


@pytest.fixture
def paid(office: Office) -> Office:
    """Two payments handed out, of which one is paid; and the books of a year that was closed."""
    earlier = office.allot(2025, 7)
    close(office, earlier)
    due(office, 2)
    office.account()
    run = exported(office)
    one = payments(office, run)[0]
    with writing(office.engine) as session:
        row = session.exec(select(Payment).where(col(Payment.id) == one.id)).one()
        row.state, row.settled_on = PaymentState.PAID, date(2026, 7, 1)
        positions = ledger.of_instalments(session, [one.instalment_id])[one.instalment_id]
        moved = Movement(positions[0].envelope_id, Account.IN_FLIGHT, Account.PAID, Fen(PART), None, one.instalment_id)
        ledger.post(session, FINANCE, office.now, EntryKind.SETTLE, [moved])
    return office


def found(office: Office) -> set[str]:
    with reading(office.engine) as session:
        return {each.kind for each in discrepancies(session)}


def test_nothing_is_found_where_nothing_was_changed(paid: Office) -> None:
    assert found(paid) == set()


CHANGED = {
    "UPDATE ledger_entry SET kind = 'reduce' WHERE id = 1": {"ledger_altered"},
    "UPDATE ledger_entry SET at = '2026-01-01 00:00:00+00' WHERE id = 1": {"ledger_altered", "ledger_day"},
    "UPDATE ledger_entry SET booked_on = '2026-01-01' WHERE id = 1": {"ledger_day"},
    "UPDATE ledger_entry SET actor_id = 'fang' WHERE kind = 'submit'": {"ledger_altered"},
    "UPDATE ledger_entry SET reason = 'x' WHERE id = 1": {"ledger_altered"},
    "UPDATE ledger_entry SET postings = 9 WHERE id = 1": {"ledger_postings"},
    "UPDATE ledger_entry SET amount_fen = 9 WHERE id = 1": {"ledger_postings"},
    "UPDATE ledger_entry SET digest = 'x' WHERE id = 1": {"ledger_postings", "ledger_altered"},
    "DELETE FROM posting WHERE entry_id = (SELECT max(id) FROM ledger_entry)": {
        "ledger_postings", "ledger_balance", "ledger_entry_missing", "ledger_in_flight", "ledger_paid",
    },
    "UPDATE posting SET entry_id = 2 WHERE entry_id = 1": {"ledger_postings", "ledger_entry_missing", "ledger_altered"},
    "UPDATE posting SET envelope_id = (SELECT max(id) FROM envelope WHERE id <> envelope_id) WHERE entry_id = 1": {
        "ledger_postings", "ledger_balance", "ledger_entry_missing", "ledger_unrecorded",
    },
    "UPDATE posting SET source = 'treasury' WHERE target = 'committed'": {"ledger_postings", "ledger_balance"},
    "UPDATE posting SET target = 'committed' WHERE target = 'lapsed'": {"ledger_postings", "ledger_balance"},
    "UPDATE posting SET amount_fen = amount_fen + 1 WHERE entry_id = 1": {
        "ledger_postings", "ledger_balance", "ledger_altered",
    },
    "UPDATE posting SET application_id = NULL WHERE target = 'committed'": {"ledger_postings"},
    "UPDATE posting SET instalment_id = NULL WHERE target = 'in_flight'": {
        "ledger_postings", "ledger_in_flight",
    },
    "UPDATE envelope SET allotted_fen = allotted_fen + 1, available_fen = available_fen + 1": {"ledger_balance"},
    "UPDATE envelope SET paid_fen = paid_fen - 1, in_flight_fen = in_flight_fen + 1 WHERE paid_fen > 0": {"ledger_balance"},
    "UPDATE payment SET state = 'in_flight' WHERE state = 'paid'": {"ledger_in_flight", "ledger_paid"},
    "UPDATE payment SET amount_fen = amount_fen - 1 WHERE state = 'paid'": {"ledger_paid"},
    "UPDATE payment SET state = 'returned', settled_on = '2026-07-01' WHERE state = 'in_flight'": {"ledger_in_flight"},
    "UPDATE disbursement SET amount_fen = amount_fen - 1": {"ledger_unordered"},
    "UPDATE instalment SET amount_fen = amount_fen - 1 WHERE number = 1": {"ledger_overfunded"},
}  # fmt: skip
"""Every column of the books, and what they are compared with."""


@pytest.mark.parametrize("statement", sorted(CHANGED))
def test_what_was_changed_is_found(paid: Office, statement: str) -> None:
    with tampering(paid.engine) as connection:
        assert connection.execute(text(statement)).rowcount > 0
    assert found(paid) >= CHANGED[statement]
