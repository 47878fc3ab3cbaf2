"""Whatever let somebody in stops at his very next request, on pages and over the API, once it is taken away."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, update
from sqlmodel import col

from subsidy.accounts import people, sessions, tokens
from subsidy.accounts.tokens import Scope
from subsidy.database import writing
from subsidy.records import ApiToken, Duty, Role, User, UserDuty, UserSession
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, FINANCE, REGISTRAR, Office

CHEN, SUN = str(ADMINISTRATOR.id), str(FINANCE.id)


def out(client: TestClient) -> tuple[int, int, str]:
    """What a page and the API answer to who was just let in."""
    page, answer = client.get("/review"), client.get("/api/v1/applications")
    return page.status_code, answer.status_code, answer.json().get("code", "")


def disable(office: Office) -> None:
    with writing(office.engine) as session:
        people.disable(session, REGISTRAR, office.now, CHEN, "离职")


def end(office: Office) -> None:
    with writing(office.engine) as session:
        sessions.end_others(session, office.now, CHEN)


def leave_unused(office: Office) -> None:
    with writing(office.engine) as session:
        session.execute(update(UserSession).values(seen_at=office.now - sessions.IDLE))


def run_out(office: Office) -> None:
    with writing(office.engine) as session:
        begun, ends = office.now - sessions.LONGEST, office.now
        session.execute(update(UserSession).values(created_at=begun, expires_at=ends))


@pytest.mark.parametrize("stop", [disable, end, leave_unused, run_out])
def test_a_session_stops(office: Office, desks: Desks, stop: Callable[[Office], None]) -> None:
    client = desks.of(ADMINISTRATOR)
    assert out(client) == (200, 200, "")
    stop(office)
    assert out(client) == (303, 401, "sign_in")


def test_a_session_of_somebody_else_goes_on(office: Office, desks: Desks) -> None:
    client = desks.of(FINANCE)
    disable(office)
    assert client.get("/finance").status_code == 200


def test_a_role_that_was_taken_away_opens_nothing(office: Office, desks: Desks) -> None:
    client = desks.of(FINANCE)
    assert client.get("/finance").status_code == client.get("/api/v1/schedule").status_code == 200
    with writing(office.engine) as session:
        session.execute(delete(UserDuty).where(col(UserDuty.user_id) == SUN))
        session.execute(update(User).where(col(User.id) == SUN).values(role=Role.REGISTRAR))
    assert client.get("/finance").status_code == client.get("/api/v1/schedule").status_code == 403


def test_a_duty_that_was_taken_away_opens_nothing(office: Office, desks: Desks) -> None:
    case = office.submit(office.draft())
    client, body = desks.of(ADMINISTRATOR), {"version": office.application(case).version}
    form = {name: str(value) for name, value in body.items()}
    with writing(office.engine) as session:
        people.set_duties(session, REGISTRAR, office.now, CHEN, {Duty.APPROVE})
    answer = client.post(f"/api/v1/applications/{case}/acceptance", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "workflow.lacks_receive")
    assert client.post(f"/review/{case}/steps/accept", data=form).status_code == 403
    with writing(office.engine) as session:
        people.set_duties(session, REGISTRAR, office.now, CHEN, {Duty.RECEIVE})
    assert client.post(f"/api/v1/applications/{case}/acceptance", json=body).status_code == 200


def test_who_checks_from_now_on_makes_nothing(office: Office, desks: Desks) -> None:
    with writing(office.engine) as session:
        people.set_duties(session, REGISTRAR, office.now, SUN, {Duty.CHECK})
    answer = desks.of(FINANCE).post("/api/v1/disbursements", json={"as_of": "2026-03-01"})
    assert (answer.status_code, answer.json()["code"]) == (403, "workflow.lacks_make")


def revoke(office: Office, token_id: str) -> None:
    with writing(office.engine) as session:
        tokens.revoke(session, ADMINISTRATOR, office.now, token_id)


def expire(office: Office, token_id: str) -> None:
    with writing(office.engine) as session:
        begun = office.now - timedelta(days=1)
        session.execute(update(ApiToken).values(created_at=begun, expires_at=office.now))


@pytest.mark.parametrize("stop", [revoke, expire, lambda office, _: disable(office)])
def test_a_programs_token_stops(office: Office, desks: Desks, stop: Callable[[Office, str], None]) -> None:
    with writing(office.engine) as session:
        token, reads = tokens.make(session, ADMINISTRATOR, office.now, name="程序", scopes=[Scope.CASES_READ], days=1)
        token_id = token.id
    client = desks.of(None)
    client.headers["Authorization"] = f"Bearer {reads}"
    assert client.get("/api/v1/applications").status_code == 200
    stop(office, token_id)
    answer = client.get("/api/v1/applications")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
