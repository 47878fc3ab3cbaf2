"""A program's token acts for its owner until it ends, is revoked or he is gone; the database does not know it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from rules.faults import BadInput
from subsidy.accounts import tokens
from subsidy.accounts.sessions import TOUCH_EVERY
from subsidy.accounts.tokens import Bearer, Scope
from subsidy.database import reading, writing
from subsidy.errors import NotFound
from subsidy.records import ApiToken, Message, Record, User, UserDuty
from tests.support.office import APPLICANT, FINANCE, STRANGER, Office

SECOND = timedelta(seconds=1)


def made(zone: Office, **changed: object) -> tuple[str, str]:
    """A token's id, and how it reads."""
    given = {"name": "报表", "scopes": ["cases:read"], "days": 30} | changed
    with writing(zone.engine) as session:
        token, reads = tokens.make(session, APPLICANT, zone.now, **given)  # type: ignore[arg-type]
        return token.id, reads


def revoke(zone: Office, token_id: str) -> None:
    with writing(zone.engine) as session:
        tokens.revoke(session, APPLICANT, zone.now, token_id)


def disable(zone: Office) -> None:
    with writing(zone.engine) as session:
        session.get_one(User, APPLICANT.id).disabled_at = zone.now


def test_a_token_acts_for_its_owner_in_its_scopes(zone: Office) -> None:
    _, reads = made(zone, scopes=["cases:write", "cases:read", "cases:read"])
    assert reads.startswith("lgs_")
    assert len(reads) > 40
    assert tokens.bearer(zone.engine, zone.now, reads) == Bearer(
        APPLICANT, frozenset({Scope.CASES_READ, Scope.CASES_WRITE})
    )


def test_the_token_itself_is_kept_nowhere(zone: Office) -> None:
    _, reads = made(zone)
    with reading(zone.engine) as session:
        kept = [str(row) for table in Record.metadata.sorted_tables for row in session.execute(table.select()).all()]
    assert [row for row in kept if "报表" in row]
    assert [row for row in kept if reads in row or reads.removeprefix("lgs_") in row] == []


def test_a_token_is_over_when_its_time_is(zone: Office) -> None:
    _, reads = made(zone, days=1)
    assert tokens.bearer(zone.engine, zone.now + timedelta(days=1) - SECOND, reads)
    assert tokens.bearer(zone.engine, zone.now + timedelta(days=1), reads) is None


@pytest.mark.parametrize("stop", [revoke, lambda zone, _: disable(zone)])
def test_it_opens_nothing_from_the_next_request_on(zone: Office, stop: Callable[[Office, str], None]) -> None:
    token_id, reads = made(zone)
    assert tokens.bearer(zone.engine, zone.now, reads)
    stop(zone, token_id)
    assert tokens.bearer(zone.engine, zone.now, reads) is None


def test_a_duty_that_was_taken_from_its_owner_is_taken_from_it(zone: Office) -> None:
    with writing(zone.engine) as session:
        _, reads = tokens.make(session, FINANCE, zone.now, name="台账", scopes=["finance:read"], days=1)
    with writing(zone.engine) as session:
        session.delete(session.exec(select(UserDuty).where(col(UserDuty.user_id) == FINANCE.id)).one())
    bearer = tokens.bearer(zone.engine, zone.now, reads)
    assert bearer
    assert bearer.actor.duties == frozenset()


def test_nobody_revokes_or_sees_a_token_of_others(zone: Office) -> None:
    token_id, reads = made(zone)
    for unknown in (token_id, "nosuchtoken", "\0"):
        with writing(zone.engine) as session, pytest.raises(NotFound):
            tokens.revoke(session, STRANGER, zone.now, unknown)
    with reading(zone.engine) as session:
        assert [tokens.tokens_of(session, STRANGER), len(tokens.tokens_of(session, APPLICANT))] == [[], 1]
    revoke(zone, token_id)
    with pytest.raises(NotFound):
        revoke(zone, token_id)
    with reading(zone.engine) as session:
        assert tokens.tokens_of(session, APPLICANT) == []
    assert tokens.bearer(zone.engine, zone.now, reads) is None


def test_its_last_use_is_known_to_some_minutes(zone: Office) -> None:
    def used() -> timedelta | None:
        with reading(zone.engine) as session:
            at = session.exec(select(ApiToken.used_at)).one()
        return None if at is None else at - zone.now

    _, reads = made(zone)
    assert used() is None
    for later, told in ((timedelta(0), timedelta(0)), (TOUCH_EVERY - SECOND, timedelta(0)), (TOUCH_EVERY, TOUCH_EVERY)):
        tokens.bearer(zone.engine, zone.now + later, reads)
        assert used() == told


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"name": " "}, [("/name", "token_name_missing")]),
        ({"scopes": []}, [("/scopes", "scope_missing")]),
        ({"scopes": ["cases:read", "*"]}, [("/scopes", "scope_unknown")]),
        ({"days": 0}, [("/days", "token_days")]),
        ({"days": 367}, [("/days", "token_days")]),
    ],
)
def test_what_will_not_do(zone: Office, given: dict[str, object], faults: list[tuple[str, str]]) -> None:
    with pytest.raises(BadInput) as bad:
        made(zone, **given)
    assert [(fault.pointer, fault.code) for fault in bad.value.faults] == faults


@pytest.mark.parametrize("reads", ["", "lgs_", "lgs_x", "\ud800", "lgs_" + "x" * 100_000])
def test_a_token_of_nobody(zone: Office, reads: str) -> None:
    made(zone)
    assert tokens.bearer(zone.engine, zone.now, reads) is None


def test_its_owner_is_told_that_there_is_a_new_one(zone: Office) -> None:
    _, reads = made(zone)
    with reading(zone.engine) as session:
        message = session.exec(select(Message)).one()
    assert (message.user_id, message.command) == ("li", "token")
    assert "报表" in message.body_zh
    assert reads not in message.model_dump_json()
