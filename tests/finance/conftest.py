import pytest
from sqlalchemy import Engine

from tests.support.office import Office


@pytest.fixture
def office(engine: Engine) -> Office:
    """People and an empty desk; the test runs once on SQLite and once on PostgreSQL."""
    return Office(engine)
