"""Filling a payout run while an award is being changed: what is put in is what the award comes to then."""

from threading import Thread
from time import sleep

import pytest
from sqlalchemy import Engine

from subsidy.database import writing
from subsidy.finance import payouts
from subsidy.workflow import amending
from tests.finance.payable import due, opened, payments, present
from tests.finance.test_amending import capacity, suggest
from tests.support.office import FINANCE, SECOND, Office


@pytest.mark.postgres
def test_filling_waits_for_an_amendment_under_way(postgres_engine: Engine) -> None:
    office = Office(postgres_engine)
    _, [award] = due(office)
    office.account()
    run = opened(office)
    suggest(office, award, capacity(9000))
    version = office.application(award.application_id).version
    filling = Thread(target=lambda: payouts.fill(office.engine, run.id, FINANCE, office.now))
    with writing(office.engine) as session:
        amending.confirm(session, SECOND, office.now, office.day, award.application_id, version, "同意")
        filling.start()
        sleep(1)  # long enough for a run that does not wait to be filled with the former amount
    filling.join()
    assert [one.amount_fen for one in payments(office, run)] == [60_000_000]
    assert present(office, run).amount_fen == 60_000_000
