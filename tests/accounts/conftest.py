"""Passwords are hashed cheaply here; what a real one costs is tested where it matters."""

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, update

from subsidy.accounts import passwords
from subsidy.database import writing
from subsidy.records import User
from tests.support.office import Office
from tests.support.web import PASSWORD


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    nobody = hasher.hash("")
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)


@pytest.fixture
def zone(engine: Engine, cheap: None) -> Office:
    """People and an empty desk; the password of each of them is PASSWORD."""
    office = Office(engine)
    with writing(engine) as session:
        session.execute(update(User).values(password_hash=passwords.hashed(PASSWORD)))
    return office
