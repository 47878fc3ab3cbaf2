"""Whatever is handed in is either understood or refused in words; nothing else ever happens."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.assess import assess
from rules.document import read_document
from rules.faults import BadInput, FactError, Fault
from rules.load import packs
from rules.money import yuan
from rules.reading import read_application, read_form

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=10), inner), max_leaves=10
)
LINGANG = packs()["lingang-2024"]
KEYS = st.sampled_from([fact.key for fact in LINGANG.facts]) | st.text(max_size=5)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "policy": st.just("lingang-2024") | TREES,
        "scheme": st.sampled_from([scheme.id for scheme in LINGANG.schemes]) | TREES,
        "on": st.dates().map(str) | TREES,
        "facts": st.dictionaries(KEYS, TREES, max_size=5) | TREES,
        "more": TREES,
    },
)


@given(BODIES | TREES)
def test_any_json_is_an_application_or_bad_input_with_words(tree: Any) -> None:
    body = json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for json_only in (True, False):
        try:
            application = read_application(read_document(body, json_only=json_only), today=date(2026, 3, 1))
        except BadInput as error:
            check_words(error)
        else:
            assess(application.policy, application.facts, application.on, application.scheme)


def check_words(error: BadInput) -> None:
    assert error.faults
    for fault in error.faults:
        for lang in ("zh", "en"):
            fault.message(lang).encode("utf-8")
        fault.pointer.encode("utf-8")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_document_or_bad_input(data: bytes) -> None:
    for json_only in (True, False):
        try:
            tree = read_document(data, json_only=json_only)
            read_application(tree, today=date(2026, 3, 1))
        except BadInput as error:
            check_words(error)


YAML = st.text(st.sampled_from("ab1-:?,[]{}&*!|>%@'\"# \n\t~<.\\x0u"), max_size=40)


@given(YAML)
def test_anything_like_yaml_is_a_document_or_bad_input(text: str) -> None:
    try:
        read_document(text.encode())
    except BadInput as error:
        check_words(error)


TYPED = st.text(max_size=30) | st.text(st.sampled_from("0123456789０１.,，．-−+%¥年月日万亿元kMWh²½ 　"), max_size=15)


@given(TYPED)
def test_anything_typed_is_a_value_or_a_fault(text: str) -> None:
    for scheme in LINGANG.schemes:
        facts = LINGANG.facts_of(scheme)
        found, faults = read_form(
            LINGANG, scheme.id, dict.fromkeys((fact.key for fact in facts), text), date(2026, 3, 1)
        )
        for fault in faults:
            assert fault.message("zh")
            assert fault.message("en")
        for key, value in found.items():
            assert LINGANG.fact(key).holds(value)
        assert {fault.pointer for fault in faults} | {f"/facts/{key}" for key in found} <= {
            f"/facts/{fact.key}" for fact in facts
        }


@given(SCALARS | st.text(st.sampled_from("0123456789.-+eE_ "), max_size=25))
def test_any_scalar_is_a_value_or_a_fault_of_every_fact(raw: Any) -> None:
    for fact in LINGANG.facts:
        try:
            value = fact.read(raw)
        except FactError as error:
            check_words(BadInput([Fault("", error.code, error.params)]))
        else:
            assert fact.read(raw) == fact.parse(fact.print(value)) == value


@pytest.mark.parametrize("fen", [0, 1, 10**15])
def test_the_ends_of_money_are_printed_and_read(fen: int) -> None:
    money = LINGANG.fact("contract_amount_yuan")
    assert money.read(yuan(fen)) == fen
