"""Refused requests are answered in words: pages for people, problem documents for programs, never a traceback."""

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from rules.faults import BadInput, Fault
from subsidy.database import create, reading
from subsidy.errors import NotFound, Stale
from subsidy.web.forms import posted
from subsidy.web.session import require
from tests.support.web import sign_up, site, words

trying = APIRouter()


@trying.get("/try/{way}")
@trying.get("/api/v1/try/{way}")
def go_wrong(way: str, number: int = 0) -> None:
    raise {
        "stale": Stale(),
        "missing": NotFound(),
        "bad": BadInput([Fault("/on", "no_such_day", {"value": "<b>2025-02-30</b>"})]),
        "broken": RuntimeError("the secret of the house"),
    }[way]


@trying.get("/try-private")
def private(request: Request) -> str:
    return require(request, "applicant").name


@trying.post("/try-private", dependencies=[Depends(posted)])
def act(request: Request) -> str:
    return require(request, "applicant").name


@trying.get("/try-staff")
def staff(request: Request) -> str:
    return require(request, "administrator").name


@trying.get("/try-break")
def break_off(request: Request) -> None:
    with reading(request.app.state.engine) as session:
        session.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.fixture
def client(sqlite_engine: Engine) -> TestClient:
    made = site(sqlite_engine)
    app = made.app
    assert isinstance(app, FastAPI)
    app.include_router(trying)
    return TestClient(app, headers=dict(made.headers), follow_redirects=False, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "没有找到这一页"),
        ("/try/missing", 404, "未找到该内容"),
        ("/try/stale", 409, "内容已发生变更"),
        ("/try/bad", 422, "日历上没有“<b>2025-02-30</b>”这一天"),
        ("/try/stale?number=x", 422, "没有保存任何内容"),
        ("/try/broken", 500, "这是系统的问题"),
        ("/sign-out", 405, "不接受这种请求"),
    ],
)
def test_people_read_what_happened(client: TestClient, path: str, status: int, said: str) -> None:
    page = client.get(path)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"]
    assert said in words(page.text)
    assert "<b>" not in page.text
    assert "secret of the house" not in page.text
    assert "Traceback" not in page.text
    english = client.get(path, headers={"Accept-Language": "en"})
    assert english.headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("path", "status"),
    [("nowhere", 404), ("try/missing", 404), ("try/stale", 409), ("try/bad", 422), ("try/broken", 500)],
)
def test_programs_read_a_problem_document(client: TestClient, path: str, status: int) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret of the house" not in answer.text


def test_a_page_waits_behind_the_sign_in(client: TestClient) -> None:
    answer = client.get("/try-private?a=1&b=%E5%82%A8")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Ftry-private%3Fa%3D1%26b%3D%25E5%2582%25A8"


def test_a_form_that_comes_too_late_is_handed_back_whole(client: TestClient) -> None:
    typed = {"reason": '多行\n"<理由>"', "capacity_kwh": "12MWh"}
    page = client.post("/try-private", data=typed)
    assert page.status_code == 401
    assert '<form method="post" action="/try-private">' in page.text
    assert 'name="capacity_kwh" value="12MWh"' in page.text
    assert "多行\n&#34;&lt;理由&gt;&#34;" in page.text
    sign_up(client)
    assert client.post("/try-private", data=typed).status_code == 200


def test_another_role_is_told_so(client: TestClient) -> None:
    sign_up(client)
    page = client.get("/try-staff")
    assert page.status_code == 403
    assert "您的账号角色无权进行此项操作" in page.text


@pytest.mark.parametrize("away", ["postgresql://postgres@127.0.0.1:1/none", "sqlite:////"], ids=["server", "file"])
def test_while_the_database_is_away_each_is_told_to_come_back(away: str, client: TestClient) -> None:
    sign_up(client)
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.engine = create(away)
    for path in ("/", "/nowhere", "/apply", "/try-private"):
        page = client.get(path)
        assert page.status_code == 503
        assert page.headers["content-security-policy"]
        assert "数据库暂时无法访问" in page.text
    english = {"Accept-Language": "en"}
    assert "cannot be reached at the moment" in client.post("/try-private", headers=english).text
    session = client.cookies["subsidy_session"].strip('"').rpartition(".")[0]
    bearer = {"Authorization": f"Bearer {session}", **english}
    problem = client.get("/api/v1/me", headers=bearer)
    assert (problem.status_code, problem.headers["content-type"]) == (503, "application/problem+json")
    assert (problem.json()["code"], problem.headers["content-language"]) == ("unavailable", "en")
    # The server is told of it too, and logs it.
    with pytest.raises(OperationalError), TestClient(app) as watched:
        watched.get("/api/v1/me", headers=bearer)


@pytest.mark.postgres
def test_a_connection_that_breaks_is_no_fault_of_ours(postgres_engine: Engine) -> None:
    made = site(postgres_engine)
    app = made.app
    assert isinstance(app, FastAPI)
    app.include_router(trying)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/try-break").status_code == 503
    assert client.get("/readyz").status_code == 200


def test_a_machine_can_ask_how_it_is(client: TestClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.engine = create("postgresql://postgres@127.0.0.1:1/none")
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
