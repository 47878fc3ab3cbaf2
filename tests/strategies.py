"""Random packs made from the whole vocabulary, and facts that lie on and around their thresholds."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from rules.conditions import KINDS, AtLeast, AtMost, Between, Is, LessThan, MoreThan, NoneOf, OneOf, Within
from rules.facts import FactBase, Value
from rules.load import load_content
from rules.policy import Policy

Tree = dict[str, Any]

DAYS = st.dates(date(2023, 6, 1), date(2027, 12, 31))
"""Days around those on which the random packs change."""

_NUMBERS = {"size": "quantity", "power": "quantity", "hours": "quantity", "cost": "money", "share": "rate"}
_STARTS = ("2024-01-01", "2025-03-01", "2026-07-15")


def _text(words: str) -> Tree:
    return {"zh": f"{words}（中文）", "en": words}


def _half(steps: int) -> str:
    return str(Decimal(steps) / 2)


_AMOUNTS = st.integers(1, 12).map(_half) | st.integers(1, 12_000).map(lambda steps: str(Decimal(steps) / 1000))
_MONEY = st.integers(1, 20).map(str) | st.integers(1, 10**9).map(lambda fen: str(Decimal(fen) / 100))
_RATES = st.integers(1, 10).map(lambda tenths: str(Decimal(tenths) / 10)) | st.integers(1, 10**6).map(
    lambda millionths: f"{Decimal(millionths) / 10**6:f}"
)
_WRITTEN: Mapping[str, st.SearchStrategy[str]] = {"quantity": _AMOUNTS, "money": _MONEY, "rate": _RATES}
_DATES = DAYS.map(date.isoformat)
_OPTIONS = ("red", "green", "blue")


@st.composite
def _dated(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> list[Tree]:
    """One to three values, in force from ascending days."""
    days = draw(st.lists(st.sampled_from(_STARTS), min_size=1, max_size=3, unique=True).map(sorted))
    return [{"from": day, "value": draw(values)} for day in days]


def _ends(values: st.SearchStrategy[str], key: Any = Decimal) -> st.SearchStrategy[Tree]:
    pairs = st.tuples(values, values).map(lambda pair: sorted(pair, key=key))
    return pairs.map(lambda pair: {"low": pair[0], "high": pair[1]})


@st.composite
def _condition(draw: st.DrawFn, number: int) -> Tree:
    kind = draw(st.sampled_from(KINDS))
    values: st.SearchStrategy[Any]
    if kind in (AtLeast, AtMost, MoreThan, LessThan, Between):
        key = draw(st.sampled_from(sorted(_NUMBERS)))
        written = _WRITTEN[_NUMBERS[key]]
        values = _ends(written) if kind is Between else written
    elif kind is Within:
        key, values = "built", _ends(_DATES, key=str)
    elif kind is Is:
        key, values = draw(st.sampled_from(["new", "bold"])), st.booleans()
    else:
        assert kind in (OneOf, NoneOf)
        key, values = "colour", st.lists(st.sampled_from(_OPTIONS), min_size=1, max_size=3, unique=True)
    person = key in ("bold", "colour") and draw(st.booleans())
    return {
        "id": f"c{number}",
        "kind": kind.model_fields["kind"].annotation.__args__[0],
        "fact": key,
        "value": draw(_dated(values)),
        "clause": "A",
        "label": _text(f"c{number}"),
        **({"decided_by": "person"} if person else {}),
        **({"question": "Q1"} if draw(st.booleans()) else {}),
    }


@st.composite
def _benefit(draw: st.DrawFn) -> Tree:
    kind = draw(st.sampled_from(["per_unit", "share", "share up to", "band"]))
    benefit: Tree = {"kind": kind.split()[0], "clause": "A", "fact": "size" if kind == "per_unit" else "cost"}
    if kind == "per_unit":
        benefit["rate"] = draw(_dated(_MONEY))
    elif kind == "band":
        different = _ends(_RATES).filter(lambda ends: Decimal(ends["low"]) < Decimal(ends["high"]))
        benefit["rate"] = draw(_dated(different))
    else:
        benefit["rate"] = draw(_dated(_RATES))
    if kind in ("share up to", "band"):
        benefit["granted"] = "rate"
    if draw(st.booleans()):
        benefit["cap"] = draw(_dated(_MONEY))
    return benefit


@st.composite
def _scheme(draw: st.DrawFn, number: int) -> Tree:
    conditions = [draw(_condition(each)) for each in range(draw(st.integers(1, 5)))]
    return {
        "id": f"s{number}",
        "label": _text(f"s{number}"),
        "summary": _text("summary"),
        "clause": "A",
        "conditions": conditions,
        "benefit": draw(_benefit()),
        "terms": {
            "weights": draw(st.lists(st.integers(1, 9).map(str), min_size=1, max_size=5)),
            "round": {"month": "6", "day": "30"},
            "clause": "A",
        },
    }


def _fact(key: str, kind: str, **more: Any) -> Tree:
    return {"key": key, "kind": kind, "label": _text(key), "ask": _text(f"{key}?"), **more}


def _facts(settled: bool, derived: bool) -> list[Tree]:
    above = {"above": "0", "below": "1000000"}
    ratio = {"derived": {"kind": "ratio", "of": "size", "over": "power"}} if derived else {}
    fixed = {"fixed_by": "built"} if settled else {}
    return [
        _fact("size", "quantity", unit="kWh", **above),
        _fact("power", "quantity", unit="kW", **above),
        _fact("hours", "quantity", unit="h", at_least="0", below="1000000", **ratio),
        _fact("cost", "money"),
        _fact("share", "rate"),
        _fact("rate", "rate", set_by="reviewer"),
        _fact("built", "date"),
        _fact("new", "yes_no", **fixed),
        _fact("bold", "yes_no"),
        _fact("colour", "choice", options=[{"id": name, "label": _text(name)} for name in _OPTIONS], **fixed),
    ]


@st.composite
def policies(draw: st.DrawFn, derived: bool | None = None) -> Policy:
    """A policy of one or two schemes with every kind of fact; `derived` says whether `hours` is a ratio."""
    ratio = draw(st.booleans()) if derived is None else derived
    whole = {
        "id": "random",
        "version": "1",
        **{key: _text(key) for key in ("title", "issuer", "source", "scope")},
        "in_force_from": "2024-01-01",
        "clauses": [{"id": "A", "title": _text("A"), "quote": "原文", "summary": _text("A"), "source": "报纸"}],
        "questions": [{"id": "Q1", "title": _text("?"), "reading": _text("!")}],
        "facts": _facts(draw(st.booleans()), ratio),
        "schemes": [draw(_scheme(number)) for number in range(draw(st.integers(1, 2)))],
    }
    return load_content(json.dumps(whole))


_ANY: Mapping[str, st.SearchStrategy[Any]] = {
    "quantity": _AMOUNTS,
    "money": _MONEY | st.just("0"),
    "rate": _RATES,
    "date": _DATES,
    "yes_no": st.booleans(),
    "choice": st.sampled_from(_OPTIONS),
}


def values(policy: Policy, fact: FactBase) -> st.SearchStrategy[Value]:
    """Values that the fact could be given: any, and those on and around the thresholds that the policy holds it to."""
    near = [value for value in _around(policy).get(fact.key, ()) if fact.holds(value)]
    anywhere = _ANY[fact.kind].map(fact.read)  # type: ignore[attr-defined]
    return st.sampled_from(near) | anywhere if near else anywhere


@cache
def _around_of(content: str) -> dict[str, list[Value]]:
    policy = load_content(content)
    found: dict[str, list[Value]] = {}
    for day in policy.change_days:
        for scheme in policy.on(day):
            for test in scheme.tests:
                found.setdefault(test.fact.key, []).extend(
                    value for value, _ in test.condition.around(test.fact, test.bound)
                )
    return found


def _around(policy: Policy) -> dict[str, list[Value]]:
    return _around_of(policy.content)


@st.composite
def facts(draw: st.DrawFn, policy: Policy, on: date, known: bool = False) -> dict[str, Value]:
    """Facts of a project, any of them unknown unless all are to be `known`; a rate lies in the range of the first scheme."""
    found: dict[str, Value] = {}
    for fact in policy.facts:
        if fact.key != "rate" and (known or draw(st.integers(0, 3))):
            found[fact.key] = draw(values(policy, fact))
    first = policy.on(on)[0]
    allowed = first.scheme.benefit.allowed(first.numbers)
    if allowed and draw(st.booleans()):
        low = allowed.low if allowed.low_included else Decimal("0.000001")
        found["rate"] = draw(st.sampled_from([low, allowed.high]) | st.decimals(low, allowed.high, places=6))
    return found


@st.composite
def projects(
    draw: st.DrawFn, derived: bool | None = None, known: bool = False
) -> tuple[Policy, dict[str, Value], date]:
    """A policy, the facts of a project and the day of the check."""
    policy, on = draw(policies(derived)), draw(DAYS)
    return policy, draw(facts(policy, on, known)), on
