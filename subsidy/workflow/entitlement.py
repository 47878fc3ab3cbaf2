"""What an award comes to on corrected facts, and what of it is paid, to be paid and owed back. Reads only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from rules import canonical
from rules.assess import Answer, Assessment, Outcome, SchemeAssessment
from rules.facts import Value
from rules.model import Text
from rules.money import Fen, split, yuan
from subsidy.errors import Refused
from subsidy.finance import recoveries
from subsidy.finance.deltas import Deltas, Line, Owed, deltas
from subsidy.records import (
    Amendment,
    AmendmentKind,
    Application,
    Award,
    Disbursement,
    Instalment,
    Payment,
    PaymentState,
    PayoutRun,
    Recovery,
)
from subsidy.workflow.approval import day_of_rule, instalments_of
from subsidy.workflow.sheet import Sheet, open_sheet


@dataclass(frozen=True)
class Choice:
    """What shall change: facts that are other ones, the decision itself, or which years count nothing."""

    kind: AmendmentKind
    facts: Mapping[str, Value]
    disallowed: frozenset[int] = frozenset()
    """The numbers of the instalments that count nothing, those of before among them."""


@dataclass(frozen=True)
class Preview:
    """Exactly what follows from a choice as things now stand."""

    choice: Choice
    assessment: Assessment
    answer: SchemeAssessment
    entitled: Fen
    instalments: Sequence[Instalment]
    lines: Sequence[Line]
    owed: Sequence[Recovery]
    due_before: Fen
    """What was due in all until now."""
    deltas: Deltas

    @property
    def unmet(self) -> Sequence[Text]:
        """The conditions that the corrected facts do not meet, or do not tell of."""
        if self.choice.kind is not AmendmentKind.FACTS:
            return ()
        return [one.test.condition.label for one in self.answer.findings if one.outcome is not Answer.MET]

    @property
    def told(self) -> dict[str, Any]:
        """What two people agree on, as canonical JSON holds it."""
        printed = self.assessment.policy.fact
        return {
            "kind": self.choice.kind.value,
            "facts": {key: printed(key).print(value) for key, value in self.choice.facts.items()},
            "disallowed": [str(number) for number in sorted(self.choice.disallowed)],
            "entitled": yuan(self.entitled),
            "before": yuan(self.due_before),
            "amount": yuan(self.deltas.due),
            "lines": [
                {
                    "instalment": str(line.number),
                    "before": yuan(line.amount),
                    "after": yuan(line.amount + self.deltas.changes.get(line.number, 0)),
                    "paid": line.paid,
                }
                for line in self.lines
            ],
            "withdrawn": {number: yuan(amount) for number, amount in self.deltas.withdrawn.items()},
            "top_up": yuan(self.deltas.top_up),
            "demand": yuan(self.deltas.demand),
        }

    @property
    def text(self) -> str:
        """What is told, in canonical text: another payment, receipt or decision meanwhile makes it another one."""
        return canonical.text(self.told)


def amendments(session: Session, award: Award) -> Sequence[Amendment]:
    """The amendments of an award, the first one first."""
    query = select(Amendment).where(col(Amendment.award_id) == award.id)
    return session.exec(query.order_by(col(Amendment.number))).all()


def corrected(sheet: Sheet, made: Sequence[Amendment]) -> Mapping[str, Value]:
    """The facts that an award rests on after its amendments. Those of the case stay as they were decided on."""
    facts = dict(sheet.effective)
    for one in made:
        facts |= {key: sheet.policy.fact(key).parse(kept) for key, kept in json.loads(one.facts_json).items()}
    return facts


def disallowed(made: Sequence[Amendment]) -> frozenset[int]:
    """The numbers of the instalments that count nothing after the last amendment."""
    return frozenset(int(number) for number in json.loads(made[-1].disallowed_json)) if made else frozenset()


def preview(session: Session, application: Application, award: Award, choice: Choice) -> Preview:
    """What follows from a choice. Raises Refused where a payment of the award is under way."""
    sheet, made = open_sheet(session, application), amendments(session, award)
    facts = {**corrected(sheet, made), **choice.facts}
    assessment, answer = sheet.assess(facts, day_of_rule(application))
    entitled = Fen(0) if choice.kind is AmendmentKind.REVOKE else _granted(answer)
    parts = instalments_of(session, award)
    given = dict(enumerate(split(entitled, sheet.scheme.terms.weights), start=1))
    lines = _lines(session, parts, given, choice.disallowed)
    owed = recoveries.of_award(session, award.id)
    demanded = sum(one.amount_fen for one in owed) - recoveries.withdrawn(session, award.id)
    due = sum(line.amount for line in lines if not line.forfeited) - demanded
    outstanding = [Owed(one.number, Fen(one.open_fen)) for one in owed if one.open_fen]
    found = deltas(lines, Fen(demanded), outstanding)
    return Preview(choice, assessment, answer, entitled, parts, lines, owed, Fen(due), found)


def part_of(session: Session, sheet: Sheet, award: Award, number: int) -> Fen | None:
    """What the award as last amended gives an instalment of the plan by itself; None where it was never amended."""
    made = amendments(session, award)
    if not made:
        return None
    return split(Fen(made[-1].entitled_fen), sheet.scheme.terms.weights)[number - 1]


def _granted(answer: SchemeAssessment) -> Fen:
    """What is granted on facts; nothing where they do not meet the conditions."""
    if answer.outcome is not Outcome.ELIGIBLE or answer.award is None or answer.award.amount is None:
        return Fen(0)
    return answer.award.amount


def _lines(
    session: Session, parts: Sequence[Instalment], given: Mapping[int, Fen], disallowed: frozenset[int]
) -> list[Line]:
    ids = [one.id for one in parts]
    orders = set(session.exec(select(Disbursement.instalment_id).where(col(Disbursement.instalment_id).in_(ids))))
    sent = (
        select(Payment.instalment_id, Payment.state, PayoutRun.number)
        .join(PayoutRun, col(PayoutRun.id) == col(Payment.run_id))
        .where(col(Payment.instalment_id).in_(ids), col(Payment.state) != PaymentState.RETURNED)
    )
    paid, numbers = set(), {one.id: one.number for one in parts}
    for instalment_id, state, run in session.exec(sent):
        if state is not PaymentState.PAID:
            raise Refused("amend.in_payment", number=str(numbers[instalment_id]), run=run)
        paid.add(instalment_id)
    return [
        Line(
            one.number,
            Fen(one.effective_fen),
            given.get(one.number) if one.amendment_id is None else None,
            paid=one.id in paid,
            ordered=one.id in orders,
            forfeited=one.forfeited_at is not None,
            disallowed=one.number in disallowed,
        )
        for one in parts
    ]
