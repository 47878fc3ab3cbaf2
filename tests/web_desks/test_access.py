"""Every page and every form of the four desks, asked for by everybody."""

from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session, func, select

from subsidy.database import reading, writing
from subsidy.finance import payouts, tasks
from subsidy.records import Event, Role, Run, Task, TaskKind
from subsidy.web import apply, finance, messages, people, review
from subsidy.workflow.actor import Actor
from tests.finance.payable import held
from tests.support.banks import propose
from tests.support.desks import Desks
from tests.support.files import pdf
from tests.support.office import ACTORS, FINANCE, JIA, Office
from tests.support.paying import owed
from tests.support.results import unknown

NOBODY: Final = "nobody"
TO_SIGN_IN: Final = 303
TOO_LATE: Final = 401
"""A form of somebody who is not signed in is handed back to him."""

COLLEAGUE: Final = Actor("zhang", "张蕾", Role.APPLICANT, JIA)

APPLICANTS: Final = {
    "applicant": 200,
    "stranger": 200,
    "administrator": 403,
    "related administrator": 403,
    "finance": 403,
    "checker": 403,
    "auditor": 403,
    "registrar": 403,
}
OWN: Final = {**APPLICANTS, "stranger": 404}
OFFICE: Final = {
    **dict.fromkeys(ACTORS, 403),
    "administrator": 200,
    "related administrator": 200,
    "auditor": 200,
}
STAFF: Final = {**OFFICE, "finance": 200, "checker": 200}
MAKER: Final = {**dict.fromkeys(ACTORS, 403), "finance": 200}
NOT_YET: Final = {**dict.fromkeys(ACTORS, 403), "finance": 409, "checker": 409}
"""A file that is for finance alone, of a run that was not handed out."""
KEEPERS: Final = {**APPLICANTS, "registrar": 200}
"""Both enterprises' applicants are owners."""
REACH: Final = {**OWN, "registrar": 404}

