"""Whatever the office does with money, the books are those of a small model: nothing is made, lost or promised twice (T03)."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from rules.money import Fen
from schedules.instalments import PlannedInstalment
from subsidy.audit_ledger import _balances, _entries
from subsidy.database import create, reading, writing
from subsidy.errors import Refused
from subsidy.finance import closing, commitments, envelopes, ledger, second_person
from subsidy.finance.closing import Choice
from subsidy.finance.ledger import Movement
from subsidy.records import (
    Account,
    Application,
    ApplicationStatus,
    Award,
    Disbursement,
    EntryKind,
    Envelope,
    Exhausted,
    Instalment,
    Proposal,
    Run,
    Trigger,
)
from subsidy.workflow import events
from tests.finance.budget_model import Model, Part
from tests.support.office import ADMINISTRATOR, CHECKER, FINANCE, Office

YEARS = (2026, 2027, 2028)
AMOUNTS = st.integers(1, 12)
PARTS = st.lists(st.tuples(st.sampled_from(YEARS[:2]), st.integers(1, 5)), min_size=1, max_size=3)
"""Small amounts, so that envelopes run out."""


@pytest.fixture(scope="module")
def template(sqlite_template: Path) -> Iterator[Path]:
    """A database with the office's people and one award, which all others are made after."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        shutil.copyfile(sqlite_template, path)
        engine = create(f"sqlite:///{path}")
        office = Office(engine)
        award = office.approved()
        Machine.model_award, Machine.model_case = (
            award.model_dump(),
            office.application(award.application_id).model_dump(),
        )
        Machine.now = office.now
        with writing(engine) as session:
            session.execute(delete(Instalment))
        engine.dispose()
        yield path


