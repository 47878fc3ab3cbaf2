"""Of each instalment, everything that keeps it from being paid, and nothing else."""

from datetime import date, timedelta

import pytest

from rules.faults import BadInput
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, Refused
from subsidy.finance import holds
from subsidy.finance.disburse import disburse
from subsidy.finance.holds import Scope
from subsidy.finance.payable import Judged, State, Wanted, judged
from subsidy.finance.payable_view import overview, standing_holds
from subsidy.records import Award, BankAccount, HoldCategory, Trigger
from subsidy.workflow.actor import SYSTEM
from tests.finance.payable import DUE, PART, due, exported, filled, held, settled
from tests.support.office import ADMINISTRATOR, CHECKER, FINANCE, JIA, Office


def first(office: Office, award: Award) -> Judged:
    """The first instalment of an award as its payment stands today."""
    ids = [office.instalments(award)[0].id]
    with reading(office.engine) as session:
        return next(iter(judged(session, office.day, Wanted(year=2026, ids=ids), queues=True)))


def told(one: Judged) -> tuple[str, list[str]]:
    return one.state.value, [reason.code.value for reason in one.obstacles]


def test_from_the_award_to_the_payment_it_tells_what_is_in_the_way(office: Office) -> None:
    award = office.approved()
    assert told(first(office, award)) == ("waiting", ["not_yet_due", "no_envelope", "no_account"])
    office.allot(2026, 1)
    assert told(first(office, award)) == ("waiting", ["not_yet_due", "no_money", "no_account"])
    office.allot(2026, 1_000_000)
    office.account()
    assert told(first(office, award)) == ("waiting", ["not_yet_due"])
    office.day = DUE
    assert told(first(office, award)) == ("waiting", ["awaiting_figure"])
    office.figure(award, 1, 440)
    assert told(first(office, award)) == ("waiting", ["year_falls_short"])
    office.figure(award, 1, 450, "复核更正")
    assert told(first(office, award)) == ("waiting", ["not_generated"])
    disburse(office.engine, as_of=DUE, now=office.now, trigger=Trigger.MANUAL)
    assert told(first(office, award)) == ("payable", [])
    hold = held(office, office.instalments(award)[0].id)
    assert told(first(office, award)) == ("waiting", ["held"])
    with writing(office.engine) as session:
        holds.end(session, FINANCE, office.now, hold.id, "已澄清")
    run = filled(office)
    assert (told(first(office, award)), first(office, award).told) == (("in_run", []), {"run": run.number})
    held(office, office.instalments(award)[0].id)
    assert told(first(office, award)) == ("in_run", ["held"])


def test_what_is_in_flight_or_paid_says_since_when(office: Office) -> None:
    _, (award,) = due(office)
    office.account()
    run = exported(office)
    in_flight = first(office, award)
    assert (told(in_flight), in_flight.told) == (("in_flight", []), {"since": "2026-06-30", "run": run.number})
    settled(office, run)
    assert (told(first(office, award)), first(office, award).told) == (("paid", []), {"on": "2026-06-30"})


def test_who_waits_for_money_is_told_the_place(office: Office) -> None:
    _, awards = due(office, 3, 800_000)
    office.account()
    assert [told(first(office, award)) for award in awards] == [("payable", []), *[("waiting", ["no_money"])] * 2]
    assert [first(office, award).obstacles[0].params["place"] for award in awards[1:]] == ["1", "2"]


def test_a_forfeited_instalment_is_that_alone(office: Office) -> None:
    award = office.approved()
    office.day = DUE
    office.figure(award, 1, 400)
    office.forfeit(office.instalments(award)[0])
    assert told(first(office, award)) == ("forfeited", [])


def test_an_account_must_be_verified_and_usable(office: Office) -> None:
    _, (award,) = due(office)
    with writing(office.engine) as session:
        session.add(
            BankAccount(
                organisation_id=JIA, holder="上海甲储能科技有限公司", bank="工行", number="12345678", cnaps="1" * 12,
                made_by="li", made_person="li", made_at=office.now,
            )
        )  # fmt: skip
    assert told(first(office, award)) == ("waiting", ["account_unverified"])
    office.account(usable_from=DUE + timedelta(days=7))
    cooling = first(office, award)
    assert (told(cooling), cooling.obstacles[0].params) == (("waiting", ["account_cooling"]), {"until": "2026-07-07"})
    office.day = DUE + timedelta(days=7)
    assert told(first(office, award)) == ("payable", [])


