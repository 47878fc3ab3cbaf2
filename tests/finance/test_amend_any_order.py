"""Changes of an award in any order among payments and receipts, in the database: the books and the award worked out anew agree."""

from contextlib import suppress
from datetime import date

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from rules.facts import Value
from rules.faults import BadInput
from rules.money import Fen
from subsidy import audit_amendments, audit_ledger
from subsidy.database import reading, writing
from subsidy.finance import recoveries
from subsidy.records import Payment
from subsidy.workflow.entitlement import amendments
from tests.finance.test_amending import capacity, change, debts
from tests.support.office import FINANCE, FIRST_DAY, Office
from tests.support.paying import generate, pay

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("amend"), st.sampled_from([0, 8_000, 9_000, 12_002, 15_000, 40_000])),
        st.tuples(st.just("pay"), st.just(0)),
        st.tuples(st.just("receive"), st.integers(1, 100)),
    ),
    min_size=2,
    max_size=5,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("pay", 0), ("amend", 0), ("receive", 40), ("amend", 9_000), ("amend", 40_000)])
@given(STEPS)
def test_the_sum_of_all_deltas_is_the_award_worked_out_anew(
    sqlite_engine: Engine, steps: list[tuple[str, int]]
) -> None:
    office = _office(sqlite_engine)
    award = office.approved()
    office.allot(2026, 50_000_000)
    office.allot(2027, 50_000_000)
    office.day = date(2026, 6, 1)
    office.figure(award, 1, 480)
    for number, (what, how) in enumerate(steps):
        if what == "amend":
            facts: dict[str, Value] = {"in_zone": how > 0}
            with suppress(BadInput):  # the same once more is refused
                change(office, award, facts | (capacity(how) if how else {}))
        elif what == "pay":
            generate(office, date(2026, 7, 30))
            for one in office.instalments(award):
                if one.due_on <= office.day and one.effective_fen and not _paid(office, one.id):
                    pay(office, one)
        else:
            mine = [one for one in debts(office) if one.award_id == award.id and one.open_fen]
            for debt in mine[:1]:
                with writing(office.engine) as session:
                    some = Fen(max(debt.open_fen * how // 100, 1))
                    recoveries.receive(session, FINANCE, office.now, debt.id, some, office.day, f"{debt.id}-{number}")
        with reading(office.engine) as session:
            assert list(audit_amendments.discrepancies(session)) == []
            assert list(audit_ledger.discrepancies(session)) == []
    with reading(office.engine) as session:
        made = amendments(session, award)
        net = sum(one.effective_fen for one in office.instalments(award))
        net -= sum(one.amount_fen for one in recoveries.of_award(session, award.id))
        net += recoveries.withdrawn(session, award.id)
    assert net == (made[-1].amount_fen if made else award.amount_fen)


_OFFICES: dict[int, Office] = {}


def _office(engine: Engine) -> Office:
    """One office for all examples, on its first day again: each example has an award of its own."""
    office = _OFFICES.get(id(engine)) or _OFFICES.setdefault(id(engine), Office(engine))
    office.day = FIRST_DAY
    return office


def _paid(office: Office, instalment_id: str) -> bool:
    with reading(office.engine) as session:
        return session.exec(select(Payment).where(col(Payment.instalment_id) == instalment_id)).first() is not None
