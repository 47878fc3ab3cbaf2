"""What a policy offers, scheme by scheme, in short; every number is the pack's."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from rules import wording
from rules.benefits import Band, PerUnit
from rules.facts import Day, FactBase, Quantity, percent
from rules.money import Fen, grouped
from rules.policy import Policy, SchemeInForce
from schedules.calendar import Calendar
from schedules.instalments import plan
from subsidy.locale import text
from subsidy.web.check.axis import inside, short_amount


class Offer(NamedTuple):
    """One scheme on the start page."""

    id: str
    label: str
    summary: str
    clause: str
    how_much: str
    cap: str
    paid: str
    by_when: tuple[str, ...]
    checked: int
    judged: int


def offers(policy: Policy, on: date, calendar: Calendar, lang: str) -> list[Offer]:
    """The schemes as they stand on a day, in the policy's order."""
    return [_offer(policy, current, on, calendar, lang) for current in policy.on(on)]


def papers(policy: Policy, lang: str) -> list[str]:
    """What proves the facts that an applicant states: the papers to have at hand, each once."""
    wanted = {kind for fact in policy.facts if fact.set_by == "applicant" for kind in fact.documents}
    return [kind.label.of(lang) for kind in policy.documents if kind.id in wanted]


def _offer(policy: Policy, current: SchemeInForce, on: date, calendar: Calendar, lang: str) -> Offer:
    scheme, numbers = current.scheme, current.numbers
    rounds = plan(Fen(0), scheme.terms, on, calendar)
    days = [test for test in current.tests if isinstance(test.fact, Day)]
    judged = sum(test.condition.decided_by == "person" for test in current.tests)
    key = "check.paid_once" if len(rounds) == 1 else "check.paid_yearly"
    return Offer(
        id=scheme.id,
        label=scheme.label.of(lang),
        summary=scheme.summary.of(lang),
        clause=scheme.clause,
        how_much=_how_much(policy.fact(scheme.benefit.fact), current, lang),
        cap=text(lang, "check.no_cap")
        if numbers.cap is None
        else text(lang, "check.cap_of", cap=short_amount(numbers.cap, lang)),
        paid=text(lang, key, count=len(rounds), day=wording.day(rounds[0].due_on, lang)),
        by_when=tuple(test.condition.asked(test.fact, test.bound, lang) for test in days),
        checked=len(current.tests) - judged,
        judged=judged,
    )


def _how_much(base: FactBase, current: SchemeInForce, lang: str) -> str:
    benefit, numbers = current.scheme.benefit, current.numbers
    low, high = (percent(Decimal(rate).scaleb(-6)) for rate in (numbers.low, numbers.high))
    name = inside(base.label.of(lang), lang)
    match benefit:
        case PerUnit():
            assert isinstance(base, Quantity)
            return text(
                lang, "check.offer_per_unit", rate=grouped(numbers.high).removesuffix(".00"), unit=base.unit, base=name
            )
        case Band():
            return text(lang, "check.offer_band", low=low, high=high, base=name)
        case _:
            return text(lang, "check.offer_up_to" if benefit.granted else "check.offer_share", rate=high, base=name)
