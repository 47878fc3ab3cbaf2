"""What is turned away at the door: forged forms, long bodies, characters that cannot be stored."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from subsidy.web.guard import BODY_LIMIT
from tests.support.web import sign_up, site


@pytest.fixture
def bare(sqlite_engine: Engine) -> Iterator[TestClient]:
    """A program that sends no browser's headers."""
    with site(sqlite_engine) as client:
        client.headers.pop("Sec-Fetch-Site")
        yield client


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://["}, True),
        ({"Origin": "http://testserver"}, False),
        ({"Origin": "http://subsidy.test"}, False),
        ({"Origin": "http://testserver.evil.example"}, True),
        ({}, True),
    ],
)
def test_a_form_with_our_cookie_must_come_from_our_pages(
    bare: TestClient, headers: dict[str, str], refused: bool
) -> None:
    sign_up(bare)
    answer = bare.post("/sign-out", headers=headers)
    assert answer.status_code == (403 if refused else 303)
    if refused:
        assert "其他网站" in answer.text


def test_a_program_without_a_session_needs_no_headers(bare: TestClient) -> None:
    assert bare.post("/sign-in", data={"email": "a@b.example", "password": "x"}).status_code == 401


def test_nobody_is_signed_in_from_another_site(bare: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert bare.post("/sign-in", data={"email": "a@b.example"}, headers=headers).status_code == 403


def test_reading_is_never_refused(bare: TestClient) -> None:
    assert bare.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_long_body_is_refused(visitor: TestClient) -> None:
    answer = visitor.post("/sign-in", data={"email": "x" * BODY_LIMIT})
    assert answer.status_code == 413
    assert "1 MiB" in answer.text


def test_a_long_body_of_unannounced_length_is_refused(visitor: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"email="
        for _ in range(17):
            yield b"x" * 65536

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = visitor.post("/sign-in", content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert "1 MiB" in answer.text


def test_a_body_of_just_the_limit_is_read(visitor: TestClient) -> None:
    body = b"email=" + b"x" * (BODY_LIMIT - 6)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.post("/sign-in", content=body, headers=headers).status_code == 401


def test_a_nul_makes_a_form_malformed(visitor: TestClient) -> None:
    assert visitor.post("/sign-in", data={"email": "a\0b"}).status_code == 400


def test_a_broken_form_is_malformed(visitor: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert visitor.post("/sign-in", content=b"nonsense", headers=headers).status_code == 400
