"""The record against what it records: one entry for each change, and the status follows from the entries alone."""

import json
from collections.abc import Callable, Sequence
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlmodel import select

from rules.faults import BadInput
from subsidy.database import reading, writing
from subsidy.errors import SubsidyError
from subsidy.finance.disburse import disburse
from subsidy.records import Event, Notice
from subsidy.workflow import notices
from subsidy.workflow.transitions import TRANSITIONS, Command
from tests.support.office import JUDGED, SECOND, THIRD, Office

Act = Callable[[Office, str], object]

ACTS: dict[str, Act] = {
    "submit": lambda office, it: office.submit(it),
    "withdraw": lambda office, it: office.withdraw(it),
    "accept": lambda office, it: office.accept(it),
    "return": lambda office, it: office.send_back(it),
    "judge": lambda office, it: office.judge(it, JUDGED[0]),
    "ready": lambda office, it: office.ready(it),
    "recommend": lambda office, it: office.recommend(it),
    "advise against": lambda office, it: office.recommend(it, "refuse"),
    "publish": lambda office, it: office.publish(it, date(2026, 6, 1)),
    "object": lambda office, it: objected(office, it),
    "end_notice": lambda office, it: ended(office, it),
    "take_back": lambda office, it: office.take_back(it),
    "sign": lambda office, it: office.sign(it, SECOND),
    "sign again": lambda office, it: office.sign(it, THIRD),
    "approve": lambda office, it: office.approve(it),
    "refuse": lambda office, it: office.decide_against(it),
    "figure": lambda office, it: office.figure(office.award(it), 1, 400, "更正"),
    "release": lambda office, it: office.release(office.instalments(office.award(it))[0]),
    "forfeit": lambda office, it: office.forfeit(office.instalments(office.award(it))[0]),
    "pay": lambda office, it: disburse(office.engine, as_of=office.day, now=office.now, trigger="manual"),
}


NEED_AN_AWARD = ("figure", "release", "forfeit", "object")
SEVERAL = ("ready", "approve", "judge", "recommend", "advise against", "pay")
"""Acts of more than one step, of which some may have been taken when one is refused."""


def objected(office: Office, application_id: str) -> None:
    with reading(office.engine) as session:
        notice = session.exec(select(Notice)).one()
    office.object_to(notice)


def ended(office: Office, application_id: str) -> None:
    with writing(office.engine) as session:
        notices.end_notice(session, office.now, office.day, application_id)


def replay(events: Sequence[Event]) -> str | None:
    """The status that follows from the entries; every step must be one of the table."""
    status: str | None = None
    for event in events:
        row = TRANSITIONS[Command(event.command)]
        assert (status is None) == (row.command is Command.START)
        assert status is None or status in row.sources
        if row.to is not None:
            to = json.loads(event.after_json or "").get("status")
            assert to == row.to or (to is None and row.command is Command.APPROVE)
            assert json.loads(event.before_json or "").get("status") == (to and status)
            status = to or status
    return status


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from([*ACTS, "submit", "ready", "approve"]), max_size=9))
def test_entries_tell_every_change_and_the_status(sqlite_office: Office, acts: list[str]) -> None:
    office = sqlite_office
    office.day = date(2026, 7, 1)
    application_id = office.draft()
    for act in acts:
        before, entries = office.application(application_id), office.events(application_id)
        try:
            ACTS[act](office, application_id)
        except (SubsidyError, BadInput):
            if act not in SEVERAL:
                assert (office.application(application_id), office.events(application_id)) == (before, entries)
        except (NoResultFound, MultipleResultsFound):
            assert act in NEED_AN_AWARD
        else:
            made = [event.command for event in office.events(application_id)[len(entries) :]]
            assert len(made) == 1 or act in SEVERAL
            assert set(made) <= {"generate"} or act != "pay"
    events, application = office.events(application_id), office.application(application_id)
    assert replay(events) == application.status
    assert sum(event.command != "generate" for event in events) == application.version
