"""Fifty approvals race for the last money: never more is promised than there is, and the last yuan is not wasted (T06)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine
from sqlmodel import col, select

from subsidy.audit_ledger import discrepancies
from subsidy.database import reading, writing
from subsidy.finance import commitments, ledger
from subsidy.records import Application, ApplicationStatus, Award, Envelope, Instalment
from subsidy.workflow import events
from tests.finance.portfolio import _insert
from tests.finance.test_commitments import held
from tests.support.office import ADMINISTRATOR, Office

RACERS = 50
AMOUNTS = [7, 11, 13, 3, 5]
"""In yuan, in turn."""


def racers(office: Office) -> list[str]:
    """So many cases with one instalment each in 2026, one signature short of their awards."""
    model = office.approved()
    case = office.application(model.application_id).model_dump()
    first = office.instalments(model)[0].model_dump()
    numbers = range(RACERS)
    with writing(office.engine) as session:
        for one in office.instalments(model):
            session.delete(session.get_one(Instalment, one.id))
        waits = {**case, "status": ApplicationStatus.DECISION}
        _insert(session, Application, [{**waits, "id": f"a{n}", "number": f"N{n}"} for n in numbers])
        award = {**model.model_dump(), "project_key": None}
        _insert(session, Award, [{**award, "id": f"w{n}", "application_id": f"a{n}"} for n in numbers])
        amounts = [AMOUNTS[n % len(AMOUNTS)] * 100 for n in numbers]
        parts = [{**first, "id": f"i{n}", "award_id": f"w{n}", "amount_fen": amounts[n]} for n in numbers]
        _insert(session, Instalment, parts)
    return [f"a{n}" for n in numbers]


def race(office: Office, cases: list[str], engine: Engine) -> None:
    """All commit at one moment, each as the last signature does it: its case locked, then what it draws on."""
    together = Barrier(RACERS)

    def approve(case: str) -> None:
        together.wait()
        with writing(engine) as session:
            query = select(Application).where(col(Application.id) == case).with_for_update()
            application = session.exec(query).one()
            application.status = ApplicationStatus.APPROVED
            session.flush()
            told = events.entry(ADMINISTRATOR, office.now, case, "approve", {}, {})
            events.append(session, [told])
            parts = session.exec(
                select(Instalment)
                .join(Award, col(Award.id) == col(Instalment.award_id))
                .where(col(Award.application_id) == case)
            ).all()
            commitments.commit(session, ADMINISTRATOR, office.now, application, parts)

    with ThreadPoolExecutor(RACERS) as pool:
        list(pool.map(approve, cases))


@pytest.mark.postgres
def test_the_last_money_is_promised_once_and_used_up(postgres_engine: Engine) -> None:
    office = Office(postgres_engine)
    cases = racers(office)
    office.allot(2026, 101)
    wide = create_engine(postgres_engine.url, pool_size=RACERS)
    try:
        race(office, cases, wide)
    finally:
        wide.dispose()
    with reading(office.engine) as session:
        found = session.exec(select(Envelope).where(col(Envelope.year) == 2026)).one()
        ids = [f"i{n}" for n in range(RACERS)]
        amounts = {
            one.id: one.amount_fen for one in session.exec(select(Instalment).where(col(Instalment.id).in_(ids)))
        }
        held_by = ledger.of_instalments(session, ids)
        won = {one: [each.amount for each in held_by[one] if each.account in ledger.FUNDED] for one in held_by}
        assert won == {one: [amounts[one]] for one in won}
        told = held(found)
        assert told["committed"] == sum(amounts[one] for one in won) <= told["allotted"]
        # As after any order of them: nobody who waits would fit into what is left.
        waits = commitments.waiting(session, found)
        assert {one.instalment_id for one in waits} == amounts.keys() - won.keys()
        assert min(one.amount for one in waits) > told.get("available", 0)
        assert list(discrepancies(session)) == []
