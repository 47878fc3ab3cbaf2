"""Every route stands in the table of access, and the table is what the application does."""

from subsidy.accounts import tokens
from subsidy.accounts.sessions import PROVED
from subsidy.accounts.tokens import Scope
from subsidy.database import writing
from tests.access.asking import Ids, ask, every_route, kept, operations
from tests.access.table import ACCOUNT, API, PUBLIC
from tests.support.desks import Desks
from tests.support.office import ACTORS, Office
from tests.support.web import later
from tests.web_desks.test_access import MAY_SEND, PAGES

SIGN_OUT = "DELETE /api/v1/sessions"
LAST = {"GET": 0, "DELETE": 2}
"""What there is to read is read before anything is changed, and taken away last."""


def test_every_route_stands_in_the_table_once() -> None:
    rooms = [{f"GET {page}" for page in PAGES}, {f"POST {form}" for form in MAY_SEND}, PUBLIC, ACCOUNT, set(API)]
    assert every_route() - set().union(*rooms) == set()
    assert set().union(*rooms) - every_route() == set()
    assert sum(map(len, rooms)) == len(every_route())


def test_whatever_is_not_public_answers_nobody(ids: Ids, office: Office, desks: Desks) -> None:
    before, nobody = kept(office), desks.of(None)
    assert {route: answer.status_code for route in API if (answer := ask(nobody, route, ids)).status_code != 401} == {}
    assert kept(office) == before


def test_whom_an_operation_does_not_serve_it_refuses_and_nothing_changes(
    ids: Ids, office: Office, desks: Desks
) -> None:
    clients, before, wrong = {name: desks.of(actor) for name, actor in ACTORS.items()}, kept(office), []
    for route, rule in API.items():
        for name in ACTORS.keys() - rule.who:
            status = ask(clients[name], route, ids).status_code
            if status not in (403, 404):
                wrong.append((route, name, status))
    assert wrong == []
    assert kept(office) == before


def test_whom_an_operation_serves_it_lets_in(ids: Ids, desks: Desks) -> None:
    clients, wrong = {name: desks.of(actor) for name, actor in ACTORS.items()}, []
    for route in sorted(API, key=lambda route: (route == SIGN_OUT, LAST.get(route.partition(" ")[0], 1))):
        for name in sorted(API[route].who):
            answer = ask(clients[name], route, ids)
            gone = answer.status_code == 404 and route.startswith("DELETE")  # the first took it away
            heard = answer.status_code == 403 and answer.json()["code"] == "wrong_password"  # the one that was made up
            if answer.status_code in (401, 403, 404) and not gone and not heard:
                wrong.append((route, name, answer.text))
    assert wrong == []


def test_a_programs_token_opens_what_its_scope_names_and_no_step_of_weight(
    ids: Ids, office: Office, desks: Desks
) -> None:
    client, wrong = desks.of(None), []
    before = None
    for route, rule in API.items():
        actor = ACTORS[min(rule.who)]
        given = [scope for scope in Scope if scope != rule.scope] if rule.scope and not rule.weighty else list(Scope)
        with writing(office.engine) as session:
            _, reads = tokens.make(session, actor, office.now, name="程序", scopes=given, days=1)
        client.headers["Authorization"] = f"Bearer {reads}"
        before = kept(office)
        code = "token_not_enough" if rule.scope and not rule.weighty else "token_never"
        answer = ask(client, route, ids)
        if (answer.status_code, answer.json().get("code")) != (403, code) or kept(office) != before:
            wrong.append((route, answer.status_code, answer.text))
    assert wrong == []


def test_steps_of_weight_and_no_others_need_the_password_lately(ids: Ids, desks: Desks) -> None:
    asked = []
    for route in sorted(API, key=lambda route: (route == SIGN_OUT, LAST.get(route.partition(" ")[0], 1))):
        client = desks.of(ACTORS[min(API[route].who)])
        later(client, PROVED * 2)
        answer = ask(client, route, ids)
        if answer.status_code == 403 and answer.json()["code"] == "proof_needed":
            asked.append(route)
    assert set(asked) == {route for route, rule in API.items() if rule.weighty}


def test_every_operation_that_may_refuse_for_its_weight_or_scope_is_documented_so() -> None:
    for route in API:
        assert {"401", "403"} <= operations()[route]["responses"].keys(), route
