"""The answers of a self-check reach the application form, through signing up, without being typed again."""

import re
from html import unescape

from fastapi.testclient import TestClient

from tests.support.web import CREDIT_CODE, PASSWORD

TYPED = {"in_zone": "是", "capacity_kwh": "１２ MWh", "commissioned_on": "2025年6月30日", "cycles_per_year": "500次"}


def test_from_a_check_to_the_form_of_an_application(visitor: TestClient) -> None:
    result = visitor.get("/check/user-side-storage/result", params=TYPED).text
    found = re.search(r'href="(/apply/new\?[^"]*)"', result)
    assert found
    form = unescape(found[1])
    waiting = visitor.get(form).headers["location"]
    assert waiting.startswith("/sign-in?next=")
    offered = re.search(r'href="(/sign-up\?next=[^"]*)"', visitor.get(waiting).text)
    assert offered
    page = visitor.get(unescape(offered[1])).text
    hidden = re.search(r'name="next" value="([^"]*)"', page)
    assert hidden
    answers = {"email": "li@jia.example", "password": PASSWORD, "name": "李明", "organisation_name": "甲储能"}
    signed_up = visitor.post("/sign-up", data={**answers, "credit_code": CREDIT_CODE, "next": unescape(hidden[1])})
    assert signed_up.headers["location"] == form
    page = visitor.get(signed_up.headers["location"]).text
    assert re.search(r'name="capacity_kwh"[^>]*value="12000"', page)
    assert re.search(r'name="commissioned_on"[^>]*value="2025-06-30"', page)
    assert re.search(r'name="cycles_per_year"[^>]*value="500"', page)
    assert re.search(r'name="in_zone" value="true" checked', page)
