"""HEAD answers as GET does, without the body."""

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/check/user-side-storage", "/api/v1/policies"])
def test_head_is_get_without_the_body(visitor: TestClient, path: str) -> None:
    asked, got = visitor.head(path), visitor.get(path)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == got.headers["content-length"] == str(len(got.content))


def test_nothing_is_nowhere_for_head_too(visitor: TestClient) -> None:
    assert visitor.head("/nowhere").status_code == 404
