"""Requests made up from the API's own document, by nobody and by everybody: no fault of ours, and every answer as described."""

from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import Engine, create_engine
from sqlmodel import col, select

from subsidy.database import reading
from subsidy.records import Application, BankAccount, Document, Instalment, Letter, Message, Notice, ResultFile
from tests.support.banks import propose
from tests.support.desks import Desks
from tests.support.files import pdf
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, REGISTRAR, Office
from tests.support.results import unknown
from tests.support.web import site

pytestmark = pytest.mark.slow

BEYOND_A_SCHEMA = {
    "needs_scheme",
    "not_text",
    "rate_not_between",
    "rate_not_up_to",
    "unknown_policy",
    "unknown_scheme",
    "name_missing",
    "email_invalid",
    "person_unknown",
    "duty_foreign",
    "duty_missing",
    "duties_incompatible",
}
"""Codes of what no schema can say: a rate's range is that of the scheme named beside it, a duty goes with the role named beside
it, a scheme is one of the policy named beside it, an e-mail address has more rules than a pattern holds, a lone surrogate is no text."""
BY_TAG = {
    "assessments": FINANCE,
    "policies": FINANCE,
    "sessions": FINANCE,
    "tokens": FINANCE,
    "people": REGISTRAR,
    "applications": APPLICANT,
    "documents": APPLICANT,
    "notices": FINANCE,
    "review": ADMINISTRATOR,
    "operating years": ADMINISTRATOR,
    "letters": APPLICANT,
    "messages": ADMINISTRATOR,
    "finance": FINANCE,
}
"""Who gets furthest with the operations of a tag."""

bounded = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", site(create_engine("sqlite://")).app)


@pytest.fixture
def office(sqlite_engine: Engine) -> Office:
    """An office with an application in each of three states."""
    office = Office(sqlite_engine)
    office.approved()
    office.submit(office.draft())
    office.publish(office.recommend(office.ready(office.accepted())))
    office.attach(office.draft(), pdf())
    propose(office)
    unknown(office)
    return office


def beyond_a_schema(answer: Any) -> bool:
    """Whether all that is wrong is told by the document in words only: ranges of rates, numbers with an exponent, the value
    of a fact that is named beside it, characters that cannot be kept, and what the workflow refuses."""
    faults = answer.json()["errors"] if answer.status_code in (400, 422) else []
    return bool(faults) and all(
        each["code"] in BEYOND_A_SCHEMA
        or each["code"].startswith(("workflow.", "documents.", "bank.", "result.", "amend.", "payout."))
        or each["pointer"] in ("/value", "/rate")
        or (each["pointer"], each["code"]) == ("/facts", "unknown_key")  # facts are those of the case's scheme
        or (each["code"] == "not_a_number" and "e-" in each["message"])
        for each in faults
    )


def ask(case: Any, client: TestClient) -> None:
    """Send what was made up, and compare the answer with the document."""
    case.operation.app = client.app
    headers = {name: client.headers[name] for name in ("authorization",) if name in client.headers}
    answer = case.call(headers=headers)
    excluded = [positive_data_acceptance] if beyond_a_schema(answer) else []
    case.validate_response(answer, headers=headers, excluded_checks=excluded)


@schema.parametrize()
@bounded
def test_by_nobody(case: Any, nobody: TestClient) -> None:
    ask(case, nobody)


@schema.parametrize()
@bounded
def test_by_somebody(case: Any, office: Office, somebody: dict[str, TestClient]) -> None:
    for name, known in known_ids(office).items():
        if name in case.path_parameters:
            case.path_parameters[name] = known
    ask(case, somebody[case.operation.tags[0]])


@pytest.fixture
def nobody(office: Office) -> TestClient:
    """A client without a token."""
    return Desks(office).of(None)


@pytest.fixture
def somebody(office: Office) -> dict[str, TestClient]:
    """For each tag the client of who gets furthest with its operations."""
    desks = Desks(office)
    return {tag: desks.of(actor) for tag, actor in BY_TAG.items()}


def known_ids(office: Office) -> dict[str, str]:
    """Ids that there are, so that what was made up meets more than 404."""
    with reading(office.engine) as session:
        submitted = session.exec(select(Application.id).where(col(Application.status) == "submitted")).first()
        application = submitted or session.exec(select(Application.id)).first()
        document = session.exec(select(Document.id)).first()
        instalment = session.exec(select(Instalment.id)).first()
        message = session.exec(select(Message.id)).first()
        letter = session.exec(select(Letter.code)).first()
        account = session.exec(select(BankAccount.id)).first()
        result = session.exec(select(ResultFile.id)).first()
        notice = session.exec(select(Notice.id).order_by(col(Notice.published_on).desc())).first()
    return {
        "application_id": str(application),
        "instalment_id": str(instalment),
        "document_id": str(document),
        "code": str(letter),
        "message_id": str(message),
        "notice_id": str(notice),
        "user_id": str(FINANCE.id),
        "account_id": str(account),
        "file_id": str(result),
    }
