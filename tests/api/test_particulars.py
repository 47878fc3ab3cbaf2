"""Particulars and duplicates over HTTP."""

from typing import Any

import pytest

from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, STRANGER, Office

STATED: dict[str, Any] = {
    "site": "飞渡路 66 号",
    "filing": None,
    "meters": ["0310-1"],
    "serials": [],
    "other_support": [{"programme": "市级补贴", "amount": "1200000.50", "year": "2025"}],
}


def address(application_id: str, what: str = "particulars") -> str:
    return f"/api/v1/applications/{application_id}/{what}"


def test_stating_reading_and_finding_duplicates(desks: Desks, office: Office) -> None:
    client, one = desks.of(APPLICANT), office.draft()
    case = client.put(address(one), json={**STATED, "version": 1}).json()
    assert case["version"] == 2
    assert case["particulars"] == client.get(address(one)).json() == {
        "site": "飞渡路 66 号",
        "filing": None,
        "meters": ["0310-1"],
        "serials": [],
        "other_support": [{"programme": "市级补贴", "amount": "1200000.50", "year": 2025}],
        "missing": ["filing", "serials"],
    }  # fmt: skip
    case = client.put(address(one), json={"other_support": [], "version": 2}).json()
    assert (case["particulars"]["other_support"], case["particulars"]["meters"]) == ([], [])
    client.put(address(one), json={**STATED, "version": 3})
    office.submit(one)
    two = office.submit(office.describe(office.draft(actor=STRANGER), STRANGER, meters=("O310 1",)), STRANGER)
    found = desks.of(ADMINISTRATOR).get(address(one, "duplicates")).json()["duplicates"]
    assert found == [
        {
            "application": two,
            "number": office.application(two).number,
            "status": "submitted",
            "organisation": "上海乙新能源有限公司",
            "kind": "meter",
            "here": "0310-1",
            "there": "O310 1",
            "exact": False,
        }
    ]
    assert client.get(address(one, "duplicates")).json() == {"duplicates": []}
    assert desks.of(STRANGER).get(address(one, "duplicates")).status_code == 404
    assert desks.of(STRANGER).put(address(one), json={"version": 4}).status_code == 404


@pytest.mark.parametrize(
    ("stated", "pointer", "code"),
    [
        ({"site": 5}, "/site", "api.text"),
        ({"meters": "0310"}, "/meters", "particulars.not_a_list"),
        ({"serials": [1]}, "/serials", "particulars.not_a_list"),
        ({"serials": ["x", "X"]}, "/serials", "particulars.twice"),
        ({"other_support": {}}, "/other_support", "particulars.not_a_list"),
        ({"other_support": ["none"]}, "/other_support/0", "particulars.support_form"),
        ({"other_support": [{"programme": "x", "amount": "1"}]}, "/other_support/0", "particulars.support_form"),
        (
            {"other_support": [{"programme": "x", "amount": 1.5e3, "year": 2025}]},
            None,
            None,
        ),
        (
            {"other_support": [{"programme": "x", "amount": "1.001", "year": "2025"}]},
            "/other_support/0/amount",
            "particulars.amount_wrong",
        ),
        (
            {"other_support": [{"programme": "x", "amount": "1", "year": "25"}]},
            "/other_support/0/year",
            "particulars.year_wrong",
        ),
        ({"other_support": [{"programme": 1, "amount": "1", "year": "2025"}]}, "/other_support/0/programme", None),
        ({"colour": "red"}, "/colour", "unknown_key"),
    ],
)
def test_faults_point_at_their_place(
    desks: Desks, office: Office, stated: dict[str, Any], pointer: str | None, code: str | None
) -> None:
    application_id = office.draft()
    answer = desks.of(APPLICANT).put(address(application_id), json={**stated, "version": 1})
    if pointer is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    told = answer.json()["errors"]
    assert [each["pointer"] for each in told] == [pointer]
    assert code in (None, told[0]["code"])
    assert len(office.events(application_id)) == 1
