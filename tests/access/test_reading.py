"""Reading changes nothing: every page and every answer there is, asked for by everybody, with every row compared."""

import pytest
from fastapi.testclient import TestClient

from subsidy.accounts import tokens
from subsidy.accounts.tokens import Scope
from subsidy.database import writing
from tests.access.asking import Ids, address, every_route, kept
from tests.support.desks import Desks
from tests.support.office import ACTORS, APPLICANT, Office
from tests.web_desks.test_access import PAGES


def written(client: TestClient, ids: Ids, office: Office) -> dict[str, set[str]]:
    """For each address that changed anything when it was read, the tables."""
    found = {}
    before = kept(office)
    for route in sorted(route for route in every_route() if route.startswith("GET ")):
        path = route.removeprefix("GET ")
        answer = client.get(PAGES[path][0].format(**ids) if path in PAGES else address(route, ids))
        assert answer.status_code < 500, route
        after = kept(office)
        if after != before:
            found[route] = {table for table in after if after[table] != before[table]}
        before = after
    return found


@pytest.mark.parametrize("name", [*ACTORS, "nobody"])
def test_reading_writes_nothing(name: str, ids: Ids, office: Office, desks: Desks) -> None:
    assert written(desks.of(ACTORS.get(name)), ids, office) == {}


def test_a_program_that_reads_writes_nothing(ids: Ids, office: Office, desks: Desks) -> None:
    with writing(office.engine) as session:
        _, reads = tokens.make(session, APPLICANT, office.now, name="程序", scopes=list(Scope), days=1)
    client = desks.of(None)
    client.headers["Authorization"] = f"Bearer {reads}"
    assert written(client, ids, office) == {}
