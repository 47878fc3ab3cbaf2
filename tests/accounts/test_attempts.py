"""Nobody tries passwords until one fits: what was tried is counted in the database, before it is compared."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from subsidy import accounts
from subsidy.accounts import attempts, sessions
from subsidy.accounts.attempts import PASSWORD as ACCOUNT
from subsidy.accounts.attempts import PASSWORDS as ADDRESS
from subsidy.accounts.passwords import matches
from subsidy.database import reading, writing
from subsidy.errors import TooMany, Unauthenticated
from subsidy.records import Attempt
from tests.support.office import Office
from tests.support.rows import NOW
from tests.support.web import PASSWORD

LI = "li@example.cn"
SECOND = timedelta(seconds=1)


def outcome(office: Office, password: str, email: str = LI, later: timedelta = timedelta(0), address: str = "") -> str:
    """What somebody is told who signs in so much later."""
    try:
        accounts.sign_in(office.engine, office.now + later, email, password, address=address)
    except (TooMany, Unauthenticated) as refused:
        return refused.code
    return "in"


@pytest.mark.parametrize("email", [LI, "nobody@example.cn"])
def test_after_five_wrong_passwords_none_is_compared_for_a_quarter_of_an_hour(zone: Office, email: str) -> None:
    assert [outcome(zone, "wrong", email) for _ in range(7)] == ["wrong_credentials"] * 5 + ["too_many"] * 2
    assert outcome(zone, PASSWORD, email, ACCOUNT.within - SECOND) == "too_many"
    assert outcome(zone, PASSWORD, email, ACCOUNT.within) == ("in" if email == LI else "wrong_credentials")


def test_who_is_made_to_wait_is_told_how_long(zone: Office) -> None:
    for _ in range(5):
        outcome(zone, "wrong")
    with pytest.raises(TooMany) as refused:
        accounts.sign_in(zone.engine, zone.now + timedelta(minutes=5), LI, PASSWORD)
    assert refused.value.headers == {"Retry-After": "600"}
    assert "10" in refused.value.message("zh")


def test_the_right_password_forgives_the_wrong_ones(zone: Office) -> None:
    for _ in range(3):
        assert [outcome(zone, "wrong") for _ in range(4)] == ["wrong_credentials"] * 4
        assert outcome(zone, PASSWORD) == "in"


def test_one_account_locked_locks_no_other(zone: Office) -> None:
    for _ in range(6):
        outcome(zone, "wrong")
    assert outcome(zone, PASSWORD, "wang@example.cn") == "in"


def test_from_one_address_sixty_wrong_passwords_whatever_the_accounts(zone: Office) -> None:
    told = [outcome(zone, "wrong", f"{n}@example.cn", address="192.0.2.1") for n in range(61)]
    assert told == ["wrong_credentials"] * 60 + ["too_many"]
    assert outcome(zone, PASSWORD, address="192.0.2.1") == "too_many"
    assert outcome(zone, PASSWORD, address="192.0.2.2") == "in"


def test_signing_in_does_not_make_room_for_guesses_at_other_accounts(zone: Office) -> None:
    for n in range(59):
        outcome(zone, "wrong", f"{n}@example.cn", address="192.0.2.1")
    assert outcome(zone, PASSWORD, later=SECOND, address="192.0.2.1") == "in"
    assert outcome(zone, "wrong", "x@example.cn", address="192.0.2.1") == "wrong_credentials"
    assert outcome(zone, "wrong", "y@example.cn", address="192.0.2.1") == "too_many"


def test_of_twenty_guesses_at_once_five_are_compared(zone: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def watched(password: str, stored: str | None) -> bool:
        compared.append(password)
        return matches(password, stored)

    monkeypatch.setattr(sessions, "matches", watched)
    with ThreadPoolExecutor(20) as guessers:
        told = list(guessers.map(lambda n: outcome(zone, f"guess {n}"), range(20)))
    assert sorted(told) == ["too_many"] * 15 + ["wrong_credentials"] * 5
    assert len(compared) == 5


def test_the_password_asked_for_once_more_is_guessed_no_oftener(zone: Office) -> None:
    token = accounts.sign_in(zone.engine, zone.now, LI, PASSWORD)
    for _ in range(5):
        with pytest.raises(Exception, match="wrong_password"):
            sessions.prove(zone.engine, zone.now, token, "wrong")
    with pytest.raises(TooMany):
        sessions.prove(zone.engine, zone.now, token, PASSWORD)
    assert outcome(zone, PASSWORD) == "too_many"


def test_what_counts_no_more_is_forgotten_and_nothing_else(engine: Engine) -> None:
    def kept(session: Session) -> int:
        return len(session.exec(select(Attempt)).all())

    with writing(engine) as session:
        attempts.count(session, NOW - attempts.LONGEST, ADDRESS, "192.0.2.1")
        attempts.count(session, NOW - attempts.LONGEST + SECOND, ADDRESS, "192.0.2.1")
        attempts.forget_old(session, NOW)
    with reading(engine) as session:
        assert kept(session) == 1


def test_who_tried_cannot_be_read_from_the_table(zone: Office) -> None:
    outcome(zone, "wrong", address="192.0.2.1")
    with reading(zone.engine) as session:
        rows = "".join(row.model_dump_json() for row in session.exec(select(Attempt)))
    assert rows
    assert not [each for each in (LI, "192.0.2.1", "wrong") if each in rows]
