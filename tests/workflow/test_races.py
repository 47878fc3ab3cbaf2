"""Signing, withdrawing and taking back at one moment end as if they had come one after the other."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import permutations
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from schedules.calendar import china
from subsidy.database import reading, writing
from subsidy.errors import SubsidyError
from subsidy.records import Award, Letter
from subsidy.workflow import applications, recommendation
from tests.support.office import ADMINISTRATOR, APPLICANT, SECOND, THIRD, Office

History = tuple[str, tuple[str, ...], bool, int, int]
"""Status, the commands that were taken, whether a recommendation holds, awards and letters."""
COMMANDS = ("approve", "withdraw", "take_back")
Act = Callable[[], None]


def acts(office: Office, application_id: str) -> dict[str, Act]:
    """The three as people give them: the two of the office on forms of the same state, the applicant on none."""
    now, day, version = office.now, office.day, office.application(application_id).version

    def approve() -> None:
        with writing(office.engine) as session:
            recommendation.approve(session, THIRD, now, day, application_id, version, "符合条件", china())

    def withdraw() -> None:
        with writing(office.engine) as session:
            applications.withdraw(session, APPLICANT, now, application_id, "项目终止")

    def take_back() -> None:
        with writing(office.engine) as session:
            recommendation.take_back(session, ADMINISTRATOR, now, application_id, version, "补充核实")

    return dict(zip(COMMANDS, (approve, withdraw, take_back), strict=True))


def waiting(office: Office) -> str:
    """One signature short of its award."""
    application_id = office.before_decision(office.ready(office.accepted()))
    office.sign(application_id, SECOND)
    return application_id


def attempt(act: Act) -> None:
    with suppress(SubsidyError):
        act()


def history(office: Office, application_id: str, since: int) -> History:
    it = office.application(application_id)
    with reading(office.engine) as session:
        awards, papers = (
            session.exec(select(func.count()).where(col(table.application_id) == application_id)).one()
            for table in (Award, Letter)
        )
        holds = recommendation.live(session, it) is not None
    taken = tuple(event.command for event in office.events(application_id)[since:])
    return str(it.status), taken, holds, awards, papers


def in_turn(office: Office, order: Iterable[str]) -> History:
    application_id = waiting(office)
    since, given = len(office.events(application_id)), acts(office, application_id)
    for command in order:
        attempt(given[command])
    return history(office, application_id, since)


@pytest.mark.postgres
def test_three_at_once_end_as_some_order_of_them_does(postgres_engine: Engine) -> None:
    office = Office(postgres_engine)
    serial = {in_turn(office, order) for order in permutations(COMMANDS)}
    assert {status for status, *_ in serial} == {"approved", "withdrawn"}
    for _ in range(12):
        application_id, together = waiting(office), Barrier(3)
        since, given = len(office.events(application_id)), acts(office, application_id)

        def at_once(act: Act, together: Barrier = together) -> None:
            together.wait()
            attempt(act)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(at_once, given.values()))
        assert history(office, application_id, since) in serial
