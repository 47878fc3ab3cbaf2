"""Documents over HTTP: the body is the file."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.desks import Desks
from tests.support.files import REFUSED, pdf
from tests.support.office import ADMINISTRATOR, APPLICANT, STRANGER, Office


def address(application_id: str) -> str:
    return f"/api/v1/applications/{application_id}/documents"


def hand_in(client: TestClient, application_id: str, data: bytes, **which: str) -> Any:
    query = {"kind": "grid-test-report", "name": "报告.pdf", **which}
    return client.post(address(application_id), params=query, content=data)


def test_handing_in_listing_having_back_and_taking_out(desks: Desks, office: Office) -> None:
    client, application_id = desks.of(APPLICANT), office.draft()
    made = hand_in(client, application_id, pdf())
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["version"], told["format"], told["size"]) == ("报告.pdf", 1, "pdf", len(pdf()))
    assert hand_in(client, application_id, pdf()).json() == told
    listed = client.get(address(application_id)).json()
    assert listed["documents"] == [told]
    assert "grid-test-report" in {kind["id"] for kind in listed["kinds"]} - set(listed["missing"])
    file = client.get(f"{address(application_id)}/{told['id']}")
    assert (file.content, file.headers["etag"]) == (pdf(), f'"{told["digest"]}"')
    assert client.delete(f"{address(application_id)}/{told['id']}").json()["detached_at"]
    assert "grid-test-report" in client.get(address(application_id)).json()["missing"]


def test_a_fact_is_verified_on_a_document(desks: Desks, office: Office) -> None:
    application_id = office.draft()
    document = office.attach(application_id, pdf())
    office.accept(office.submit(application_id))
    body = {"key": "capacity_kwh", "value": "11000", "reason": "检测报告", "document": document.id}
    body["version"] = office.application(application_id).version  # type: ignore[assignment]
    chen = desks.of(ADMINISTRATOR)
    case = chen.post(f"/api/v1/applications/{application_id}/corrections", json=body).json()
    fact = next(each for each in case["facts"] if each["key"] == "capacity_kwh")
    assert (fact["verified"], fact["verified_by"], fact["document"]) == ("11000", "陈立", document.id)
    body |= {"version": case["version"], "document": 5}  # type: ignore[dict-item]
    answer = chen.post(f"/api/v1/applications/{application_id}/corrections", json=body).json()
    assert [(each["pointer"], each["code"]) for each in answer["errors"]] == [("/document", "api.text")]
    theirs = desks.of(APPLICANT).get(f"/api/v1/applications/{application_id}").json()["facts"]
    assert {each["document"] for each in theirs} == {None}


@pytest.mark.parametrize(
    ("which", "data", "status", "code"),
    [
        ({"kind": "deed"}, pdf(), 422, "documents.no_such_kind"),
        ({"name": "a/b.pdf"}, pdf(), 422, "workflow.file_name"),
        ({}, REFUSED["a page"][1](), 422, "documents.not_accepted"),
        ({}, b"", 422, "documents.empty"),
        ({}, b"%PDF-" + bytes(1024**2), 413, "documents.too_large"),
    ],
)
def test_what_cannot_be_taken(
    desks: Desks, office: Office, which: dict[str, str], data: bytes, status: int, code: str
) -> None:
    application_id = office.draft()
    answer = hand_in(desks.of(APPLICANT), application_id, data, **which)
    assert answer.status_code == status
    problem = answer.json()
    assert code in (problem["code"], *(each["code"] for each in problem.get("errors", [])))
    assert len(office.events(application_id)) == 1


def test_others_do_not_find_it(desks: Desks, office: Office) -> None:
    application_id = office.draft()
    document = office.attach(application_id, pdf())
    for client, status in ((desks.of(STRANGER), 404), (desks.of(None), 401)):
        assert hand_in(client, application_id, pdf("二")).status_code == status
        assert client.get(address(application_id)).status_code == status
        assert client.get(f"{address(application_id)}/{document.id}").status_code == status
        assert client.delete(f"{address(application_id)}/{document.id}").status_code == status
