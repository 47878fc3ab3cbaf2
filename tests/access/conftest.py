import pytest
from sqlalchemy import Engine

from tests.access.asking import Ids, known
from tests.support.desks import Desks
from tests.support.office import Office


@pytest.fixture
def office(engine: Engine) -> Office:
    """People and an empty desk; the test runs once on SQLite and once on PostgreSQL."""
    return Office(engine)


@pytest.fixture
def desks(office: Office) -> Desks:
    """Gives each person a client with his session, of nobody one without."""
    return Desks(office)


@pytest.fixture
def ids(office: Office) -> Ids:
    """A case of the first enterprise in each state that the addresses of the table ask for."""
    return known(office)
