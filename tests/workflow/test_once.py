from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from subsidy.database import reading, writing
from subsidy.errors import Refused, SubsidyError
from subsidy.records import Application, Award, PolicyText, Receipt
from subsidy.workflow import applications
from subsidy.workflow.once import insert_once
from tests.support.office import APPLICANT, SECOND, THIRD, Office


def text(digest: str, version: str) -> dict[str, str]:
    return {"digest": digest, "policy_id": "lingang-2024", "version": version, "content": "{}"}


def test_only_what_is_not_there_is_inserted_and_told(office: Office) -> None:
    with writing(office.engine) as session:
        assert insert_once(session, PolicyText, [text("a", "1")], "digest") == {"a"}
    with writing(office.engine) as session:
        assert insert_once(session, PolicyText, [text("a", "2"), text("b", "2")], "digest") == {"b"}
        assert insert_once(session, PolicyText, [], "digest") == set()
    with reading(office.engine) as session:
        assert {one.digest: one.version for one in session.exec(select(PolicyText))} == {"a": "1", "b": "2"}


@pytest.mark.postgres
@pytest.mark.parametrize("repetition", range(3))
def test_first_approvals_at_once_share_text_and_receipt(postgres_engine: Engine, repetition: int) -> None:
    office, together = Office(postgres_engine), Barrier(4)
    waiting = [office.before_decision(office.ready(office.accepted())) for _ in range(4)]
    for application_id in waiting:
        office.sign(application_id, SECOND)

    def approve(application_id: str) -> None:
        together.wait()
        office.sign(application_id, THIRD)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(approve, waiting))
    with reading(postgres_engine) as session:
        counts = [session.exec(select(func.count()).select_from(table)).one() for table in (Award, PolicyText, Receipt)]
    assert counts == [4, 1, 1]


@pytest.mark.postgres
@pytest.mark.parametrize("repetition", range(5))
def test_of_two_who_decide_at_once_one_decision_stands(postgres_engine: Engine, repetition: int) -> None:
    office, together, outcomes = Office(postgres_engine), Barrier(2), list[str]()
    application_id = office.before_decision(office.ready(office.accepted()))
    office.sign(application_id, SECOND)

    def decide(approve: bool) -> None:
        together.wait()
        try:
            _ = office.sign(application_id, THIRD) if approve else office.decide_against(application_id)
            outcomes.append("decided")
        except SubsidyError as refusal:
            outcomes.append(refusal.code)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(decide, (True, False)))
    decided, other = sorted(outcomes, key=lambda outcome: outcome != "decided")
    status = office.application(application_id).status
    assert decided == "decided"
    assert other in (f"workflow.is_{status}", "stale")
    assert [event.command for event in office.events(application_id)].count("approve") == 1 + int(status == "approved")
    assert [event.command for event in office.events(application_id)].count("refuse") == int(status == "refused")


@pytest.mark.postgres
def test_what_was_read_before_the_lock_counts_no_more(postgres_engine: Engine) -> None:
    office = Office(postgres_engine)
    application_id = office.draft()
    with writing(postgres_engine) as session:
        seen = session.get_one(Application, application_id)
        office.submit(application_id)
        with pytest.raises(Refused) as caught:
            applications.submit(session, APPLICANT, office.now, office.day, application_id, seen.version)
    assert caught.value.code == "workflow.is_submitted"
