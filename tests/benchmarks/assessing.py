"""One fully explained assessment, from parsed facts and from a JSON body, beside the same written by hand."""

import json
from datetime import date

from rules.assess import assess
from rules.document import read_document
from rules.load import packs
from rules.reading import read_application
from schedules.calendar import china
from subsidy.assessment import assessment_document
from tests.benchmarks import by_hand
from tests.benchmarks.table import best, ratio, row, title

DAY = date(2026, 3, 1)
SCHEME = "user-side-storage"
BODY = json.dumps(
    {
        "scheme": SCHEME,
        "on": DAY.isoformat(),
        "facts": {
            "in_zone": True,
            "new_build": True,
            "project_side": "user",
            "commissioned_on": "2025-06-30",
            "capacity_kwh": "12000",
            "rated_power_kw": "5000",
            "cycles_per_year": "480",
            "advanced_technology": True,
            "drives_industry": True,
        },
    }
).encode()


def run() -> None:
    """Print the table, after checking that both give the same answers."""
    policy = packs()["lingang-2024"]
    application = read_application(read_document(BODY, json_only=True), today=DAY)
    facts = dict(application.facts)
    answer = assess(policy, facts, DAY, SCHEME).schemes[0]
    by_engine = [(each.test.condition.id, each.outcome.value, each.given) for each in answer.findings]
    assert answer.award is not None
    assert by_hand.assess(facts) == (answer.outcome.value, by_engine, answer.award.amount)

    def from_body() -> object:
        given = read_application(read_document(BODY, json_only=True), today=DAY)
        return assess(given.policy, given.facts, given.on, given.scheme)

    def to_json() -> object:
        return json.dumps(assessment_document(assess(policy, facts, DAY, SCHEME), china(), "zh"), ensure_ascii=False)

    title("One fully explained assessment (10 findings, award with steps)")
    hand = best(lambda: by_hand.assess(facts), 5000)
    hand_body = best(lambda: by_hand.assess({**facts, "body": json.loads(BODY)}), 5000)
    row("by hand, from parsed facts", _us(hand))
    row(
        "rules.assess, from parsed facts",
        _us(taken := best(lambda: assess(policy, facts, DAY, SCHEME), 2000)),
        ratio(taken, hand),
    )
    row("by hand, with a plain json.loads of the body", _us(hand_body))
    row(
        "rules.reading + rules.assess, from the JSON body", _us(taken := best(from_body, 2000)), ratio(taken, hand_body)
    )
    row("rules.assess + dated plan + prose + JSON text", _us(taken := best(to_json, 1000)), ratio(taken, hand))


def _us(nanoseconds: int) -> str:
    return f"{nanoseconds / 1000:.1f} µs"
