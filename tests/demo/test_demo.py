import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select
from stdnum.cn import uscc

from schedules.clock import FixedClock
from schedules.due import Status
from subsidy.accounts import sign_in, who
from subsidy.database import create, migrate, reading
from subsidy.demo import ACCOUNTS, PASSWORD, seed
from subsidy.demo.story import office, projects
from subsidy.errors import Forbidden
from subsidy.finance.schedule import payout_schedule
from subsidy.records import Application, Event, Organisation, Role, Run
from subsidy.workflow.actor import Actor
from subsidy.workflow.authority import why_not
from subsidy.workflow.events import SUBJECT
from subsidy.workflow.search import search
from subsidy.workflow.transitions import TRANSITIONS, Command
from tests import postgres

WINTER = date(2026, 12, 1)


def story(engine: Engine) -> list[tuple[datetime, str, str, str, str]]:
    """What happened, without the ids, which are random."""
    with reading(engine) as session:
        numbers = {one.id: one.number for one in session.exec(select(Application))}
        events = session.exec(select(Event).order_by(col(Event.id)))
        told = [
            (one.at, numbers.get(one.subject_id, one.subject_kind), one.command, one.actor_name, one.reason or "")
            for one in events
        ]
    # A run's disbursements are all of one moment, and come in the order of their ids.
    return sorted(told)


def applications(engine: Engine) -> list[Application]:
    with reading(engine) as session:
        return list(session.exec(select(Application)))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The sample data in a database that these tests only read."""
    with ExitStack() as stack:
        if request.param == "postgres":
            address = stack.enter_context(postgres.fresh()).render_as_string(hide_password=False)
        else:
            address = f"sqlite:///{tmp_path_factory.mktemp('demo')}/seeded.db"
        made = create(address)
        stack.callback(made.dispose)
        migrate(made)
        seed(made, FixedClock(WINTER))
        yield made


def test_every_scheme_and_every_status_is_there(seeded: Engine) -> None:
    found = applications(seeded)
    assert len(found) == 43
    assert len({one.scheme_id for one in found}) == 5
    assert Counter(str(one.status) for one in found) == {
        "approved": 16,
        "closed": 1,
        "appealed": 1,
        "submitted": 2,
        "returned": 1,
        "accepted": 6,
        "notice": 1,
        "decision": 1,
        "lapsed": 1,
        "draft": 5,
        "refused": 5,
        "withdrawn": 3,
    }


def test_instalments_stand_in_every_way(seeded: Engine) -> None:
    with reading(seeded) as session:
        told = payout_schedule(session, as_of=WINTER)
    assert {status for status, total in told.totals.by_status.items() if total.count} == set(Status)
    assert {row.reason for row in told.rows} >= {"awaiting_figure", "year_falls_short", "not_yet_due"}
    awards = {row.application_number: row.award_amount for row in told.rows}
    paid = Counter[str]()
    for row in told.rows:
        paid[row.application_number] += row.amount
    assert paid == awards


def test_the_record_alone_tells_the_status_of_every_application(seeded: Engine) -> None:
    told: dict[str, str] = {}
    with reading(seeded) as session:
        cases = select(Event).where(col(Event.subject_kind) == SUBJECT)
        for event in session.exec(cases.order_by(col(Event.subject_id), col(Event.position))):
            row, before = TRANSITIONS[Command(event.command)], told.get(event.subject_id)
            after = json.loads(event.after_json or "{}").get("status", before)
            assert (before in row.sources) if before else event.command == Command.START
            assert after in (row.to, before)
            told[event.subject_id] = after
    assert told == {one.id: str(one.status) for one in applications(seeded)}


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The sample data as it is filled in years later."""
    made = create(f"sqlite:///{tmp_path_factory.mktemp('demo')}/later.db")
    migrate(made)
    seed(made, FixedClock(date(2031, 12, 31)))
    yield made
    made.dispose()


def test_it_is_the_same_on_any_later_day(seeded: Engine, later: Engine) -> None:
    assert story(seeded) == story(later)


@pytest.mark.parametrize("today", [date(2023, 6, 1), date(2024, 1, 2), date(2024, 4, 23), date(2025, 7, 1)])
def test_nothing_happens_today_or_later(sqlite_engine: Engine, today: date) -> None:
    clock = FixedClock(today)
    seed(sqlite_engine, clock)
    assert all(at < clock.now() for at, *_ in story(sqlite_engine))
    with reading(sqlite_engine) as session:
        assert all(run.as_of < today for run in session.exec(select(Run)))
    for account in ACCOUNTS:
        actor = signed_in(sqlite_engine, clock, account.email)
        assert (actor.name, actor.role) == (account.name, account.role)


def signed_in(engine: Engine, clock: FixedClock, email: str) -> Actor:
    token = sign_in(engine, clock.now(), email, PASSWORD)
    actor = who(engine, clock.now(), token)
    assert actor is not None
    return actor


def test_there_is_an_account_for_each_kind_of_user() -> None:
    roles = Counter(account.role for account in ACCOUNTS)
    assert roles == {Role.APPLICANT: 2, Role.ADMINISTRATOR: 5, Role.FINANCE: 2, Role.AUDITOR: 1, Role.REGISTRAR: 1}


def test_one_administrator_may_not_decide_on_his_enterprises_applications(seeded: Engine) -> None:
    zhou = next(account for account in ACCOUNTS if account.role is Role.ADMINISTRATOR and account.organisation)
    actor = signed_in(seeded, FixedClock(WINTER), zhou.email)
    with reading(seeded) as session:
        waiting = [entry.application for entry in search(session, actor) if entry.application.status == "accepted"]
        answers = Counter(type(why_not(actor, "recommend", one, session)) for one in waiting)
    assert answers[Forbidden] >= 1
    assert answers[type(None)] >= 1


def test_credit_codes_are_well_formed_to_the_inner_check_digit() -> None:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    for enterprise in office().organisations.values():
        assert uscc.is_valid(enterprise.credit_code), enterprise.name
        inner = enterprise.credit_code[8:17]
        left = sum(int(character, 36) * weight for character, weight in zip(inner, weights, strict=False)) % 11
        assert inner[8] == "0X987654321"[left], enterprise.name


def test_no_two_projects_or_enterprises_share_a_name(seeded: Engine) -> None:
    assert len({project.name for project in projects()}) == len(projects())
    with reading(seeded) as session:
        names = [one.name for one in session.exec(select(Organisation))]
    assert len(set(names)) == 8
