"""An amendment, what it adjusted and what is owed back are found where they were changed behind the program's back."""

import pytest
from sqlalchemy import text

from rules.money import Fen
from subsidy import audit, audit_ledger, audit_record
from subsidy.audit_amendments import discrepancies
from subsidy.database import reading, writing
from subsidy.finance import recoveries
from tests.finance.test_amending import capacity, change, debts, paid_first
from tests.support.office import FINANCE, Office
from tests.support.tampering import tampering


@pytest.fixture
def amended(office: Office) -> Office:
    """Found ineligible after its first payment, a part of it paid back, and then granted less again."""
    award = paid_first(office)
    change(office, award, {"in_zone": False})
    with writing(office.engine) as session:
        recoveries.receive(session, FINANCE, office.now, debts(office)[0].id, Fen(30_000_000), office.day, "B-1")
    change(office, award, {"in_zone": True, **capacity(9000)})
    return office


def found(office: Office) -> set[str]:
    with reading(office.engine) as session:
        return {each.kind for each in discrepancies(session)}


def test_nothing_is_found_where_nothing_was_changed(amended: Office) -> None:
    assert found(amended) == set()
    with reading(amended.engine) as session:
        for room in (audit, audit_record, audit_ledger):
            assert list(room.discrepancies(session)) == []


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        (
            "UPDATE instalment SET adjusted_fen = adjusted_fen - 1 WHERE number = 3",
            {"instalment_adjusted", "amendment_sum"},
        ),
        ("DELETE FROM adjustment", {"instalment_adjusted"}),
        ("UPDATE amendment SET amount_fen = amount_fen - 1 WHERE number = 2", {"amendment_record"}),
        (
            "UPDATE amendment SET entitled_fen = entitled_fen + 3 WHERE number = 2",
            {"amendment_receipt", "amendment_sum"},
        ),
        ('UPDATE amendment SET facts_json = \'{"capacity_kwh":"1"}\' WHERE number = 2', {"amendment_receipt"}),
        ("UPDATE recovery SET settled_fen = 1", {"recovery_steps", "recovery_books"}),
        ("DELETE FROM recovery_step WHERE kind = 'receipt'", {"recovery_steps"}),
    ],
)
def test_a_change_is_found(amended: Office, statement: str, kinds: set[str]) -> None:
    with tampering(amended.engine) as connection:
        connection.execute(text(statement))
    assert found(amended) == kinds
