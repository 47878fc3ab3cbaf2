"""What is private stays where it was written: seeded in every text field of a case but the project's name, which is published
with the award, it is found on no public page, nowhere by another enterprise, in no export and not in the log."""

import io
import logging
import zipfile
from datetime import timedelta
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select
from stdnum import luhn
from stdnum.cn import ric

from subsidy.database import reading, writing
from subsidy.records import Event, Letter, Message, Notice, Objection, Record
from subsidy.workflow import notices
from tests.access.asking import address, every_route
from tests.finance.payable import held
from tests.support.banks import propose
from tests.support.desks import Desks
from tests.support.files import pdf
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, SECOND, STRANGER, THIRD, Office
from tests.support.paying import owed
from tests.support.results import unknown
from tests.web_desks.test_access import PAGES, task_of

IDENTITY: Final = "11010519491231002X"  # the example of GB 11643
CARD: Final = "6222020000000000" + luhn.calc_check_digit("6222020000000000")
MOBILE: Final = "13912345678"
HOME: Final = "示例路88弄6号1203室"
CANARIES: Final = (IDENTITY, CARD, MOBILE, HOME)
PRIVATE: Final = f"经办人身份证 {IDENTITY}，卡号 {CARD}，手机 {MOBILE}，住址 {HOME}"
FACTS: Final = {
    "in_zone": True, "new_build": True, "project_side": "user", "commissioned_on": "2025-03-10",
    "capacity_kwh": "12000", "rated_power_kw": "6000", "cycles_per_year": "480",
}  # fmt: skip


class Case:
    """A case as it goes its way over the API."""

    def __init__(self, office: Office, desks: Desks) -> None:
        self._office, self._desks = office, desks
        body = {"scheme": "user-side-storage", "project_name": "园区储能项目", "facts": FACTS}
        self.id = str(self._sent(desks.of(APPLICANT).post("/api/v1/applications", json=body))["id"])
        self.put(
            "particulars", site=HOME, filing=IDENTITY, meters=[CARD], serials=[MOBILE],
            other_support=[{"programme": PRIVATE, "amount": "1.00", "year": "2025"}],
        )  # fmt: skip
        query = {"kind": "grid-test-report", "name": f"{PRIVATE}.pdf"}
        path = f"/api/v1/applications/{self.id}/documents"
        self._sent(desks.of(APPLICANT).post(path, params=query, content=pdf(PRIVATE)))
        self.step(APPLICANT, "submission")
        self.step(ADMINISTRATOR, "acceptance")

    def put(self, what: str, **body: Any) -> None:
        whole = {**body, "version": self._version()}
        self._sent(self._desks.of(APPLICANT).put(f"/api/v1/applications/{self.id}/{what}", json=whole))

    def step(self, actor: Any, step: str, **body: Any) -> None:
        whole = {**body, "version": self._version()}
        self._sent(self._desks.of(actor).post(f"/api/v1/applications/{self.id}/{step}", json=whole))

    def verified(self) -> "Case":
        for key in ("advanced_technology", "drives_industry", "typical_scenario"):
            self.step(ADMINISTRATOR, "judgements", key=key, value=True, reason=PRIVATE)
        self.step(ADMINISTRATOR, "corrections", key="commissioned_on", value="2025-03-10", reason=PRIVATE)
        return self

    def _version(self) -> int:
        return self._office.application(self.id).version

    def _sent(self, answer: Any) -> Any:
        assert answer.status_code < 300, answer.text
        return answer.json()


