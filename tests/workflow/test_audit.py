"""What was changed behind the program's back, row by row, is found and named."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest

from subsidy.audit import discrepancies
from subsidy.database import reading
from subsidy.finance.disburse import disburse
from subsidy.records import Trigger
from tests.support.office import Office
from tests.support.tampering import unprotect

DUE = date(2026, 6, 30)


@pytest.fixture
def paid(sqlite_office: Office) -> Office:
    """An approved project whose first instalment is disbursed."""
    award = sqlite_office.approved()
    sqlite_office.day = DUE
    sqlite_office.figure(award, 1, 460)
    report = disburse(sqlite_office.engine, as_of=DUE, now=sqlite_office.now, trigger=Trigger.MANUAL)
    assert report.generated == 1
    return sqlite_office


def _found(office: Office) -> set[str]:
    with reading(office.engine) as session:
        return {each.kind for each in discrepancies(session)}


def test_nothing_is_found_where_nothing_was_changed(paid: Office) -> None:
    assert _found(paid) == set()


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("DELETE FROM receipt", {"receipt_missing"}),
        ("DELETE FROM policy_text", {"policy_missing"}),
        ("DELETE FROM award", {"award_missing", "disbursement_unfounded"}),
        ("DELETE FROM instalment WHERE number = 3", {"award_parts", "instalment"}),
        ("UPDATE application SET status = 'refused'", {"award_unapproved"}),
        ("DELETE FROM application", {"award_unapproved", "disbursement_unfounded"}),
        ("UPDATE application_fact SET verified = '13000' WHERE key = 'capacity_kwh'", {"award_facts"}),
        (
            "UPDATE instalment SET amount_fen = amount_fen + CASE number WHEN 2 THEN 100 ELSE -100 END WHERE number > 1",
            {"instalment"},
        ),
        ("UPDATE instalment SET nominal_on = '2026-06-30', due_on = '2026-06-30' WHERE number = 2", {"instalment"}),
        ("UPDATE instalment SET due_on = '2026-07-01' WHERE number = 1", {"instalment"}),
        ("UPDATE instalment SET year_number = NULL, year_start = NULL, year_end = NULL", {"instalment"}),
        ("UPDATE award SET commissioned_on = '2024-03-10'", {"instalment"}),
        ("UPDATE disbursement SET instalment_id = 'gone'", {"disbursement_unfounded"}),
        (
            'UPDATE receipt SET content = \'{"award": [], "policy": "x", "facts": 1}\'',
            {
                "receipt_digest",
                "receipt_unreadable",
                "award_amount",
                "award_scheme",
                "award_day",
                "award_policy",
                "award_facts",
            },
        ),
    ],
)
def test_a_row_changed_or_gone_is_found(paid: Office, statement: str, kinds: set[str]) -> None:
    file = paid.engine.url.database
    assert file
    with paid.engine.begin() as connection:
        unprotect(connection)
    with closing(sqlite3.connect(file)) as outsider, outsider:  # with foreign keys off, as any other program has them
        assert outsider.execute(statement).rowcount > 0
    assert _found(paid) == kinds
