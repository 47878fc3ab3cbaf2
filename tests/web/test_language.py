"""The language of an answer: asked for, else remembered, else preferred, else Chinese."""

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from subsidy.web.language import language
from tests.support.web import words


def request(accept: str = "", cookie: str = "", query: str = "") -> Request:
    headers = [(b"accept-language", accept.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "headers": headers, "query_string": query.encode()})


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr-FR,en;q=0.5,zh;q=0.4", "en"),
        ("en;q=0.4,zh;q=0.5", "zh"),
        ("en;q=0", "zh"),
        ("en;q=1.0,zh;q=0.001", "en"),
        ("ja,ko", "zh"),
        ("en;q=nonsense", "en"),
        (";q=,,en;q", "zh"),
    ],
)
def test_what_the_browser_prefers(accept: str, expected: str) -> None:
    assert language(request(accept)) == expected


def test_what_is_asked_for_wins_over_what_was_remembered() -> None:
    assert language(request("en", "subsidy_lang=zh")) == "zh"
    assert language(request("zh", "subsidy_lang=zh", "lang=en")) == "en"
    assert language(request("en", "subsidy_lang=xx", "lang=yy")) == "en"


def test_the_start_page_is_chinese_without_a_redirect(visitor: TestClient) -> None:
    visitor.headers.pop("Accept-Language")
    page = visitor.get("/")
    assert page.status_code == 200
    assert page.headers["content-language"] == "zh"
    assert '<html lang="zh-CN">' in page.text
    assert "选择支持条款" in page.text


def test_an_english_reader_is_answered_in_english(reader: TestClient) -> None:
    page = reader.get("/")
    assert page.headers["content-language"] == "en"
    assert "Choose a scheme" in page.text


def test_a_switch_is_remembered_and_keeps_the_question(visitor: TestClient) -> None:
    page = visitor.get("/check/user-side-storage/result", params={"capacity_kwh": "12,000", "lang": "en"})
    assert page.headers["content-language"] == "en"
    assert "12,000 kWh" in words(page.text)
    assert "lang=zh" in page.text
    assert visitor.get("/").headers["content-language"] == "en"


def test_a_form_is_sent_along_when_the_language_is_switched(visitor: TestClient) -> None:
    page = visitor.get("/check/user-side-storage").text
    assert 'form="main" name="lang" value="en"' in " ".join(page.split())
    switched = visitor.get("/check/user-side-storage", params={"capacity_kwh": "１，２００度", "lang": "en"})
    assert 'value="１，２００度"' in switched.text
    assert "Show the result" in switched.text


def test_a_posted_form_is_shown_again_with_everything_typed_and_nothing_else_done(visitor: TestClient) -> None:
    typed = {"email": "li@jia.example", "name": "李明", "organisation_name": "甲储能", "password": "never shown again"}
    page = visitor.post("/sign-up", data={**typed, "switch_lang": "en"})
    assert page.status_code == 200
    assert "Name of the organisation" in page.text
    for name in ("email", "name", "organisation_name"):
        assert f'value="{typed[name]}"' in page.text
    assert typed["password"] not in page.text
    assert "subsidy_session" not in visitor.cookies
    assert visitor.post("/sign-in", data=typed).status_code == 401


def test_messages_of_faults_follow_the_language(visitor: TestClient) -> None:
    typed = {"capacity_kwh": "abc", "checked": "1"}
    assert "不是数字" in visitor.get("/check/user-side-storage", params=typed).text
    assert "is not a number" in visitor.get("/check/user-side-storage", params={**typed, "lang": "en"}).text
