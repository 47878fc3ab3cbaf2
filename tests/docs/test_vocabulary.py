"""The guide to packs names every kind and every key of a pack, and shows none that is not."""

import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from rules import golden
from rules.benefits import Benefit
from rules.conditions import KINDS
from rules.facts import Fact, Quantity
from rules.load import load_pack
from rules.policy import Policy
from tests.docs.guides import EXAMPLE_PACK, blocks, both, first_cells, words

CONDITIONS = {get_args(kind.model_fields["kind"].annotation)[0] for kind in KINDS}


def kinds(union: Any) -> set[str]:
    """The kinds of a discriminated union."""
    members = get_args(get_args(union)[0])
    return {get_args(member.model_fields["kind"].annotation)[0] for member in members}


def models(annotation: Any) -> set[type[BaseModel]]:
    """The models that an annotation leads to, through all their fields."""
    found: set[type[BaseModel]] = set()
    waiting = [annotation]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in found:
            found.add(one)
            waiting += [field.annotation for field in one.model_fields.values()]
        waiting += get_args(one)
    return found


def keys(*roots: type[BaseModel]) -> set[str]:
    """Every key that a file of a pack may hold."""
    reached = set().union(*(models(root) for root in roots))
    return {field.alias or name for model in reached for name, field in model.model_fields.items()}


def used(pack: Policy) -> dict[str, set[str]]:
    """The kinds that a pack uses."""
    conditions = [condition.kind for scheme in pack.schemes for condition in scheme.conditions]
    benefits = [scheme.benefit.kind for scheme in pack.schemes]
    return {
        "facts": {fact.kind for fact in pack.facts},
        "conditions": {str(kind) for kind in conditions},
        "benefits": {str(kind) for kind in benefits},
    }


def excerpts(text: str) -> list[str]:
    """What a guide quotes of the example pack."""
    return [block.strip("\n") for block in blocks(text, "yaml")]


@pytest.mark.parametrize("what", [kinds(Fact), CONDITIONS, kinds(Benefit)], ids=["facts", "conditions", "benefits"])
def test_every_kind_has_a_row(what: set[str]) -> None:
    assert what
    for file, text in both("packs"):
        assert what - first_cells(text) == set(), file.name


def test_every_unit_is_named() -> None:
    units = set(get_args(Quantity.model_fields["unit"].annotation))
    assert units
    for file, text in both("packs"):
        assert units - words(text) == set(), file.name


def test_every_key_is_explained() -> None:
    wanted = keys(Policy, golden.Cases)
    assert {"schemes", "fixed_by", "alternatives", "from", "earlier", "award_at_most"} <= wanted
    # These stand for themselves: they are shown in every excerpt.
    wanted -= {"zh", "en", "kind"}
    for file, text in both("packs"):
        shown = {word for block in blocks(text, "yaml") for word in re.findall(r"([a-z_]+):", block)}
        assert wanted - words(text) - shown == set(), file.name


def test_no_key_is_explained_that_does_not_exist() -> None:
    known = keys(Policy, golden.Cases) | kinds(Fact) | CONDITIONS | kinds(Benefit)
    for file, text in both("packs"):
        assert first_cells(text) - known == set(), file.name


def test_the_example_pack_uses_every_kind() -> None:
    found = used(load_pack(EXAMPLE_PACK))
    assert found == {"facts": kinds(Fact), "conditions": CONDITIONS, "benefits": kinds(Benefit)}


def test_the_example_pack_passes_its_cases() -> None:
    results = golden.run(EXAMPLE_PACK)
    assert len(results) >= 8
    assert {result.id: result.differences for result in results if not result.passed} == {}


def test_excerpts_are_quoted_from_the_example_pack() -> None:
    source = "".join((EXAMPLE_PACK / name).read_text("utf-8") for name in ("policy.yaml", "cases.yaml"))
    for file, text in both("packs"):
        assert excerpts(text), file.name
        assert [excerpt for excerpt in excerpts(text) if excerpt not in source] == [], file.name


def test_excerpts_are_the_same_in_both_languages() -> None:
    chinese, english = (excerpts(text) for _, text in both("packs"))
    assert chinese == english
