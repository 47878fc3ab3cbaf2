"""Nothing happens that is not recorded: without the record a step is refused, whole; without the log no case is shown."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from subsidy.database import reading, writing
from subsidy.records import Access, Record
from subsidy.workflow import applications
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, STRANGER, THIRD, Office

API = "/api/v1/applications"


@contextmanager
def without(engine: Engine, table: str) -> Iterator[None]:
    """The database while a table is gone."""
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO lost"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE lost RENAME TO {table}"))


def everything(engine: Engine) -> dict[str, list[str]]:
    """Every row there is, but of sessions."""
    with reading(engine) as session:
        tables = [table for table in Record.metadata.sorted_tables if table.name != "user_session"]
        return {table.name: sorted(map(str, session.execute(table.select()))) for table in tables}


def test_without_the_record_no_step_is_taken(office: Office) -> None:
    desks = Desks(office)
    draft, submitted = office.draft(), office.submit(office.draft())
    clients = {actor.id: desks.of(actor) for actor in (APPLICANT, ADMINISTRATOR)}
    steps = [
        (APPLICANT, f"{API}/{draft}/submission", {"version": 1}),
        (APPLICANT, f"{API}/{submitted}/withdrawal", {"version": 2, "reason": "项目终止"}),
        (ADMINISTRATOR, f"{API}/{submitted}/acceptance", {"version": 2}),
        (ADMINISTRATOR, f"{API}/{submitted}/claim", {"version": 2}),
    ]
    before = everything(office.engine)
    with without(office.engine, "event"):
        for actor, path, body in steps:
            answer = clients[actor.id].post(path, json=body)
            assert answer.status_code == 503, (path, answer.text)
            assert answer.json()["code"] == "unrecorded"
        form = {"reason": "项目终止", "version": "1"}
        assert clients[APPLICANT.id].post(f"/apply/{draft}/withdraw", data=form).status_code == 503
    assert everything(office.engine) == before
    for actor, path, body in steps[:1]:
        assert clients[actor.id].post(path, json=body).status_code == 200


def test_a_step_undone_leaves_no_entry(office: Office) -> None:
    application_id = office.draft()
    before = everything(office.engine)

    with pytest.raises(ZeroDivisionError), writing(office.engine) as session:
        _submit_and_fail(session, office, application_id)
    assert everything(office.engine) == before


def _submit_and_fail(session: Session, office: Office, application_id: str) -> None:
    applications.submit(session, APPLICANT, office.now, office.day, application_id, 1)
    raise ZeroDivisionError


class TestOpening:
    def test_who_of_the_staff_opens_a_case_is_told_to_its_applicant(self, office: Office) -> None:
        desks, case = Desks(office), office.submit(office.draft())
        for _ in range(2):
            assert desks.of(ADMINISTRATOR).get(f"/review/{case}").status_code == 200
            assert desks.of(FINANCE).get(f"{API}/{case}").status_code == 200
        assert desks.of(APPLICANT).get(f"/apply/{case}").status_code == 200
        assert desks.of(STRANGER).get(f"{API}/{case}").status_code == 404
        with reading(office.engine) as session:
            rows = {(row.user_id, row.application_id, row.day) for row in session.exec(select(Access))}
        assert rows == {("chen", case, office.day), ("sun", case, office.day)}
        page = desks.of(APPLICANT).get(f"/apply/{case}").text
        assert page.count("查阅案卷") == 2
        assert "陈立" in page
        assert "孙洁" in page
        told = desks.of(APPLICANT, **{"Accept-Language": "en"}).get(f"{API}/{case}").json()["events"]
        assert [(each["what"], each["who"]) for each in told if each["who"] == "陈立"] == [("Case opened", "陈立")]

    @pytest.mark.parametrize(
        "path",
        [
            "/review/{case}/letters/{code}",
            "/review/{case}/letters/{code}.pdf",
            "/api/v1/letters/{code}.pdf",
            "/api/v1/applications/{case}/letters",
        ],
    )
    def test_who_reads_a_letter_has_opened_its_case(self, office: Office, path: str) -> None:
        case = office.approved().application_id
        answer = Desks(office).of(THIRD).get(path.format(case=case, code=office.letters(case)[0].code))
        assert answer.status_code == 200
        with reading(office.engine) as session:
            assert [row.user_id for row in session.exec(select(Access))] == [THIRD.id]

    def test_the_next_day_is_told_again(self, office: Office) -> None:
        case = office.submit(office.draft())
        for _ in range(2):
            assert Desks(office).of(ADMINISTRATOR).get(f"/review/{case}").status_code == 200
            office.day = office.day.replace(day=office.day.day + 1)
        with reading(office.engine) as session:
            assert len(session.exec(select(Access)).all()) == 2

    @pytest.mark.parametrize("path", ["/review/{case}", "/api/v1/applications/{case}"])
    def test_where_it_cannot_be_told_the_case_is_not_shown(self, office: Office, path: str) -> None:
        case = office.submit(office.draft())
        client = Desks(office).of(ADMINISTRATOR)
        with without(office.engine, "access"):
            answer = client.get(path.format(case=case))
        assert answer.status_code == 503
        assert "临港园区用户侧储能项目" not in answer.text
