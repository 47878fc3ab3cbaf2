"""Who may do what to a payout run, in every status: the table itself, and the real steps."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from rules.money import yuan
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, Refused, SubsidyError
from subsidy.finance import payouts
from subsidy.finance.payout_steps import STEPS, Step
from subsidy.records import Duty, PayoutRun, PayoutStatus, Role
from subsidy.workflow.actor import Actor
from tests.finance.payable import brought, due, present
from tests.support.office import ADMINISTRATOR, AUDITOR, CHECKER, FINANCE, Office
from tests.support.people import APPLICANT

OTHER = Actor("he", "何为", Role.FINANCE, None, frozenset({Duty.MAKE}))
"""Another maker."""

MAY = {
    "maker": {
        "open": {"submit", "abandon", "fill"},
        "submitted": {"send_back"},
        "checked": {"send_back"},
        "approved": {"export", "send_back"},
        "exported": {"reissue"},
        "confirmed": {"close", "reissue"},
        "closed": {"reissue"},
        "abandoned": set(),
    },
    "other": {
        "open": {"abandon"},
        "submitted": {"send_back"},
        "checked": {"send_back"},
        "approved": {"export", "send_back"},
        "exported": {"reissue"},
        "confirmed": {"close", "reissue"},
        "closed": {"reissue"},
        "abandoned": set(),
    },
    "checker": {
        "open": set(),
        "submitted": {"check", "send_back"},
        "checked": {"approve", "send_back"},
        "approved": {"send_back"},
        "exported": set(),
        "confirmed": {"close"},
        "closed": set(),
        "abandoned": set(),
    },
    "maker with a checker's account": {
        "open": set(),
        "submitted": {"send_back"},
        "checked": {"send_back"},
        "approved": {"send_back"},
        "exported": set(),
        "confirmed": {"close"},
        "closed": set(),
        "abandoned": set(),
    },
}
"""For each person and status, what he may do; written down apart from the table in the code."""

Do = Callable[[Session, Actor, Office, PayoutRun], object]

DO: dict[str, Do] = {
    "fill": lambda session, actor, office, run: payouts.fill_at_once(session, actor, office.now, run.id, None),
    "submit": lambda session, actor, office, run: payouts.submit(session, actor, office.now, run.id, None),
    "check": lambda session, actor, office, run: payouts.check(
        session, actor, office.now, run.id, None, yuan(run.amount_fen)
    ),
    "approve": lambda session, actor, office, run: payouts.approve(session, actor, office.now, run.id, None),
    "export": lambda session, actor, office, run: payouts.export(session, actor, office.now, run.id, None),
    "send_back": lambda session, actor, office, run: payouts.send_back(
        session, actor, office.now, run.id, None, "有误"
    ),
    "abandon": lambda session, actor, office, run: payouts.abandon(session, actor, office.now, run.id, None, "有误"),
    "close": lambda session, actor, office, run: payouts.close(session, actor, office.now, run.id, None),
    "reissue": lambda session, actor, office, run: payouts.ask_again(session, actor, office.now, run.id, "未收到"),
}


class _Undone(Exception):
    """Takes a step back."""


def outcome(office: Office, actor: Actor, step: str, run: PayoutRun) -> SubsidyError | None:
    """What comes of a step, which is taken back afterwards."""
    try:
        with writing(office.engine) as session:
            DO[step](session, actor, office, run)
            raise _Undone
    except _Undone:
        return None
    except SubsidyError as refusal:
        return refusal


@pytest.mark.parametrize("status", sorted(PayoutStatus))
def test_who_may_do_what(sqlite_engine: Engine, status: PayoutStatus) -> None:
    office = Office(sqlite_engine)
    office.employ(OTHER)
    due(office)
    office.account()
    run = brought(office, status)
    twin = replace(office.moved(FINANCE), duties=frozenset({Duty.CHECK}))
    people = {"maker": FINANCE, "other": OTHER, "checker": CHECKER, "maker with a checker's account": twin}
    assert run.status is status
    done = {name: {step for step in DO if outcome(office, actor, step, run) is None} for name, actor in people.items()}
    assert done == {name: MAY[name][status] for name in people}
    assert present(office, run) == run
    with reading(office.engine) as session:
        for actor in people.values():
            for step in DO:
                told, found = payouts.why_not(session, actor, Step(step), run), outcome(office, actor, step, run)
                assert type(told) is type(found)
                assert (told and told.code) == (found.code if found else None)


def test_what_is_refused_to_whom_is_told_in_words(office: Office) -> None:
    due(office)
    office.account()
    run = brought(office, PayoutStatus.SUBMITTED)
    twin = replace(office.moved(FINANCE), duties=frozenset({Duty.CHECK}))
    said = {}
    for name, actor, step in (
        ("own", twin, "check"),
        ("maker", FINANCE, "check"),
        ("status", CHECKER, "approve"),
        ("administrator", ADMINISTRATOR, "check"),
        ("auditor", AUDITOR, "export"),
        ("applicant", APPLICANT, "submit"),
    ):
        refusal = outcome(office, actor, step, run)
        assert isinstance(refusal, Refused)
        said[name] = (isinstance(refusal, Forbidden), refusal.code, bool(refusal.message("zh")))
    assert said == {
        "own": (True, "payout.own_run", True),
        "maker": (True, "workflow.lacks_check", True),
        "status": (False, "payout.is_submitted", True),
        "administrator": (True, "role", True),
        "auditor": (True, "role", True),
        "applicant": (True, "role", True),
    }


def test_every_step_leads_somewhere_and_every_status_is_reached() -> None:
    reached = {row.to for row in STEPS.values()}
    assert reached - {None} == set(PayoutStatus)
    assert {status for row in STEPS.values() for status in row.sources} == set(PayoutStatus) - {PayoutStatus.ABANDONED}
