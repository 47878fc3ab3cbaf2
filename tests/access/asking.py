"""Asking for anything there is: every route, an address for it, and a body that its document describes."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import create_engine
from sqlmodel import col, select

from subsidy.accounts import sessions, tokens
from subsidy.accounts.tokens import Scope
from subsidy.database import reading, writing
from subsidy.records import Instalment, Message, Record, User
from tests.finance import payable
from tests.support.banks import propose
from tests.support.files import pdf
from tests.support.office import ADMINISTRATOR, APPLICANT, Office
from tests.support.paying import owed
from tests.support.results import unknown
from tests.support.web import site
from tests.web_desks.test_access import COLLEAGUE, task_of

Ids = Mapping[str, str]
WHAT_READING_WRITES: Final = {"access": None, "user_session": {"seen_at"}, "api_token": {"used_at"}}
"""Of each table what may change by reading: the access log of a case, and when a session or token was last used."""


@cache
def application() -> FastAPI:
    """The application as a whole, over no database."""
    app: FastAPI = site(create_engine("sqlite://")).app  # type: ignore[assignment]
    return app


def every_route() -> set[str]:
    """Method and address of everything that the application answers, but its files and the document of its API."""
    return {f"{method} {path}" for route, path in _within(application().routes, "") for method in route.methods or ()}


def _within(routes: Any, prefix: str) -> Iterator[tuple[APIRoute, str]]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route, prefix + route.path_format
        elif "original_router" in vars(route):
            router = route.original_router
            # What a router brings in is told without the prefix of whoever brings it in.
            yield from _within(router.routes, prefix + (router.prefix if _prefixes(router) else ""))


def _prefixes(router: Any) -> bool:
    return any("original_router" in vars(route) for route in router.routes)


def operations() -> dict[str, Any]:
    """The operations of the API's document, by method and address."""
    paths = application().openapi()["paths"]
    return {f"{method.upper()} {path}": one for path, methods in paths.items() for method, one in methods.items()}


def body_of(operation: Any) -> dict[str, Any] | None:
    """The smallest body that the document describes; None where the operation takes no JSON."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    schema = content["schema"]
    return {name: _example(name, schema["properties"][name]) for name in schema.get("required", ())}


def _example(name: str, schema: Any) -> Any:
    known = {"key": "capacity_kwh", "value": "11000", "rate": "0.1", "email": "neu@jia.cn"}
    if name in known:
        return known[name]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "integer":
            return 1
        case "array":
            return [_example("", schema["items"])]
        case _:
            return "理由"


def known(office: Office) -> Ids:
    """A case of the first enterprise in each state that the addresses of the table ask for, and what belongs to them."""
    office.employ(COLLEAGUE)
    draft, submitted, approved = office.draft(), office.submit(office.draft()), office.approved().application_id
    with reading(office.engine) as session:
        instalment = session.exec(select(Instalment).order_by(col(Instalment.number))).first()
        message = session.exec(select(Message).where(col(Message.user_id) == APPLICANT.id)).first()
    with writing(office.engine) as session:
        token, _ = tokens.make(session, APPLICANT, office.now, name="程序", scopes=[Scope.CASES_READ], days=1)
        opened = sessions.session_id(
            sessions.open_session(session, office.now, session.get_one(User, APPLICANT.id), "browser")
        )
        token_id = token.id
    assert instalment
    assert message
    notice = office.publish(office.recommend(published := office.ready(office.accepted())))
    return {
        "draft": draft,
        "paper": office.attach(draft, pdf()).id,
        "submitted": submitted,
        "filed": office.attach(submitted, pdf(), actor=ADMINISTRATOR).id,
        "approved": approved,
        "recovery": owed(office, office.award(approved)).id,
        "envelope": (envelope := office.allot(2026, 1)).id,
        "proposal": office.proposed(envelope).id,
        "letter": office.letters(approved)[0].code,
        "decision": office.before_decision(office.ready(office.accepted())),
        "colleague": str(COLLEAGUE.id),
        "instalment": instalment.id,
        "message": message.id,
        "token": token_id,
        "session": opened,
        "task": (task := task_of(office)).id,
        "payout": task.subject_id,
        "notice": published,
        "published": notice.id,
        "objection": office.object_to(notice).id,
        "account": propose(office).id,
        "hold": payable.held(office, instalment.id).id,
        "result": unknown(office).id,
    }


def kept(office: Office) -> dict[str, list[Any]]:
    """Every row there is, but for what reading may write."""
    with reading(office.engine) as session:
        return {
            name: sorted(
                str([value for key, value in row._mapping.items() if key not in (passing or ())])
                for row in session.execute(table.select())
            )
            for name, table in Record.metadata.tables.items()
            if (passing := WHAT_READING_WRITES.get(name, set())) is not None
        }


def address(route: str, ids: Ids) -> str:
    """Where a route of the table is asked for, over what belongs to the first enterprise."""
    path = route.partition(" ")[2]
    case = (
        "approved"
        if path.endswith(("/letters", "/figures", "/amendments", "/confirmation", "/amendments/refusal"))
        else "submitted"
    )
    return path.format(
        application_id=ids[case],
        document_id=ids["filed"],
        code=ids["letter"],
        user_id=ids["colleague"],
        id_of_session=ids["session"],
        token_id=ids["token"],
        message_id=ids["message"],
        instalment_id=ids["instalment"],
        notice_id=ids["published"],
        policy_id="lingang-2024",
        scheme_id="user-side-storage",
        account_id=ids["account"],
        envelope_id=ids["envelope"],
        proposal_id=ids["proposal"],
        file_id=ids["result"],
        line="2",
        run_id=ids["payout"],
        task_id=ids["task"],
        kind="xlsx",
        hold_id=ids["hold"],
        recovery_id=ids["recovery"],
    )


def ask(client: TestClient, route: str, ids: Ids) -> Response:
    """The answer to a request for a route of the API, with a body where it takes one."""
    method, path = route.partition(" ")[0], address(route, ids)
    if path.endswith("/documents") and method == "POST":
        return client.post(path, params={"kind": "grid-test-report", "name": "a.pdf"}, content=pdf("another"))
    return client.request(method, path, json=body_of(operations()[route]))
