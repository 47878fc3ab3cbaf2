import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.support.desks import Desks
from tests.support.office import Office


@pytest.fixture
def office(engine: Engine) -> Office:
    """People and an empty desk; the test runs once on SQLite and once on PostgreSQL."""
    return Office(engine)


@pytest.fixture
def desks(office: Office) -> Desks:
    """Gives each person a client with his token, of nobody one without."""
    return Desks(office)


@pytest.fixture
def anybody(sqlite_engine: Engine) -> TestClient:
    """A client without a token, over a database with nobody in it."""
    return Desks(Office(sqlite_engine)).of(None)