PAGES: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "/apply": ("/apply", APPLICANTS),
    "/apply/new": ("/apply/new", APPLICANTS),
    "/apply/account": ("/apply/account", APPLICANTS),
    "/apply/account/new": ("/apply/account/new", APPLICANTS),
    "/apply/account/fraud": ("/apply/account/fraud", APPLICANTS),
    "/apply/{application_id}": ("/apply/{draft}", OWN),
    "/apply/{application_id}/edit": ("/apply/{draft}/edit", OWN),
    "/apply/{application_id}/check": ("/apply/{draft}/check", OWN),
    "/apply/{application_id}/withdraw": ("/apply/{draft}/withdraw", OWN),
    "/apply/{application_id}/appeal": ("/apply/{draft}/appeal", OWN),
    "/apply/{application_id}/particulars": ("/apply/{draft}/particulars", OWN),
    "/apply/{application_id}/documents": ("/apply/{draft}/documents", OWN),
    "/apply/{application_id}/documents/{document_id}": ("/apply/{draft}/documents/{paper}", OWN),
    "/apply/{application_id}/letters/{code}": ("/apply/{approved}/letters/{letter}", OWN),
    "/apply/{application_id}/letters/{code}.pdf": ("/apply/{approved}/letters/{letter}.pdf", OWN),
    "/review": ("/review", OFFICE),
    "/review/{application_id}/letters/{code}": ("/review/{approved}/letters/{letter}", OFFICE),
    "/review/{application_id}/letters/{code}.pdf": ("/review/{approved}/letters/{letter}.pdf", OFFICE),
    "/review/{application_id}": ("/review/{submitted}", OFFICE),
    "/review/{application_id}/documents": ("/review/{submitted}/documents", OFFICE),
    "/review/{application_id}/documents/{document_id}": ("/review/{submitted}/documents/{filed}", OFFICE),
    "/review/{application_id}/facts/{key}": ("/review/{submitted}/facts/capacity_kwh", OFFICE),
    "/review/{application_id}/steps/{step}": ("/review/{submitted}/steps/accept", OFFICE),
    "/review/{application_id}/recommend": ("/review/{submitted}/recommend", OFFICE),
    "/review/{application_id}/objections/{objection_id}": ("/review/{notice}/objections/{objection}", OFFICE),
    "/review/{application_id}/approve": ("/review/{decision}/approve", OFFICE),
    "/review/{application_id}/refuse": ("/review/{submitted}/refuse", OFFICE),
    "/review/{application_id}/amend": ("/review/{approved}/amend", OFFICE),
    "/review/{application_id}/amendment": ("/review/{approved}/amendment", OFFICE),
    "/review/{application_id}/years/{year}": ("/review/{approved}/years/1", OFFICE),
    "/review/{application_id}/instalments/{number}/{decision}": ("/review/{approved}/instalments/1/release", OFFICE),
    "/messages": ("/messages", APPLICANTS),
    "/review/messages": ("/review/messages", OFFICE),
    "/finance": ("/finance", STAFF),
    "/finance/schedule.{kind}": ("/finance/schedule.csv", STAFF),
    "/finance/runs": ("/finance/runs", STAFF),
    "/finance/run": ("/finance/run", STAFF),
    "/finance/results": ("/finance/results", STAFF),
    "/finance/results/waiting": ("/finance/results/waiting", STAFF),
    "/finance/results/{file_id}": ("/finance/results/{result}", STAFF),
    "/finance/results/{file_id}/lines/{line}": ("/finance/results/{result}/lines/2", STAFF),
    "/finance/in-flight": ("/finance/in-flight", STAFF),
    "/finance/accounts": ("/finance/accounts", STAFF),
    "/finance/accounts/new": ("/finance/accounts/new", STAFF),
    "/finance/accounts/{account_id}": ("/finance/accounts/{account}", STAFF),
    "/finance/accounts/{account_id}/{step}": ("/finance/accounts/{account}/verify", STAFF),
    "/finance/budget": ("/finance/budget", STAFF),
    "/finance/budget/new": ("/finance/budget/new", MAKER),
    "/finance/budget/{envelope_id}": ("/finance/budget/{envelope}", STAFF),
    "/finance/budget/{envelope_id}/entries/{entry_id}": ("/finance/budget/{envelope}/entries/1", STAFF),
    "/finance/budget/{envelope_id}/{step}": ("/finance/budget/{envelope}/allotment", MAKER),
    "/finance/closing": ("/finance/closing", STAFF),
    "/finance/payable": ("/finance/payable", STAFF),
    "/finance/holds": ("/finance/holds", STAFF),
    "/finance/holds/new": ("/finance/holds/new?instalment={instalment}", STAFF),
    "/finance/holds/{hold_id}/end": ("/finance/holds/{hold}/end", STAFF),
    "/finance/payouts": ("/finance/payouts", STAFF),
    "/finance/payouts/new": ("/finance/payouts/new", STAFF),
    "/finance/payouts/{run_id}": ("/finance/payouts/{payout}", STAFF),
    "/finance/payouts/{run_id}/steps/{step}": ("/finance/payouts/{payout}/steps/fill", STAFF),
    "/finance/recoveries": ("/finance/recoveries", STAFF),
    "/finance/recoveries.{kind}": ("/finance/recoveries.csv", STAFF),
    "/finance/recoveries/{recovery_id}": ("/finance/recoveries/{recovery}", STAFF),
    "/finance/recoveries/{recovery_id}/{step}": ("/finance/recoveries/{recovery}/receipt", STAFF),
    "/finance/reports": ("/finance/reports", STAFF),
    "/finance/reports/plan": ("/finance/reports/plan", STAFF),
    "/finance/reports/execution": ("/finance/reports/execution", STAFF),
    "/finance/reports/{name}.{kind}": ("/finance/reports/plan.csv", STAFF),
    "/finance/proposals": ("/finance/proposals", STAFF),
    "/finance/proposals/{proposal_id}": ("/finance/proposals/{proposal}", STAFF),
    "/finance/instalments/{instalment_id}/evidence.pdf": ("/finance/instalments/{instalment}/evidence.pdf", STAFF),
    "/finance/tasks": ("/finance/tasks", STAFF),
    "/finance/tasks/{task_id}/file": ("/finance/tasks/{task}/file", NOT_YET),
    "/finance/payouts/{run_id}/file.{kind}": ("/finance/payouts/{payout}/file.csv", NOT_YET),
    "/people": ("/people", KEEPERS),
    "/people/new": ("/people/new", KEEPERS),
    "/people/{user_id}": ("/people/{colleague}", REACH),
    "/people/{user_id}/{step}": ("/people/{colleague}/disable", REACH),
}
"""For each route, the page that is asked for and what each person gets; whoever is not signed in is sent to sign in."""

