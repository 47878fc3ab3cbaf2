"""An upgrade keeps what older versions stored, on both databases."""

from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text
from sqlmodel import Session

from subsidy.database import create, migrate, steps


@pytest.fixture
def engine(database_url: str) -> Any:
    made = create(database_url)
    yield made
    made.dispose()


def to(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        command.upgrade(steps(connection), revision)


def _insert(connection: Connection, table: str, **row: object) -> None:
    names = ", ".join(row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{key}' for key in row)})"), row)  # noqa: S608


def test_documents_keep_who_verified_a_fact(engine: Engine) -> None:
    to(engine, "0002")
    at = "2026-03-01 04:00:00+00:00" if engine.dialect.name == "postgresql" else "2026-03-01 04:00:00.000000"
    with engine.begin() as connection:
        _insert(connection, "organisation", id="org", name="甲", credit_code="91310115MA1K35XK0N")
        for name, role in (("li", "applicant"), ("chen", "administrator")):
            account = {"id": name, "email": f"{name}@x.cn", "name": name, "password_hash": "-", "role": role}
            _insert(connection, "user_account", **account, organisation_id="org", created_at=at)
        _insert(
            connection, "application", id="app", number="LG-2026-0001", organisation_id="org", created_by="li",
            policy_id="lingang-2024", scheme_id="user-side-storage", project_name="一期", status="submitted",
            submitted_on="2026-03-01", status_since="2026-03-01", version=1, created_at=at, updated_at=at,
        )  # fmt: skip
        _insert(
            connection, "application_fact", application_id="app", key="capacity_kwh", declared="1", verified="2",
            reason="报告", set_by="chen", set_at=at,
        )  # fmt: skip
        _insert(
            connection, "application_fact", application_id="app", key="in_zone", declared="true", set_by="li", set_at=at
        )
    migrate(engine)
    with Session(engine) as session:
        query = text("SELECT key, verified_by, verified_at IS NULL, document_id FROM application_fact ORDER BY key")
        assert [tuple(row) for row in session.execute(query)] == [
            ("capacity_kwh", "chen", False, None),
            ("in_zone", None, True, None),
        ]


def test_each_account_becomes_a_person_of_its_own(engine: Engine) -> None:
    to(engine, "0006")
    at = "2026-03-01 04:00:00+00:00" if engine.dialect.name == "postgresql" else "2026-03-01 04:00:00.000000"
    with engine.begin() as connection:
        for name, role in (("chen", "administrator"), ("sun", "finance")):
            account = {"id": name, "email": f"{name}@x.cn", "name": name, "password_hash": "-", "role": role}
            _insert(connection, "user_account", **account, created_at=at)
        _insert(
            connection, "user_session", id="0" * 64, user_id="chen", created_at=at, seen_at=at,
            expires_at="2026-03-02 04:00:00+00:00",
        )  # fmt: skip
    migrate(engine)
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT id, role, person_id FROM user_account ORDER BY id")).all()
        assert [tuple(row) for row in kept] == [("chen", "administrator", "chen"), ("sun", "finance", "sun")]
        assert connection.execute(text("SELECT user_id FROM user_session")).scalar_one() == "chen"
        assert connection.execute(text("SELECT proved_at = created_at FROM user_session")).scalar_one()
        duties = connection.execute(text("SELECT user_id, duty FROM user_duty ORDER BY user_id, duty")).all()
        assert [tuple(row) for row in duties] == [
            *(("chen", duty) for duty in ("approve", "receive", "recommend")),
            ("sun", "make"),
        ]
