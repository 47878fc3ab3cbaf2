"""Changed awards, whatever happened before: what is paid, to be paid and owed back comes to the award worked out anew."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rules.money import Fen, split
from subsidy.finance.deltas import Deltas, Line, Owed, deltas

WEIGHTS = (1, 1, 1)


def line(number: int, amount: int, part: int | None, **more: bool) -> Line:
    return Line(number, Fen(amount), None if part is None else Fen(part), **more)


def test_more_than_was_granted_goes_to_the_unpaid_parts_and_the_rest_is_added() -> None:
    lines = [line(1, 80, 100, paid=True), line(2, 80, 100), line(3, 80, 100)]
    assert deltas(lines, Fen(0), []) == Deltas(Fen(300), {2: 20, 3: 20}, {}, Fen(20), Fen(0))


def test_less_is_netted_against_what_is_unpaid_in_order() -> None:
    lines = [line(1, 80, 20, paid=True), line(2, 80, 20), line(3, 80, 60)]
    assert deltas(lines, Fen(0), []) == Deltas(Fen(100), {2: -80, 3: -60}, {}, Fen(0), Fen(0))


def test_only_what_cannot_be_netted_is_demanded() -> None:
    lines = [line(1, 80, 20, paid=True), line(2, 80, 20, paid=True), line(3, 80, 20)]
    assert deltas(lines, Fen(0), []) == Deltas(Fen(60), {3: -80}, {}, Fen(0), Fen(100))


def test_a_demand_is_withdrawn_before_anything_is_added() -> None:
    lines = [line(1, 80, 50, paid=True), line(2, 80, 50, paid=True)]
    told = deltas(lines, Fen(90), [Owed("R-1", Fen(40)), Owed("R-2", Fen(10))])
    assert told == Deltas(Fen(100), {}, {"R-1": Fen(30)}, Fen(0), Fen(0))


def test_an_order_never_becomes_more() -> None:
    lines = [line(1, 80, 100, ordered=True), line(2, 80, 100)]
    assert deltas(lines, Fen(0), []) == Deltas(Fen(200), {2: 20}, {}, Fen(20), Fen(0))


def test_a_forfeited_part_keeps_its_part_and_counts_nothing() -> None:
    lines = [line(1, 80, 50, paid=True), line(2, 80, 50, forfeited=True), line(3, 80, 50)]
    assert deltas(lines, Fen(0), []) == Deltas(Fen(100), {2: -30, 3: -60}, {}, Fen(0), Fen(0))


def test_a_year_that_fell_short_after_payment_is_netted() -> None:
    lines = [line(1, 80, 80, paid=True), line(2, 80, 80, paid=True, disallowed=True), line(3, 80, 80)]
    assert deltas(lines, Fen(0), []) == Deltas(Fen(160), {3: -80}, {}, Fen(0), Fen(0))


@dataclass
class Part:
    """One instalment of the model."""

    amount: int
    top_up: bool = False
    paid: bool = False
    ordered: bool = False
    forfeited: bool = False


@dataclass
class Demand:
    amount: int
    received: int = 0
    withdrawn: int = 0


@dataclass
class Award:
    entitled: int
    parts: dict[int, Part] = field(default_factory=dict)
    demands: dict[str, Demand] = field(default_factory=dict)
    disallowed: frozenset[int] = frozenset()


class Revisions(RuleBasedStateMachine):
    """Amendments in any order among payments, orders, forfeits and receipts."""

    def __init__(self) -> None:
        super().__init__()
        self.award = Award(240_000_001)
        self.award.parts = {n: Part(part) for n, part in enumerate(split(Fen(240_000_001), WEIGHTS), start=1)}

    @rule(entitled=st.integers(0, 10**9), disallow=st.frozensets(st.integers(1, 3)))
    def amend(self, entitled: int, disallow: frozenset[int]) -> None:
        award = self.award
        award.entitled, award.disallowed = entitled, disallow
        given = dict(enumerate(split(Fen(entitled), WEIGHTS), start=1))
        lines = [
            Line(
                number,
                Fen(part.amount),
                None if part.top_up else given[number],
                part.paid,
                part.ordered,
                part.forfeited,
                number in disallow,
            )
            for number, part in award.parts.items()
        ]
        demanded = sum(one.amount - one.withdrawn for one in award.demands.values())
        owed = [
            Owed(name, Fen(left))
            for name, one in award.demands.items()
            if (left := one.amount - one.received - one.withdrawn)
        ]
        told = deltas(lines, Fen(demanded), owed)
        for number, change in told.changes.items():
            assert not award.parts[number].paid, "what is paid stays"
            award.parts[number].amount += change
            assert not (award.parts[number].ordered and change > 0)
        for name, amount in told.withdrawn.items():
            award.demands[name].withdrawn += amount
        if told.top_up:
            award.parts[len(award.parts) + 1] = Part(told.top_up, top_up=True)
        if told.demand:
            award.demands[f"R-{len(award.demands) + 1}"] = Demand(told.demand)
        assert not (told.demand and (told.top_up or told.withdrawn))
        again = deltas(
            [replace_line(each, award) for each in lines]
            + [Line(n, Fen(p.amount), None, p.paid, p.ordered) for n, p in award.parts.items() if n > len(lines)],
            Fen(sum(one.amount - one.withdrawn for one in award.demands.values())),
            [Owed(n, Fen(x)) for n, o in award.demands.items() if (x := o.amount - o.received - o.withdrawn)],
        )
        assert again.nothing, "the same amendment once more changes nothing"

    @precondition(lambda self: any(_payable(part) for part in self.award.parts.values()))
    @rule(data=st.data(), paid=st.booleans())
    def order_or_pay(self, data: st.DataObject, paid: bool) -> None:
        number = data.draw(st.sampled_from([n for n, part in self.award.parts.items() if _payable(part)]))
        self.award.parts[number].ordered = True
        self.award.parts[number].paid = paid

    @rule(number=st.integers(1, 3))
    def forfeit(self, number: int) -> None:
        """Only a part that carries nothing else: any other is disallowed by an amendment."""
        part, given = self.award.parts[number], split(Fen(self.award.entitled), WEIGHTS)[number - 1]
        if not part.ordered and part.amount == given and number not in self.award.disallowed:
            part.forfeited = True

    @rule(number=st.integers(1, 3))
    def take_up_again(self, number: int) -> None:
        self.award.parts[number].forfeited = False

    @precondition(lambda self: self.award.demands)
    @rule(data=st.data())
    def receive(self, data: st.DataObject) -> None:
        one = self.award.demands[data.draw(st.sampled_from(sorted(self.award.demands)))]
        left = one.amount - one.received - one.withdrawn
        one.received += data.draw(st.integers(0, left))

    @invariant()
    def comes_to_the_award_worked_out_anew(self) -> None:
        award = self.award
        anew = sum(
            part
            for number, part in enumerate(split(Fen(award.entitled), WEIGHTS), start=1)
            if number not in award.disallowed and not award.parts[number].forfeited
        )
        parts = sum(part.amount for part in award.parts.values() if not part.forfeited)
        demanded = sum(one.amount - one.withdrawn for one in award.demands.values())
        assert parts - demanded == anew

    @invariant()
    def never_more_back_than_was_paid(self) -> None:
        paid = sum(part.amount for part in self.award.parts.values() if part.paid)
        demands = self.award.demands.values()
        assert all(part.amount >= 0 for part in self.award.parts.values())
        assert all(one.received + one.withdrawn <= one.amount for one in demands)
        assert sum(one.received for one in demands) <= sum(one.amount - one.withdrawn for one in demands) <= paid


def replace_line(line: Line, award: Award) -> Line:
    return line._replace(amount=Fen(award.parts[line.number].amount))


def _payable(part: Part) -> bool:
    return part.amount > 0 and not part.paid and not part.forfeited


TestRevisions = Revisions.TestCase
TestRevisions.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