MAY_SEND: Final[Mapping[str, tuple[str, ...]]] = {
    "/apply/new": ("applicant", "stranger"),
    "/apply/account/new": ("applicant", "stranger"),
    "/apply/account/fraud": ("applicant", "stranger"),
    "/apply/{application_id}/edit": ("applicant",),
    "/apply/{application_id}/check": ("applicant",),
    "/apply/{application_id}/withdraw": ("applicant",),
    "/apply/{application_id}/appeal": ("applicant",),
    "/apply/{application_id}/particulars": ("applicant",),
    "/apply/{application_id}/documents": ("applicant",),
    "/apply/{application_id}/documents/{document_id}": ("applicant",),
    "/review/{application_id}/documents": ("administrator",),
    "/review/{application_id}/documents/{document_id}": ("administrator",),
    "/review/{application_id}/facts/{key}": ("administrator",),
    "/review/{application_id}/steps/{step}": ("administrator",),
    "/review/{application_id}/recommend": ("administrator",),
    "/review/{application_id}/objections/{objection_id}": ("administrator",),
    "/review/{application_id}/approve": ("administrator",),
    "/review/{application_id}/refuse": ("administrator",),
    "/review/{application_id}/amend": ("administrator",),
    "/review/{application_id}/amendment": ("administrator",),
    "/review/{application_id}/years/{year}": ("administrator",),
    "/review/{application_id}/instalments/{number}/{decision}": ("administrator",),
    "/review/messages": ("administrator", "related administrator"),
    "/finance/run": ("finance",),
    "/finance/results": ("finance",),
    "/finance/results/{file_id}/lines/{line}": ("finance",),
    "/finance/accounts/new": ("finance",),
    "/finance/accounts/{account_id}/{step}": ("checker",),
    "/finance/budget/new": ("finance",),
    "/finance/budget/{envelope_id}/{step}": ("finance",),
    "/finance/closing": ("finance",),
    "/finance/holds/new": ("finance", "checker"),
    "/finance/holds/{hold_id}/end": ("finance", "checker"),
    "/finance/payouts/new": ("finance",),
    "/finance/payouts/{run_id}/steps/{step}": ("finance",),
    "/finance/recoveries/{recovery_id}/{step}": ("finance",),
    "/finance/proposals/{proposal_id}": ("checker",),
    "/finance/payouts/{run_id}/file.{kind}": ("finance", "checker"),
    "/people/new": ("applicant", "stranger", "registrar"),
    "/people/{user_id}/{step}": ("applicant",),
}
"""For each form, those whom it serves. An administrator of the applicant's organisation may look, but not act; an auditor
never acts."""


@pytest.fixture
def ids(office: Office) -> Mapping[str, str]:
    office.employ(COLLEAGUE)
    draft, submitted, approved = office.draft(), office.submit(office.draft()), office.approved().application_id
    return {
        "draft": draft,
        "paper": office.attach(draft, pdf()).id,
        "submitted": submitted,
        "filed": office.attach(submitted, pdf(), actor=ACTORS["administrator"]).id,
        "approved": approved,
        "recovery": owed(office, office.award(approved)).id,
        "letter": office.letters(approved)[0].code,
        "decision": office.before_decision(office.ready(office.accepted())),
        "colleague": str(COLLEAGUE.id),
        "account": propose(office).id,
        **of_payouts(office, approved),
        "result": unknown(office).id,
        "envelope": (envelope := office.allot(2026, 1)).id,
        "proposal": office.proposed(envelope).id,
        "task": (task := task_of(office)).id,
        "payout": task.subject_id,
        **on_notice(office),
    }