class Machine(RuleBasedStateMachine):
    path: ClassVar[Path]
    model_award: ClassVar[dict[str, Any]]
    model_case: ClassVar[dict[str, Any]]
    now: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        copy = Path(self.folder.name) / "books.db"
        shutil.copyfile(self.path, copy)
        self.engine: Engine = create(f"sqlite:///{copy}")
        self.model = Model()
        self.cases: dict[int, list[tuple[int, int]]] = {}
        self.recommended: list[int] = []
        self.approvals = 0

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    def envelope(self, session: Session, year: int) -> Envelope:
        return session.exec(select(Envelope).where(col(Envelope.year) == year)).one()

    def decide(self, made: Proposal) -> None:
        with writing(self.engine) as session:
            second_person.confirm(session, CHECKER, self.now, made.id)

    def case(self, session: Session, case: int) -> Application:
        return session.get_one(Application, f"a{case}")

    def find(self, data: st.DataObject, *accounts: str) -> Part | None:
        found = [one for one in self.model.parts if one.held and one.held[1] in accounts]
        return data.draw(st.sampled_from(found)) if found else None

    @initialize()
    def begin(self) -> None:
        self.open(2026)
        self.open(2027)

    @rule(year=st.just(2028))
    def open_last(self, year: int) -> None:
        self.open(year)

    def open(self, year: int) -> None:
        with writing(self.engine) as session:
            made = envelopes.opened(
                session, FINANCE, self.now, "lingang-2024", "user-side-storage", year, Exhausted.QUEUE
            )
        assert (made is None) == (year in self.model.accounts)
        if made:
            self.model.open(year)

    @precondition(lambda self: self.model.accounts)
    @rule(data=st.data(), amount=AMOUNTS)
    def allot(self, data: st.DataObject, amount: int) -> None:
        year = data.draw(st.sampled_from(sorted(self.model.accounts)))
        with writing(self.engine) as session:
            whose = self.envelope(session, year).id
            told = FINANCE, self.now, whose, Fen(amount), "文", "理由"
            if year in self.model.closed:
                with pytest.raises(Refused):
                    envelopes.propose_allotment(session, *told)
                return
            made = envelopes.propose_allotment(session, *told)
        self.decide(made)
        self.model.allot(year, amount)

    @precondition(lambda self: self.model.accounts)
    @rule(data=st.data(), amount=AMOUNTS)
    def reduce(self, data: st.DataObject, amount: int) -> None:
        year = data.draw(st.sampled_from(sorted(self.model.accounts)))
        with writing(self.engine) as session:
            told = FINANCE, self.now, self.envelope(session, year).id, Fen(amount), "文", "理由"
            if year in self.model.closed or amount > self.model.accounts[year]["available"]:
                with pytest.raises(Refused):
                    envelopes.propose_reduction(session, *told)
                return
            made = envelopes.propose_reduction(session, *told)
        self.decide(made)
        self.model.allot(year, -amount)

    @precondition(lambda self: len(self.model.accounts) > 1)
    @rule(data=st.data(), amount=AMOUNTS)
    def transfer(self, data: st.DataObject, amount: int) -> None:
        source, target = data.draw(st.permutations(sorted(self.model.accounts)))[:2]
        with writing(self.engine) as session:
            ids = self.envelope(session, source).id, self.envelope(session, target).id
            told = FINANCE, self.now, *ids, Fen(amount), "文", "理由"
            refused = self.model.closed.keys() & {source, target}
            if refused or amount > self.model.accounts[source]["available"]:
                with pytest.raises(Refused):
                    envelopes.propose_transfer(session, *told)
                return
            made = envelopes.propose_transfer(session, *told)
        self.decide(made)
        self.model.allot(source, -amount)
        self.model.allot(target, amount)

    @rule(parts=PARTS)
    def grant(self, parts: list[tuple[int, int]]) -> None:
        self.set_aside(parts)
        self.sign(self.recommended[-1])

    @rule(parts=PARTS)
    def recommend(self, parts: list[tuple[int, int]]) -> None:
        self.set_aside(parts)

    def set_aside(self, parts: list[tuple[int, int]]) -> None:
        case = len(self.cases) + 1
        self.cases[case] = parts = sorted(parts)
        with writing(self.engine) as session:
            row = Application(**{**self.model_case, "id": f"a{case}", "number": f"N{case}"})
            row.status, row.created_at, row.updated_at = ApplicationStatus.RECOMMENDED, self.now, self.now
            session.add(row)
            session.flush()
            commitments.reserve(session, ADMINISTRATOR, self.now, row, [planned(*part) for part in parts])
        self.recommended.append(case)
        self.model.reserve(case, parts)

    @precondition(lambda self: self.recommended)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(self.recommended))
        self.recommended.remove(case)
        with writing(self.engine) as session:
            commitments.unreserve(session, ADMINISTRATOR, self.now, self.case(session, case))
        for year in self.model.give_back(case):
            self.model.fund(year)

    @precondition(lambda self: self.recommended)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        self.sign(data.draw(st.sampled_from(self.recommended)))

    def sign(self, case: int) -> None:
        self.recommended.remove(case)
        self.approvals += 1
        with writing(self.engine) as session:
            row = self.case(session, case)
            row.status = ApplicationStatus.APPROVED
            whole = {**self.model_award, "id": f"w{case}", "application_id": row.id, "project_key": None}
            session.add(Award(**whole))
            session.flush()
            rows = [instalment(case, at, *part) for at, part in enumerate(self.cases[case], 1)]
            session.add_all(rows)
            session.flush()
            told = events.entry(ADMINISTRATOR, self.now, row.id, "approve", {}, {})
            events.append(session, [told])
            commitments.commit(session, ADMINISTRATOR, self.now, row, rows)
        parts = [Part(case, at, *part, self.approvals) for at, part in enumerate(self.cases[case], 1)]
        self.model.approve(case, parts)

    @rule(data=st.data())
    def forfeit_or_restore(self, data: st.DataObject) -> None:
        found = [one for one in self.model.parts if not one.ordered and (not one.held or one.held[1] == "committed")]
        if not found:
            return
        one = data.draw(st.sampled_from(found))
        with writing(self.engine) as session:
            row = session.get_one(Instalment, key(one))
            row.forfeited_at = None if one.forfeited else self.now
            session.flush()
            if one.forfeited:
                commitments.draw_again(session, self.now, self.case(session, one.case))
            else:
                commitments.decommit(session, ADMINISTRATOR, self.now, [row.id], "理由")
        if one.forfeited:
            one.forfeited = False
            for each in [each for each in self.model.parts if each.case == one.case]:
                self.model.fund(self.model.drawn(each.year))
        else:
            self.model.forfeit(one)

    @rule(data=st.data())
    def disburse(self, data: st.DataObject) -> None:
        found = [one for one in self.model.parts if not one.ordered and not one.forfeited]
        if not found:
            return
        one = data.draw(st.sampled_from(found))
        with writing(self.engine) as session:
            run = Run(trigger=Trigger.MANUAL, as_of=date(2026, 3, 1), started_at=self.now)
            session.add(run)
            session.flush()
            order = {"generated_on": date(2026, 3, 1), "generated_at": self.now, "run_id": run.id}
            session.add(Disbursement(instalment_id=key(one), amount_fen=one.amount, **order))
            session.flush()
            commitments.release(session, self.now, [key(one)])
        one.ordered = True
        if one.held and one.held[1] == "committed":
            self.model.move(one, "payable")

    @rule(data=st.data(), step=st.sampled_from(["submit", "settle", "return"]))
    def pay(self, data: st.DataObject, step: str) -> None:
        sources = {"submit": ["payable"], "settle": ["in_flight"], "return": ["in_flight", "paid"]}[step]
        target = {"submit": "in_flight", "settle": "paid", "return": "payable"}[step]
        one = self.find(data, *sources)
        if one is None or one.held is None:
            return
        year, source = one.held
        with writing(self.engine) as session:
            whose = self.envelope(session, year).id
            moved = Movement(whose, Account(source), Account(target), Fen(one.amount), None, key(one))
            ledger.post(session, FINANCE, self.now, EntryKind(step), [moved])
        self.model.move(one, target)

    @rule()
    def catch_up(self) -> None:
        commitments.catch_up(self.engine, self.now)

    @rule(data=st.data(), choice=st.sampled_from(Choice))
    def close(self, data: st.DataObject, choice: Choice) -> None:
        years = sorted(self.model.accounts.keys() - self.model.closed.keys())
        if not years:
            return
        year = data.draw(st.sampled_from(years))
        with writing(self.engine) as session:
            told = FINANCE, self.now, self.envelope(session, year).id, choice, "理由"
            if not self.model.close(year, choice is Choice.CARRY_OVER):
                with pytest.raises(Refused):
                    closing.propose_closing(session, *told)
                return
            made = closing.propose_closing(session, *told)
        self.decide(made)

    @precondition(lambda self: self.model.closed)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        year = data.draw(st.sampled_from(sorted(self.model.closed)))
        with writing(self.engine) as session:
            told = FINANCE, self.now, self.envelope(session, year).id, "理由"
            if not self.model.reopen(year):
                with pytest.raises(Refused):
                    closing.propose_reopening(session, *told)
                return
            made = closing.propose_reopening(session, *told)
        self.decide(made)

    @invariant()
    def the_books_are_the_models(self) -> None:
        with reading(self.engine) as session:
            kept = {one.year: one for one in session.exec(select(Envelope))}
            assert kept.keys() == self.model.accounts.keys()
            for year, accounts in self.model.accounts.items():
                assert {name: getattr(kept[year], f"{name}_fen") for name in accounts} == accounts, year
            assert [*_balances(session), *_entries(session)] == []
            held = ledger.of_instalments(session, [key(one) for one in self.model.parts])
        for one in self.model.parts:
            # Whatever lapsed for it, or went through the treasury, is nobody's any more.
            funded = [each for each in held.get(key(one), ()) if each.account in ledger.FUNDED]
            assert sum(each.amount for each in funded) == (one.amount if one.held else 0)
            assert [str(each.account) for each in funded] == ([one.held[1]] if one.held else [])


def key(one: Part) -> str:
    return f"i{one.case}x{one.number}"


def planned(year: int, amount: int) -> PlannedInstalment:
    day = date(year, 6, 30)
    return PlannedInstalment(number=1, nominal_on=day, due_on=day, provisional=False, amount=Fen(amount), year=None)


def instalment(case: int, number: int, year: int, amount: int) -> Instalment:
    day = date(year, 6, 30)
    return Instalment(
        id=f"i{case}x{number}", award_id=f"w{case}", number=number, nominal_on=day, due_on=day, provisional=False,
        amount_fen=amount,
    )  # fmt: skip


def test_nothing_is_made_lost_or_promised_twice(template: Path) -> None:
    Machine.path = template
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=25, stateful_step_count=40, deadline=None, phases=[Phase.generate])
    )