@pytest.mark.parametrize("scope", sorted(Scope))
def test_a_hold_stands_to_the_end_of_its_last_day(office: Office, scope: Scope) -> None:
    _, (award, other) = due(office, 2)
    office.account()
    one = office.instalments(award)[0].id
    subject = {Scope.INSTALMENT: one, Scope.CASE: award.application_id, Scope.PAYEE: JIA}[scope]
    with writing(office.engine) as session:
        holds.place(session, FINANCE, office.now, scope, subject, "debt", "尚有欠款", DUE + timedelta(days=1))
    for days, stands in ((0, True), (1, True), (2, False)):
        office.day = DUE + timedelta(days=days)
        assert told(first(office, award)) == (("waiting", ["held"]) if stands else ("payable", []))
        assert told(first(office, other))[0] == ("waiting" if stands and scope is Scope.PAYEE else "payable")
        with reading(office.engine) as session:
            assert len(standing_holds(session, office.day)) == stands


def test_who_may_set_and_end_a_hold(office: Office) -> None:
    one = office.instalments(office.approved())[0].id
    with writing(office.engine) as session, pytest.raises(Forbidden):
        holds.place(session, ADMINISTRATOR, office.now, Scope.INSTALMENT, one, "other", "理由")
    for wrong in (("nonsense", "理由", None), ("other", " ", None), ("other", "理由", date(2026, 2, 28))):
        with writing(office.engine) as session, pytest.raises(BadInput):
            holds.place(session, FINANCE, office.now, Scope.INSTALMENT, one, *wrong)
    fraud = held(office, one, FINANCE, "fraud")
    with writing(office.engine) as session, pytest.raises(Forbidden, match="lacks_check"):
        holds.end(session, FINANCE, office.now, fraud.id, "已澄清")
    with writing(office.engine) as session:
        holds.end(session, CHECKER, office.now, fraud.id, "已澄清")
    with writing(office.engine) as session, pytest.raises(Refused, match="hold_ended"):
        holds.end(session, CHECKER, office.now, fraud.id, "已澄清")
    with writing(office.engine) as session:
        report = holds.put(session, CHECKER, office.now, Scope.PAYEE, JIA, HoldCategory.FRAUD, "账户不是我们的")
    with writing(office.engine) as session, pytest.raises(Refused, match="hold_of_fraud"):
        holds.end(session, CHECKER, office.now, report.id, "误报")
    with writing(office.engine) as session:
        own = holds.put(session, SYSTEM, office.now, Scope.PAYEE, JIA, HoldCategory.ACCOUNT, "账户变更")
    with writing(office.engine) as session, pytest.raises(Refused, match="hold_of_system"):
        holds.end(session, CHECKER, office.now, own.id, "等不及")
    assert [event.command for event in office.events(fraud.id)] == ["place_hold", "end_hold"]


def test_the_overview_sums_up_by_state_and_reason(office: Office) -> None:
    _, awards = due(office, 3, 1_600_000)
    office.account()
    held(office, office.instalments(awards[0])[0].id)
    with reading(office.engine) as session:
        shown = overview(session, office.day, Wanted(year=2026), None, None)
        states = {state.value: (one.instalments, one.amount) for state, one in shown.by_state.items()}
        reasons = {reason.value: (one.instalments, one.amount) for reason, one in shown.by_reason.items()}
        assert states == {"waiting": (2, 2 * PART), "payable": (1, PART)}
        assert reasons == {"held": (1, PART), "no_money": (1, PART)}
        assert len(overview(session, office.day, Wanted(year=2026), State.PAYABLE, None).rows) == 1
        assert len(overview(session, office.day, Wanted(year=2027), None, None).rows) == 3
