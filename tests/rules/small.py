"""Packs of a few lines for tests, as the trees that a pack's file is read into."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

from rules.assess import SchemeAssessment, assess
from rules.facts import Value
from rules.load import load_content, load_pack
from rules.policy import Policy
from rules.reading import read_facts

FIRST_DAY = "2024-01-01"
DAY = date(2026, 3, 1)

Tree = dict[str, Any]


def text(words: str) -> Tree:
    return {"zh": f"{words}（中文）", "en": words}


def dated(*values: Any, first: int = 2024) -> list[Tree]:
    """Values in force from the first day of one year each, the years running on."""
    return [{"from": f"{first + year}-01-01", "value": value} for year, value in enumerate(values)]


def fact(key: str, kind: str, **more: Any) -> Tree:
    bounds = {"unit": "kWh", "at_least": "0", "below": "1000000"} if kind == "quantity" else {}
    options = {"options": [option(name) for name in ("red", "green", "blue")]} if kind == "choice" else {}
    whole = {"key": key, "kind": kind, "label": text(key), "ask": text(f"{key}?"), **bounds, **options, **more}
    return {name: value for name, value in whole.items() if value is not None}


def option(name: str) -> Tree:
    return {"id": name, "label": text(name)}


def condition(kind: str, key: str, *values: Any, **more: Any) -> Tree:
    whole = {"id": key, "kind": kind, "fact": key, "value": dated(*values), "clause": "A", "label": text(key)}
    return {**whole, **more}


FACTS = (
    fact("size", "quantity", above="0", at_least=None),
    fact("power", "quantity", above="0", at_least=None, unit="kW"),
    fact("hours", "quantity", unit="h", derived={"kind": "ratio", "of": "size", "over": "power"}),
    fact("cost", "money"),
    fact("rate", "rate", set_by="reviewer"),
    fact("share", "rate"),
    fact("built", "date"),
    fact("new", "yes_no", fixed_by="built"),
    fact("colour", "choice"),
    fact("run", "quantity", unit="h"),
)
"""One fact of every kind, one derived, one fixed by a day."""

PER_UNIT: Tree = {"kind": "per_unit", "fact": "size", "rate": dated("200"), "clause": "A"}
SHARE: Tree = {"kind": "share", "fact": "cost", "rate": dated("0.1"), "clause": "A"}
UP_TO: Tree = {**SHARE, "granted": "rate"}
BAND: Tree = {**UP_TO, "kind": "band", "rate": dated({"low": "0.1", "high": "0.3"})}

ONCE: Tree = {"weights": ["1"], "round": {"month": "6", "day": "30"}, "clause": "A"}


def scheme(*conditions: Tree, benefit: Tree = PER_UNIT, terms: Tree = ONCE, **more: Any) -> Tree:
    return {
        "id": "only",
        "label": text("only"),
        "summary": text("summary"),
        "clause": "A",
        "conditions": list(conditions) or [condition("is", "new", True)],
        "benefit": benefit,
        "terms": terms,
        **more,
    }


def tree(*schemes: Tree, **more: Any) -> Tree:
    """A whole pack; the tree may be changed without changing another."""
    whole = {
        "id": "small",
        "version": "1",
        "title": text("title"),
        "issuer": text("issuer"),
        "source": text("source"),
        "scope": text("scope"),
        "in_force_from": FIRST_DAY,
        "clauses": [{"id": "A", "title": text("A"), "quote": "原文", "summary": text("A"), "source": "报纸"}],
        "questions": [{"id": "Q1", "title": text("?"), "reading": text("!"), "alternatives": [text("or")]}],
        "information": [{"id": "aim", "label": text("aim"), "text": text("more"), "clause": "A"}],
        "facts": list(FACTS),
        "schemes": list(schemes) or [scheme()],
    }
    return deepcopy({**whole, **more})


def policy(*schemes: Tree, **more: Any) -> Policy:
    return load_content(json.dumps(tree(*schemes, **more)))


def write(folder: Path, whole: Tree) -> Path:
    """The folder of a pack with that tree as its text."""
    pack = folder / str(whole.get("id", "small"))
    pack.mkdir(exist_ok=True)
    (pack / "policy.yaml").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return pack


def loaded(folder: Path, whole: Tree) -> Policy:
    return load_pack(write(folder, whole))


def facts(of: Policy, **raw: Any) -> Mapping[str, Value]:
    """Facts as a file states them; a rate is not held against the range of a scheme that does not use it."""
    return read_facts(of, of.schemes[0].id, raw, DAY)


def day(written: str) -> date:
    return date.fromisoformat(written)


def answer(of: Policy, on: str = DAY.isoformat(), **raw: Any) -> SchemeAssessment:
    """The answer of the policy's first scheme."""
    return assess(of, facts(of, **raw), day(on)).schemes[0]
