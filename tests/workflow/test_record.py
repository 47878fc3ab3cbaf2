"""The record against what it records: one entry for each change, and the status follows from the entries alone."""

import json
from collections.abc import Callable, Sequence
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

from rules.faults import BadInput
from subsidy.errors import SubsidyError
from subsidy.finance.disburse import disburse
from subsidy.records import Event
from subsidy.workflow.transitions import TRANSITIONS, Command
from tests.support.office import JUDGED, Office

Act = Callable[[Office, str], object]

ACTS: dict[str, Act] = {
    "submit": lambda office, it: office.submit(it),
    "withdraw": lambda office, it: office.withdraw(it),
    "judge": lambda office, it: office.judge(it, JUDGED[0]),
    "ready": lambda office, it: office.ready(it),
    "approve": lambda office, it: office.approve(it),
    "refuse": lambda office, it: office.refuse(it),
    "figure": lambda office, it: office.figure(office.award(it), 1, 400, "更正"),
    "release": lambda office, it: office.release(office.instalments(office.award(it))[0]),
    "forfeit": lambda office, it: office.forfeit(office.instalments(office.award(it))[0]),
    "pay": lambda office, it: disburse(office.engine, as_of=office.day, now=office.now, trigger="manual"),
}


NEED_AN_AWARD = ("figure", "release", "forfeit")


def replay(events: Sequence[Event]) -> str | None:
    """The status that follows from the entries; every step must be one of the table."""
    status: str | None = None
    for event in events:
        row = TRANSITIONS[Command(event.command)]
        assert (status is None) == (row.command is Command.START)
        assert status is None or status in row.sources
        if row.to is not None:
            assert json.loads(event.after_json or "")["status"] == row.to
            assert json.loads(event.before_json or "").get("status") == status
            status = row.to
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
            if act != "ready":  # which is several steps, of which some may have been taken
                assert (office.application(application_id), office.events(application_id)) == (before, entries)
        except NoResultFound:
            assert act in NEED_AN_AWARD
        else:
            made = [event.command for event in office.events(application_id)[len(entries) :]]
            assert len(made) == 1 or act in ("ready", "pay")
            assert set(made) <= {"generate"} or act != "pay"
    events, application = office.events(application_id), office.application(application_id)
    assert replay(events) == application.status
    assert sum(event.command != "generate" for event in events) == application.version
