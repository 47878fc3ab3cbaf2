from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.support.web import site


@pytest.fixture
def visitor(sqlite_engine: Engine) -> Iterator[TestClient]:
    """A Chinese reader who has not signed in."""
    with site(sqlite_engine) as client:
        yield client


@pytest.fixture
def reader(sqlite_engine: Engine) -> Iterator[TestClient]:
    """An English reader who has not signed in."""
    with site(sqlite_engine) as client:
        client.headers["Accept-Language"] = "en-GB,en;q=0.9,zh;q=0.1"
        yield client
