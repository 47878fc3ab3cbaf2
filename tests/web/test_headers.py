"""Every answer says what a browser may do with it."""

import re

import pytest
from fastapi.testclient import TestClient

PAGES = [
    "/",
    "/check/user-side-storage",
    "/check/user-side-storage/result",
    "/policy/lingang-2024",
    "/sign-in",
    "/sign-up",
    "/nowhere",
]


@pytest.mark.parametrize("path", [*PAGES, "/static/style.css", "/healthz"])
def test_nothing_from_elsewhere_and_no_script(visitor: TestClient, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_to_it(visitor: TestClient, path: str) -> None:
    page = visitor.get(path).text
    assert not re.search(r"<script|\son[a-z]+=|\sstyle=|<style|javascript:", page)
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", page)


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_not_kept_by_others(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).headers["cache-control"] == "private, no-cache"


def test_the_style_sheet_is_there_under_a_name_of_its_content(visitor: TestClient) -> None:
    found = re.search(r'href="(/static/style\.css\?v=[0-9a-f]{12})"', visitor.get("/").text)
    assert found
    sheet = visitor.get(found[1])
    assert sheet.headers["content-type"].startswith("text/css")


def test_every_page_tells_a_fixed_clock(visitor: TestClient) -> None:
    for path in PAGES:
        assert "演示时钟：系统日期固定为2026年3月1日。" in visitor.get(path).text