def travelled(office: Office, desks: Desks) -> tuple[Case, Case]:
    """Two cases, granted after an objection and refused again after an appeal, with what is private in every text."""
    granted = Case(office, desks)
    granted.step(ADMINISTRATOR, "return", defects=PRIVATE)
    granted.step(APPLICANT, "submission")
    granted.step(ADMINISTRATOR, "acceptance")
    granted.verified().step(ADMINISTRATOR, "recommendation", outcome="grant", reason=PRIVATE)
    granted.step(ADMINISTRATOR, "publication")
    with reading(office.engine) as session:
        notice = session.exec(select(Notice)).one()
    objection = {"name": PRIVATE, "contact": PRIVATE, "text": PRIVATE}
    assert desks.of(None).post(f"/api/v1/notices/{notice.id}/objections", json=objection).status_code == 201
    with reading(office.engine) as session:
        made = session.exec(select(Objection)).one()
    granted.step(ADMINISTRATOR, "answers", objection=made.id, answer=PRIVATE)
    office.day += timedelta(days=14)
    with writing(office.engine) as session:
        notices.end_notice(session, office.now, office.day, granted.id)
    for actor in (SECOND, THIRD):
        if office.application(granted.id).status == "decision":
            granted.step(actor, "approval", reason=PRIVATE)
    granted.step(ADMINISTRATOR, "figures", year=1, value="480", evidence=PRIVATE)
    refused = Case(office, desks)
    refused.step(ADMINISTRATOR, "recommendation", outcome="refuse", reason=PRIVATE)
    refused.step(SECOND, "refusal", reason=PRIVATE)
    refused.step(APPLICANT, "appeal", reason=PRIVATE)
    refused.step(THIRD, "uphold", reason=PRIVATE)
    return granted, refused


def read(client: TestClient, path: str) -> str:
    """All that an answer holds, also within an archive, and its headers."""
    answer = client.get(path)
    assert answer.status_code < 500, path
    whole = answer.content
    if whole.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist())
    return whole.decode(errors="replace") + str(answer.headers)


def test_what_is_private_is_nowhere_but_where_it_belongs(
    office: Office, desks: Desks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    granted, refused = travelled(office, desks)
    account, task = propose(office, CARD).id, task_of(office)
    result, envelope = unknown(office).id, office.allot(2026, 1)
    proposal, award = office.proposed(envelope).id, office.award(granted.id)
    hold, recovery = held(office, office.instalments(award)[0].id).id, owed(office, award).id
    with reading(office.engine) as session:
        letters = [letter.code for letter in session.exec(select(Letter))]
        notice = session.exec(select(Notice)).one().id
        told = session.exec(select(Message).where(col(Message.user_id) == APPLICANT.id)).first()
        kept = str([session.execute(table.select()).all() for table in Record.metadata.sorted_tables])
        objection = session.exec(select(Objection)).one().id
        assert session.exec(select(Event)).first()
    assert told
    assert all(canary in kept for canary in CANARIES)  # they were seeded
    assert ric.is_valid(IDENTITY)
    assert luhn.is_valid(CARD)

    paths = set()
    for case in (granted.id, refused.id):
        for letter in letters:
            ids = dict.fromkeys(
                (
                    "draft",
                    "submitted",
                    "approved",
                    "decision",
                    "notice",
                    "filed",
                    "paper",
                    "instalment",
                    "token",
                    "session",
                ),
                case,
            ) | {
                "letter": letter,
                "published": notice,
                "message": told.id,
                "objection": objection,
                "colleague": "li",
                "account": account,
                "task": task.id,
                "payout": task.subject_id,
                "result": result,
                "envelope": envelope.id,
                "proposal": proposal,
                "recovery": recovery,
                "hold": hold,
            }
            for route in every_route():
                path = route.removeprefix("GET ")
                if route.startswith("GET "):
                    paths.add(PAGES[path][0].format(**ids) if path in PAGES else address(route, ids))
    assert len(letters) >= 2
    found = {
        (who, path, canary)
        for who, client in (("nobody", desks.of(None)), ("another enterprise", desks.of(STRANGER)))
        for path in paths
        for said in (read(client, path),)
        for canary in CANARIES
        if canary in said
    }
    exports = (
        "/finance/schedule.csv",
        "/finance/schedule.xlsx",
        "/finance/schedule.json",
        "/api/v1/schedule",
        "/api/v1/runs",
    )
    found |= {
        ("export", path, canary) for path in exports for canary in CANARIES if canary in read(desks.of(FINANCE), path)
    }
    # What the test's own client says of its requests is no log of ours.
    log = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    found |= {("log", "", canary) for canary in CANARIES if canary in log}
    assert found == set()
    assert HOME in read(desks.of(APPLICANT), f"/apply/{granted.id}")
