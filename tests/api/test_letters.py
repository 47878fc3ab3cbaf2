"""Letters over HTTP: for those who may see the case, and for nobody else."""

import pytest

from subsidy.workflow.letters import told
from tests.api.test_applications import ADDRESS, give, refused, submitted
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, RELATED, SECOND, STRANGER, THIRD, Office


def test_a_decision_brings_its_letter(desks: Desks, office: Office) -> None:
    application_id = office.before_decision(office.ready(office.accepted()))
    body = {"reason": "符合条件", "addition": "另行通知"}
    early = desks.of(SECOND).post(
        f"{ADDRESS}/{application_id}/approval", json={**body, "version": office.application(application_id).version}
    )
    assert refused(early, 422, "bad_input")["errors"][0]["pointer"] == "/addition"
    office.sign(application_id, SECOND)
    case = give(desks.of(THIRD), desks.of(THIRD).get(f"{ADDRESS}/{application_id}").json(), "approval", **body)
    [letter] = office.letters(case["id"])
    assert told(letter)["addition"] == "另行通知"
    assert told(letter)["address"].startswith("http://subsidy.test/letters/")
    assert {
        "label": "文书",
        "before": None,
        "after": letter.number,
    } in case["events"][-1]["changes"]
    for actor in (APPLICANT, ADMINISTRATOR, RELATED, FINANCE):
        client = desks.of(actor)
        listed = client.get(f"{ADDRESS}/{case['id']}/letters").json()
        assert listed == {
            "letters": [
                {
                    "code": letter.code,
                    "number": letter.number,
                    "kind": "award",
                    "issued_on": "2026-03-01",
                    "standing": "valid",
                    "superseded_by": None,
                    "sha256": letter.sha256,
                }
            ]
        }
        paper = client.get(f"/api/v1/letters/{letter.code}.pdf")
        assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
        assert paper.content == letter.paper


def test_others_find_nothing(desks: Desks, office: Office) -> None:
    case = {"id": office.refuse(office.submit(office.draft()))}
    [letter] = office.letters(case["id"])
    for path in (f"{ADDRESS}/{case['id']}/letters", f"/api/v1/letters/{letter.code}.pdf"):
        refused(desks.of(STRANGER).get(path), 404, "not_found")
        refused(desks.of(None).get(path), 401, "sign_in")


@pytest.mark.parametrize("code", ["a" * 32, "x", "’", "A" * 32])
def test_an_unknown_letter_is_not_found(code: str, desks: Desks) -> None:
    refused(desks.of(ADMINISTRATOR).get(f"/api/v1/letters/{code}.pdf"), 404, "not_found")


def test_a_remark_that_is_no_text_is_refused(desks: Desks) -> None:
    case = submitted(desks)
    body = {"version": case["version"], "reason": "理由", "addition": 5}
    answer = desks.of(ADMINISTRATOR).post(f"{ADDRESS}/{case['id']}/refusal", json=body)
    assert refused(answer, 422, "bad_input")["errors"][0]["pointer"] == "/addition"
