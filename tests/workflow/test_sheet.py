"""What an award rests on is the text that it was granted under, whatever becomes of the pack."""

import json
from datetime import date
from decimal import Decimal

import pytest

from rules.load import load_content, packs
from rules.policy import Policy
from schedules.due import Status
from subsidy.database import reading, writing
from subsidy.finance.disburse import disburse
from subsidy.records import Award, PolicyText
from subsidy.workflow.sheet import canonical, policy_under
from subsidy.workflow.view import case
from tests.support.office import ADMINISTRATOR, Office


def stricter(policy: Policy, cycles: int) -> Policy:
    """The same policy, asking for more cycles a year."""
    tree = json.loads(policy.content)
    (condition,) = (one for one in tree["schemes"][0]["conditions"] if one["id"] == "cycles")
    condition["value"][0]["value"] = str(cycles)
    return load_content(json.dumps(tree))


def test_year_is_tested_by_the_text_of_the_award(office: Office) -> None:
    award = office.approved()
    other = stricter(packs()["lingang-2024"], 500)
    assert other.digest != award.policy_digest
    with writing(office.engine) as session:
        session.add(PolicyText(digest=other.digest, policy_id=other.id, version=other.version, content=other.content))
        session.get_one(Award, award.id).policy_digest = other.digest
    office.day = date(2026, 7, 1)
    for cycles, status, generated in ((499, Status.HELD, 0), (500, Status.DUE, 1)):
        office.figure(award, 1, cycles, "复核")
        with reading(office.engine) as session:
            told = case(session, ADMINISTRATOR, award.application_id, office.day)
        assert told.sheet.policy.digest == other.digest
        assert told.instalments[0].standing.status is status
        assert disburse(office.engine, as_of=office.day, now=office.now, trigger="manual").generated == generated


def test_text_in_use_is_not_read_again(office: Office) -> None:
    award = office.approved()
    with reading(office.engine) as session:
        assert policy_under(session, "lingang-2024", award.policy_digest) is packs()["lingang-2024"]


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("capacity_kwh", Decimal("12000.000"), "12000"),
        ("new_investment_yuan", 123456, "1234.56"),
        ("granted_rate", Decimal("0.150000"), "0.15"),
        ("commissioned_on", date(2025, 3, 10), "2025-03-10"),
        ("in_zone", False, "false"),
        ("project_side", "user", "user"),
    ],
)
def test_each_kind_of_fact_is_kept_as_text_that_reads_back(key: str, value: object, text: str) -> None:
    assert canonical(packs()["lingang-2024"].fact(key), value) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "value"),
    [("capacity_kwh", Decimal(0)), ("project_side", "moon"), ("in_zone", "yes"), ("granted_rate", Decimal(2))],
)
def test_what_would_not_read_back_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(packs()["lingang-2024"].fact(key), value)  # type: ignore[arg-type]
