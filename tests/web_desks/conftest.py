import pytest
from sqlalchemy import Engine

from tests.support.desks import Desks
from tests.support.office import Office


@pytest.fixture
def office(sqlite_engine: Engine) -> Office:
    return Office(sqlite_engine)


@pytest.fixture
def desks(office: Office) -> Desks:
    return Desks(office)
