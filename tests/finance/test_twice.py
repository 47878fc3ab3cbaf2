"""Two at once on PostgreSQL: two schedulers, and a scheduler against an administrator."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from subsidy.audit_record import discrepancies
from subsidy.database import create, reading
from subsidy.errors import Refused
from subsidy.finance.disburse import RunReport, disburse
from tests.finance.portfolio import DUE, FREE, HELD, entries, paid, portfolio
from tests.support.office import Office, noon

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("repetition", range(5))
def test_schedulers_at_once_generate_each_instalment_once(postgres_engine: Engine, repetition: int) -> None:
    office = Office(postgres_engine)
    due, schedulers = portfolio(office, 30), 4
    together = Barrier(schedulers)

    def tick(_: int) -> RunReport:
        engine = create(postgres_engine.url.render_as_string(hide_password=False))
        together.wait()
        report = disburse(engine, as_of=DUE, now=noon(DUE), trigger="tick", chunk=5 + repetition)
        engine.dispose()
        return report

    with ThreadPoolExecutor(schedulers) as pool:
        reports = list(pool.map(tick, range(schedulers)))
    assert paid(postgres_engine) == (30 * FREE, 30 * FREE, due)
    assert entries(postgres_engine) == 30 * FREE
    assert sum(report.generated for report in reports) == 30 * FREE
    assert sum(report.amount for report in reports) == due
    assert all(report.left == dict.fromkeys(HELD, 30) for report in reports)
    with reading(postgres_engine) as session:
        # The portfolio's cases are put into the tables without a history; what was paid is chained all the same.
        kinds = {each.kind for each in discrepancies(session)}
    assert kinds == {"case_status", "case_version", "case_unrecorded"} or kinds == {"case_status", "case_version"}


@pytest.mark.parametrize("repetition", range(10))
def test_an_instalment_is_either_forfeited_or_paid(postgres_engine: Engine, repetition: int) -> None:
    office = Office(postgres_engine)
    award = office.approved()
    first = office.instalments(award)[0]
    office.day = DUE
    office.figure(award, 1, 440)
    office.release(first)
    together = Barrier(2)

    def correct_and_forfeit() -> str:
        together.wait()
        office.figure(award, 1, 10 + repetition, "表计更换后复核")
        try:
            office.forfeit(first)
        except Refused as refusal:
            return refusal.code
        return "forfeited"

    def tick() -> int:
        together.wait()
        return disburse(postgres_engine, as_of=DUE, now=noon(DUE), trigger="tick").generated

    with ThreadPoolExecutor(2) as pool:
        decided, ticked = pool.submit(correct_and_forfeit), pool.submit(tick)
    generated = ticked.result() + disburse(postgres_engine, as_of=DUE, now=noon(DUE), trigger="tick").generated
    assert (decided.result(), generated) in (("forfeited", 0), ("workflow.already_decided", 1))
    assert paid(postgres_engine)[0] == generated
