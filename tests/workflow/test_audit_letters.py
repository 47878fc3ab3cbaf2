"""A letter that was changed behind the program's back, in whatever column, is found and named."""

import pytest
from sqlalchemy import text

from subsidy.audit_letters import discrepancies
from subsidy.database import reading
from tests.support.office import Office
from tests.support.tampering import tampering


@pytest.fixture
def sent(sqlite_office: Office) -> Office:
    """A case with an award letter, and one with a request for corrections and a refusal."""
    sqlite_office.approved()
    case = sqlite_office.submit(sqlite_office.send_back(sqlite_office.submit(sqlite_office.draft())))
    sqlite_office.refuse(case)
    return sqlite_office


def found(office: Office) -> list[tuple[str, str]]:
    with reading(office.engine) as session:
        return [(each.where, each.kind) for each in discrepancies(session)]


def test_nothing_is_found_where_nothing_was_changed(sent: Office) -> None:
    assert found(sent) == []


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("UPDATE letter SET paper = CAST(paper || x'0a' AS BLOB)", ["letter_paper"]),
        ("UPDATE letter SET paper = x'00'", ["letter_paper", "letter_content"]),
        ("UPDATE letter SET sha256 = replace(sha256, substr(sha256, 1, 1), 'x')", ["letter_paper"]),
        ("UPDATE letter SET content = replace(content, '不属于', '属于')", ["letter_content"]),
        ("UPDATE letter SET content = '['", ["letter_content"]),
        ("UPDATE letter SET content = '[]'", ["letter_content"]),
        ("UPDATE letter SET issued_on = '2026-02-01'", ["letter_content"]),
        ("UPDATE letter SET kind = 'correction'", ["letter_content"]),
        ("UPDATE letter SET code = 'a' || substr(code, 2, 30) || '2'", ["letter_content"]),
        (
            "UPDATE letter SET application_id = (SELECT id FROM application WHERE status = 'approved')",
            ["letter_unrecorded"],
        ),
        ("DELETE FROM letter", ["letter_missing"]),
        (
            "UPDATE letter SET number = 'LG-2026-0002-R9'",
            ["letter_unrecorded", "letter_content", "letter_missing"],
        ),
        ("UPDATE event SET after_json = '{}'", ["letter_unrecorded"]),
        (
            "UPDATE event SET after_json = replace(after_json, 'sha256:', 'sha256:0')",
            ["letter_paper"],
        ),
    ],
)
def test_what_was_changed_is_found(statement: str, kinds: list[str], sent: Office) -> None:
    with tampering(sent.engine) as connection:
        which = "command = 'refuse'" if " event " in statement else "kind = 'refusal'"
        connection.execute(text(f"{statement} WHERE {which}"))
    told = found(sent)
    assert [kind for _, kind in told] == kinds
    assert all(where.startswith("LG-2026-0002-R") for where, _ in told)
