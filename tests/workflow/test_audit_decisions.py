"""What was recommended, signed and paid is found where it was changed behind the program's back."""

from datetime import date

import pytest
from sqlalchemy import text

from subsidy.audit_decisions import discrepancies
from subsidy.database import reading
from subsidy.finance.disburse import disburse
from subsidy.records import Trigger
from tests.support.office import Office
from tests.support.tampering import tampering


@pytest.fixture
def paid(office: Office) -> Office:
    """An award with its first instalment paid, after a recommendation that was taken back."""
    case = office.ready(office.accepted())
    office.take_back(office.recommend(case))
    award = office.approve(case)
    office.day = date(2026, 7, 1)
    office.figure(award, 1, 480)
    disburse(office.engine, as_of=office.day, now=office.now, trigger=Trigger.MANUAL)
    return office


def found(office: Office) -> set[str]:
    with reading(office.engine) as session:
        return {each.kind for each in discrepancies(session)}


def test_nothing_is_found_where_nothing_was_changed(paid: Office) -> None:
    assert found(paid) == set()


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("DELETE FROM disbursement", {"disbursement_count"}),
        ("DELETE FROM sign_off", {"signature_missing"}),
        ("UPDATE sign_off SET digest = 'sha256:other'", {"signature_missing", "signature_unrecorded"}),
        (
            "UPDATE sign_off SET user_id = 'zhao', person_id = 'zhao' WHERE user_id = 'qian'",
            {"signature_missing", "signature_unrecorded"},
        ),
        ("UPDATE recommendation SET seen_json = '{}'", {"recommendation_altered"}),
        ("UPDATE recommendation SET amount_fen = amount_fen + 100", {"recommendation_altered"}),
        (
            "UPDATE recommendation SET digest = 'sha256:other'",
            {"recommendation_altered", "recommendation_missing", "recommendation_unrecorded"},
        ),
    ],
)
def test_what_was_changed_is_found(paid: Office, statement: str, kinds: set[str]) -> None:
    with tampering(paid.engine) as connection:
        assert connection.execute(text(statement)).rowcount > 0
    assert found(paid) == kinds
