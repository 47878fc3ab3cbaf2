"""What belongs to one enterprise is, to another, the same as what does not exist: in status, in words and in numbers."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.access.asking import Ids, address, ask, body_of, every_route, kept, operations
from tests.access.table import API
from tests.support.desks import Desks
from tests.support.office import ACTORS, STRANGER, Office
from tests.web_desks.test_access import MAY_SEND, PAGES

NOWHERE = "0" * 32


def nowhere(ids: Ids) -> Ids:
    """The same as `ids`, of what does not exist."""
    return {name: NOWHERE * (len(kept) // 32 or 1) for name, kept in ids.items()}


def said(answer: Any) -> tuple[int, str]:
    """Status and words of an answer, wherever it says where it was asked for."""
    words = re.sub(r"/(apply|review|people|finance|api/v1)/[^\"' <]*", "/…", answer.text)
    words = re.sub(r"\binstalment(=|%3D)[0-9a-z]*", "instalment=…", words)
    return answer.status_code, re.sub(r"%2F(apply|review|people|finance)%2F[^\"' <]*", "…", words)


def test_over_the_api_it_is_as_if_there_were_none(ids: Ids, office: Office, desks: Desks) -> None:
    client, before, told = desks.of(STRANGER), kept(office), {}
    for route in API:
        if "{" in route:
            known, unknown = ask(client, route, ids), ask(client, route, nowhere(ids))
            if said(known) != said(unknown) or known.status_code not in (403, 404):
                told[route] = (said(known), said(unknown))
    assert told == {}
    assert kept(office) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_on_pages_it_is_as_if_there_were_none(method: str, ids: Ids, office: Office, desks: Desks) -> None:
    client, before, told = desks.of(STRANGER), kept(office), {}
    for page, (path, _) in PAGES.items():
        if "{" not in path or (method == "POST" and page not in MAY_SEND):
            continue
        known = client.request(method, path.format(**ids), data={"version": "1", "reason": "理由"})
        unknown = client.request(method, path.format(**nowhere(ids)), data={"version": "1", "reason": "理由"})
        if said(known) != said(unknown) or known.status_code not in (403, 404):
            told[page] = (said(known), said(unknown))
    assert told == {}
    assert kept(office) == before


def test_below_ones_own_case_nothing_of_others_is_found(ids: Ids, office: Office, desks: Desks) -> None:
    own, client = office.draft(actor=STRANGER), desks.of(STRANGER)
    for path in (
        "/api/v1/applications/{own}/documents/{filed}",
        "/api/v1/applications/{own}/documents/{paper}",
        "/apply/{own}/documents/{paper}",
        "/apply/{own}/letters/{letter}",
        "/apply/{own}/letters/{letter}.pdf",
    ):
        known, unknown = (client.get(path.format(**{**each, "own": own})) for each in (ids, nowhere(ids)))
        assert said(known) == said(unknown), path
        assert known.status_code == 404, path


def test_no_list_search_count_or_export_tells_of_it(ids: Ids, office: Office, desks: Desks) -> None:
    client = desks.of(STRANGER)
    hidden = [*ids.values(), *(office.application(ids[each]).number for each in ("submitted", "approved"))]
    hidden = [each for each in hidden if each not in (ids["published"], ids["notice"], ids["letter"])]
    lists = [route.removeprefix("GET ") for route in every_route() if route.startswith("GET ") and "{" not in route]
    lists += [f"/api/v1/applications?text={word}" for word in ("临港", "LG-2026", "甲", "91310115MA1K35XK0N")]
    lists += ["/apply?text=临港", "/api/v1/applications?status=approved", "/finance/schedule.csv"]
    for path in lists:
        said = client.get(path).text
        assert [each for each in hidden if str(each) in said] == [], path
    assert client.get("/api/v1/applications?text=临港").json() == {"total": 0, "applications": []}
    assert client.get("/api/v1/messages").json() == {"total": 0, "messages": []}


def with_extra(client: TestClient, route: str, ids: Ids, name: str, value: object) -> Any:
    body = body_of(operations()[route])
    assert body is not None
    return client.request(route.partition(" ")[0], address(route, ids), json={**body, name: value})


def test_no_body_takes_a_field_that_it_does_not_know_or_that_is_not_to_be_written(
    ids: Ids, office: Office, desks: Desks
) -> None:
    clients = {name: desks.of(actor) for name, actor in ACTORS.items()}
    before, taken = kept(office), []
    bodies = [route for route, one in operations().items() if body_of(one) is not None]
    assert len(bodies) > 30
    for route in bodies:
        actor = min(API[route].who) if route in API else "applicant"
        for name, value in (("id", "x"), ("organisation_id", "yi"), ("status", "approved"), ("nosuch", None)):
            answer = with_extra(clients[actor], route, ids, name, value)
            pointers = [each["pointer"] for each in answer.json().get("errors", ())]
            if answer.status_code != 422 or f"/{name}" not in pointers:
                taken.append((route, name, answer.status_code, answer.text))
    assert taken == []
    assert kept(office) == before