def task_of(office: Office) -> Task:
    """A task that somebody asked for, about an open payout run, which has no file yet."""
    with writing(office.engine) as session:
        run = payouts.open_run(session, FINANCE, office.now, "lingang-2024", 2026)
        return tasks.ask(session, FINANCE, office.now, TaskKind.EXPORT, run.id, {"kind": "xlsx"})


def of_payouts(office: Office, approved: str) -> dict[str, str]:
    first = office.instalments(office.award(approved))[0].id
    return {"hold": held(office, first).id, "instalment": first}


def on_notice(office: Office) -> dict[str, str]:
    notice = office.publish(office.recommend(case := office.ready(office.accepted())))
    return {"notice": case, "objection": office.object_to(notice).id}


def routes(method: str) -> set[str]:
    """The addresses of the desks that answer a method."""
    found = [route for room in (apply, review, messages, finance, people) for route in within(room.router)]
    return {route.path for route in found if method in (route.methods or ())}


def within(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from within(vars(route)["original_router"])


def test_every_page_is_in_the_table() -> None:
    assert routes("GET") == set(PAGES)


def test_every_form_is_in_the_table() -> None:
    assert routes("POST") == set(MAY_SEND)


@pytest.mark.parametrize("route", PAGES)
def test_who_sees_a_page(route: str, ids: Mapping[str, str], desks: Desks) -> None:
    path, allowed = PAGES[route]
    path = path.format(**ids)
    assert {name: desks.of(actor).get(path).status_code for name, actor in ACTORS.items()} == allowed
    answer = desks.of(None).get(path)
    assert answer.status_code == TO_SIGN_IN
    assert answer.headers["location"].startswith("/sign-in?next=%2F")


@pytest.mark.parametrize("route", MAY_SEND)
def test_who_may_not_send_a_form_changes_nothing(
    route: str, ids: Mapping[str, str], office: Office, desks: Desks
) -> None:
    path = PAGES[route][0].format(**ids)
    form = {"version": "2", "reason": "理由", "scheme": "first-unit", "project_name": "项目", "as_of": "2026-03-01"}
    form |= {"evidence": "报告", "capacity_kwh": "1", "cycles_per_year": "480"}
    before = kept(office)
    for name, actor in ACTORS.items():
        if name not in MAY_SEND[route]:
            assert desks.of(actor).post(path, data=form).status_code in (403, 404), name
    page = desks.of(None).post(path, data=form)
    assert page.status_code == TOO_LATE
    assert 'name="reason" value="理由"' in page.text
    assert kept(office) == before


@pytest.mark.parametrize("path", ["/apply/{draft}", "/review/{draft}"])
def test_a_draft_is_not_found_by_the_office(path: str, ids: Mapping[str, str], desks: Desks) -> None:
    assert desks.of(ACTORS["administrator"]).get(path.format(**ids)).status_code in (403, 404)


@pytest.mark.parametrize("unknown", ["nosuchapplication", "..%2F..", "%00", "’"])
@pytest.mark.parametrize("room", ["apply", "review"])
def test_an_unknown_application_is_not_found(room: str, unknown: str, desks: Desks) -> None:
    client: TestClient = desks.of(ACTORS["applicant" if room == "apply" else "administrator"])
    assert client.get(f"/{room}/{unknown}").status_code == 404


def test_a_form_from_another_site_is_refused(ids: Mapping[str, str], office: Office, desks: Desks) -> None:
    before = kept(office)
    client = desks.of(ACTORS["applicant"])
    form = {"reason": "理由", "version": "1"}
    answer = client.post(f"/apply/{ids['draft']}/withdraw", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert kept(office) == before


def kept(office: Office) -> tuple[int, int]:
    """How much is on record."""
    with reading(office.engine) as session:
        return _count(session, Event), _count(session, Run)


def _count(session: Session, record: type[Event] | type[Run]) -> int:
    return session.exec(select(func.count()).select_from(record)).one()
