"""A faulty pack is refused when it is loaded, by file and place; a good one comes back from its stored text."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.load import PACKS, PackError, load_content, load_pack, packs
from tests.rules import small

Change = Callable[[small.Tree], object]


def refusal(folder: Path, whole: small.Tree) -> tuple[str, ...]:
    with pytest.raises(PackError) as refused:
        small.loaded(folder, whole)
    assert str(refused.value) == "\n".join(f"small/policy.yaml: {fault}" for fault in refused.value.faults)
    with pytest.raises(PackError, match=r"^stored policy: /"):
        load_content(json.dumps(whole))
    return refused.value.faults


def scheme_of(whole: small.Tree) -> Any:
    return whole["schemes"][0]


def put(*path: str | int, value: Any) -> Change:
    """A change that puts a value at a place of the tree."""

    def change(whole: small.Tree) -> None:
        part: Any = whole
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    def change(whole: small.Tree) -> None:
        part: Any = whole
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]

    return change


SCHEME = ("schemes", 0)
CONDITION = (*SCHEME, "conditions", 0)
BENEFIT = (*SCHEME, "benefit")
RELEASE = {"condition": "size", "from": "2", "period": "operating_year", "earlier": "if_ended", "starts": "built"}


def condition(kind: str, key: str, *values: Any, **more: Any) -> Change:
    return put(*SCHEME, "conditions", value=[small.condition(kind, key, *values, **more)])


def release(**more: Any) -> Change:
    def change(whole: small.Tree) -> None:
        scheme_of(whole)["conditions"].append(small.condition("at_least", "size", "1"))
        scheme_of(whole)["terms"] = {**small.ONCE, "weights": ["1", "1"], "release": {**RELEASE, **more}}

    return change


def unknown_keys() -> Iterator[tuple[Change, str]]:
    yield put("note", value="x"), "/note: this key is not known here"
    yield put("title", "fr", value="x"), "/title/fr: this key is not known here"
    yield put("clauses", 0, "note", value="x"), "/clauses/0/note: this key is not known here"
    yield put("questions", 0, "note", value="x"), "/questions/0/note: this key is not known here"
    yield put("information", 0, "note", value="x"), "/information/0/note: this key is not known here"
    yield put("facts", 0, "note", value="x"), "/facts/0/note: this key is not known here"
    yield put("facts", 2, "derived", "note", value="x"), "/facts/2/derived/note: this key is not known here"
    yield put("facts", 8, "options", 0, "note", value="x"), "/facts/8/options/0/note: this key is not known here"
    yield put(*SCHEME, "note", value="x"), "/schemes/0/note: this key is not known here"
    yield put(*CONDITION, "note", value="x"), "/schemes/0/conditions/0/note: this key is not known here"
    yield put(*CONDITION, "value", 0, "note", value="x"), "/schemes/0/conditions/0/value/0/note: this key is not known"
    yield put(*BENEFIT, "note", value="x"), "/schemes/0/benefit/note: this key is not known here"
    yield put(*SCHEME, "terms", "note", value="x"), "/schemes/0/terms/note: this key is not known here"
    yield put(*SCHEME, "terms", "round", "note", value="x"), "/schemes/0/terms/round/note: this key is not known here"
    yield release(note="x"), "/schemes/0/terms/release/note: this key is not known here"


def left_out() -> Iterator[tuple[Change, str]]:
    for key in ("id", "version", "title", "issuer", "source", "scope", "in_force_from", "clauses", "facts", "schemes"):
        yield drop(key), f"/{key}: Field required"
    yield drop("title", "en"), "/title/en: Field required"
    yield put("title", "en", value=""), "/title/en: "
    yield put("clauses", value=[]), "/clauses: "
    yield put("schemes", value=[]), "/schemes: "
    yield put("facts", value=[]), "/facts: "
    yield drop(*CONDITION, "clause"), "/schemes/0/conditions/0/clause: Field required"
    yield drop(*CONDITION, "kind"), "/schemes/0/conditions/0: "
    yield drop(*CONDITION, "value", 0, "from"), "/schemes/0/conditions/0/value/0/from: Field required"
    yield put(*CONDITION, "value", value=[]), "/schemes/0/conditions/0/value: needs at least one dated value"
    yield put(*SCHEME, "conditions", value=[]), "/schemes/0/conditions: "
    yield drop(*BENEFIT, "clause"), "/schemes/0/benefit/clause: Field required"
    yield drop(*SCHEME, "terms"), "/schemes/0/terms: Field required"
    yield put(*SCHEME, "terms", "weights", value=[]), "/schemes/0/terms/weights: "
    yield drop("facts", 0, "unit"), "/facts/0/unit: Field required"
    yield drop("facts", 0, "above"), "/facts/0: needs either `above` or `at_least`"
    yield put("facts", 0, "at_least", value="0"), "/facts/0: needs either `above` or `at_least`"
    yield put("facts", 8, "options", value=[small.option("red")]), "/facts/8/options: "
    yield condition("one_of", "colour", []), "/schemes/0/conditions/0/value/0/value: "
    yield put(*BENEFIT, value={**small.BAND, "granted": None}), "/schemes/0/benefit/granted: "


def not_declared() -> Iterator[tuple[Change, str]]:
    clause, question = "the clause 'Z' is not declared", "the question 'Q9' is not declared"
    yield put(*SCHEME, "clause", value="Z"), f"/schemes/0/clause: {clause}"
    yield put(*CONDITION, "clause", value="Z"), f"/schemes/0/conditions/0/clause: {clause}"
    yield put(*BENEFIT, "clause", value="Z"), f"/schemes/0/benefit/clause: {clause}"
    yield put(*SCHEME, "terms", "clause", value="Z"), f"/schemes/0/terms/clause: {clause}"
    yield put("information", 0, "clause", value="Z"), f"/information/0/clause: {clause}"
    yield put(*CONDITION, "question", value="Q9"), f"/schemes/0/conditions/0/question: {question}"
    yield put(*SCHEME, "questions", value=["Q1", "Q9"]), f"/schemes/0/questions/1: {question}"
    yield put(*SCHEME, "terms", "questions", value=["Q9"]), f"/schemes/0/terms/questions/0: {question}"
    yield put("facts", 0, "question", value="Q9"), f"/facts/0/question: {question}"
    yield release(question="Q9"), f"/schemes/0/terms/release/question: {question}"
    yield release(starts="begun"), "/schemes/0/terms/release/starts: the fact 'begun' is not declared"
    yield release(condition="cycles"), "/schemes/0/terms/release/condition: the scheme has no condition 'cycles'"
    yield put(*CONDITION, "fact", value="old"), "/schemes/0/conditions/0/fact: the fact 'old' is not declared"
    yield put(*BENEFIT, "fact", value="old"), "/schemes/0/benefit/fact: the fact 'old' is not declared"
    yield (
        put(*BENEFIT, value={**small.BAND, "granted": "old"}),
        "/schemes/0/benefit/granted: the fact 'old' is not declared",
    )
    yield put("facts", 2, "derived", "over", value="old"), "/facts/2/derived: the fact 'old' is not declared"
    yield put("facts", 7, "fixed_by", value="old"), "/facts/7/fixed_by: the fact 'old' is not declared"
    yield put("facts", 0, "documents", value=["deed"]), "/facts/0/documents/0: the document 'deed' is not declared"
    yield (
        condition("one_of", "colour", ["red", "pink"]),
        "/schemes/0/conditions/0/value: “pink” is not one of the answers",
    )


def repeated() -> Iterator[tuple[Change, str]]:
    def twice(name: str) -> Change:
        return lambda whole: whole[name].append(whole[name][0])

    for name in ("clauses", "questions", "information"):
        key = small.tree()[name][0]["id"]
        yield twice(name), f"/{name}/1: the id {key!r} is repeated"
    deed = {"id": "deed", "label": {"zh": "契据", "en": "Deed"}}
    yield put("documents", value=[deed, deed]), "/documents/1: the id 'deed' is repeated"
    yield twice("facts"), f"/facts/{len(small.FACTS)}: the id 'size' is repeated"
    yield twice("schemes"), "/schemes/1: the id 'only' is repeated"
    yield (
        lambda whole: scheme_of(whole)["conditions"].append(scheme_of(whole)["conditions"][0]),
        ("/schemes/0/conditions/1: the id 'new' is repeated"),
    )
    yield put("facts", 8, "options", 1, "id", value="red"), "/facts/8: an option's id is repeated"


def overlapping() -> Iterator[tuple[Change, str]]:
    same = [{"from": "2024-01-01", "value": "1"}, {"from": "2024-01-01", "value": "2"}]
    back = [{"from": "2025-01-01", "value": "1"}, {"from": "2024-01-01", "value": "2"}]
    at = "/schemes/0/conditions/0/value: dated values overlap: 2024-01-01 does not come after"
    for series, day in ((same, "2024-01-01"), (back, "2025-01-01")):
        yield condition("at_least", "size"), "/schemes/0/conditions/0/value: needs at least one dated value"
        change = small.condition("at_least", "size")
        yield put(*SCHEME, "conditions", value=[{**change, "value": series}]), f"{at} {day}"
        yield put(*BENEFIT, "rate", value=series), "/schemes/0/benefit/rate: dated values overlap"
        yield put(*BENEFIT, "cap", value=series), "/schemes/0/benefit/cap: dated values overlap"


def unreadable() -> Iterator[tuple[Change, str]]:
    at = "/schemes/0/conditions/0/value"
    for raw in ("1,000", "-1", "1e3", "1.0001", "NaN", "x", "", True, ["1"], {"low": "1", "high": "2"}):
        yield condition("at_least", "size", raw), f"{at}: "
    yield condition("at_least", "size", "0"), f"{at}: “0” is out of bounds. It must be above 0"
    yield condition("at_least", "size", "5", "x"), f"{at}: “x” is not a plain number"
    yield condition("at_least", "cost", "0.001"), f"{at}: “0.001” has more than 2 decimals"
    yield condition("at_least", "share", "1.5"), f"{at}: The rate “1.5” is above 1"
    yield condition("between", "size", {"low": "3", "high": "2"}), f"{at}: `low` 3 is above `high` 2"
    yield condition("between", "size", {"low": "3"}), f"{at}/0/value/high: Field required"
    yield condition("within", "built", {"low": "2024-01-01", "high": "2023-12-31"}), f"{at}: `low` 2024-01-01 is above"
    yield (
        condition("within", "built", {"low": "2024-02-30", "high": "2024-12-31"}),
        f"{at}: There is no day “2024-02-30”",
    )
    yield condition("is", "new", "yes"), f"{at}/0/value: "


def unreadable_rates() -> Iterator[tuple[Change, str]]:
    for rate in ("x", "", "-5", "1.001", "1e3", "2 yuan"):
        yield put(*BENEFIT, "rate", value=small.dated(rate)), "/schemes/0/benefit: not an amount of yuan"
        yield put(*BENEFIT, "cap", value=small.dated(rate)), "/schemes/0/benefit: not an amount of yuan"
    for rate in ("NaN", "1e-1", "0_1", "10%", "0.1234567", "-0.1", " 0.1"):
        yield put(*BENEFIT, value={**small.SHARE, "rate": small.dated(rate)}), "/schemes/0/benefit: “"
    for rate in ("0", "1.1", "0.0"):
        share = {**small.SHARE, "rate": small.dated("0.1", rate)}
        yield put(*BENEFIT, value=share), f"/schemes/0/benefit: a rate lies above 0 and at most at 1, not at {rate}"
    for low, high in (("0.3", "0.3"), ("0.3", "0.1")):
        band = {**small.BAND, "rate": small.dated({"low": low, "high": high})}
        yield put(*BENEFIT, value=band), f"/schemes/0/benefit: `low` {low} is not below `high` {high}"


def unreadable_days_and_numbers() -> Iterator[tuple[Change, str]]:
    for day in ("20240101", "2024-1-1", "1704067200", "2024-01-01T00:00:00", "2024-02-30", "", True, None):
        yield put(*CONDITION, "value", 0, "from", value=day), "/schemes/0/conditions/0/value/0/from: "
        yield put("in_force_from", value=day), "/in_force_from: "
    for whole in ("1.5", "x", "-1", "0", True, "", "1e1", "9999999999"):
        yield put(*SCHEME, "terms", "weights", value=["1", whole]), "/schemes/0/terms/weights/1: "


def unreadable_terms() -> Iterator[tuple[Change, str]]:
    for month, day in (("13", "1"), ("0", "1"), ("1", "32"), ("1", "0")):
        yield put(*SCHEME, "terms", "round", value={"month": month, "day": day}), "/schemes/0/terms/round/"
    for month, day in (("2", "29"), ("4", "31"), ("6", "31"), ("9", "31"), ("11", "31")):
        said = f"/schemes/0/terms/round: month {month} does not have a day {day} in every year"
        yield put(*SCHEME, "terms", "round", value={"month": month, "day": day}), said
    for key in ("", "1st", "two words", "名", "x" * 65, 5):
        yield put(*CONDITION, "id", value=key), "/schemes/0/conditions/0/id: "
    yield put("facts", 0, "unit", value="MWh"), "/facts/0/unit: "
    yield put("facts", 0, "below", value="x"), "/facts/0/below: "
    yield put("facts", 0, "kind", value="number"), "/facts/0: "
    yield put("questions", 0, "id", value="R1"), "/questions/0/id: "
    yield put(*CONDITION, "kind", value="like"), "/schemes/0/conditions/0: "
    yield put(*CONDITION, "decided_by", value="nobody"), "/schemes/0/conditions/0/decided_by: "
    yield put(*BENEFIT, "kind", value="gift"), "/schemes/0/benefit: "
    yield put(*SCHEME, "terms", "weights", value=["1"] * 51), "/schemes/0/terms/weights: "
    yield put("schemes", value="x"), "/schemes: "


def unfitting() -> Iterator[tuple[Change, str]]:
    at = "/schemes/0/conditions/0/fact: the fact"
    for kind, value in (("at_least", "5"), ("between", {"low": "1", "high": "2"})):
        for key, what in (("new", "yes_no"), ("colour", "choice"), ("built", "date")):
            yield condition(kind, key, value), f"{at} {key!r} is a {what}, which does not fit here"
    yield condition("within", "size", {"low": "1", "high": "2"}), f"{at} 'size' is a quantity, which does not fit"
    yield condition("is", "colour", True), f"{at} 'colour' is a choice, which does not fit here"
    yield condition("one_of", "new", ["red"]), f"{at} 'new' is a yes_no, which does not fit here"
    yield condition("none_of", "size", ["red"]), f"{at} 'size' is a quantity, which does not fit here"
    yield put(*BENEFIT, "fact", value="cost"), "/schemes/0/benefit/fact: the fact 'cost' is a money, which does not fit"
    yield put(*BENEFIT, value={**small.SHARE, "fact": "size"}), "/schemes/0/benefit/fact: the fact 'size' is a quantity"
    yield (
        put(*BENEFIT, value={**small.UP_TO, "granted": "cost"}),
        "/schemes/0/benefit/granted: the fact 'cost' is a money",
    )
    yield (
        put(*BENEFIT, value={**small.UP_TO, "granted": "share"}),
        ("/schemes/0/benefit/granted: 'share' is not set by the reviewer"),
    )
    yield put(*BENEFIT, "granted", value="rate"), "/schemes/0/benefit/granted: a rate per unit is set by the text"
    yield put(*BENEFIT, "fact", value="hours"), "/schemes/0/benefit/fact: 'hours' is derived"
    yield put("facts", 2, "derived", "of", value="cost"), "/facts/2/derived: the fact 'cost' is a money"
    yield put("facts", 2, "derived", "of", value="hours"), "/facts/2/derived: 'hours' is derived itself"
    yield put("facts", 1, value=small.fact("power", "quantity")), "/facts/2/derived: 'power' may be zero"
    yield put("facts", 7, "fixed_by", value="size"), "/facts/7/fixed_by: the fact 'size' is a quantity"
    yield release(starts="size"), "/schemes/0/terms/release/starts: the fact 'size' is a quantity"
    yield release(condition="new"), "/schemes/0/terms/release/condition: the fact 'new' is a yes_no"
    yield release(**{"from": "3"}), "/schemes/0/terms/release/from: there are only 2 instalments"
    yield release(**{"from": "0"}), "/schemes/0/terms/release/from: "
    yield release(period="calendar_year"), "/schemes/0/terms/release/period: "
    for key, kind, value in (("size", "at_least", "5"), ("cost", "at_least", "5")):
        yield (
            condition(kind, key, value, decided_by="person"),
            (f"/schemes/0/conditions/0/decided_by: a person decides what cannot be measured; {key!r} can be"),
        )


FAULTS = [
    *unknown_keys(),
    *left_out(),
    *not_declared(),
    *repeated(),
    *overlapping(),
    *unreadable(),
    *unreadable_rates(),
    *unreadable_days_and_numbers(),
    *unreadable_terms(),
    *unfitting(),
]


@pytest.mark.parametrize(("change", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_a_faulty_pack_is_refused_by_file_and_place(tmp_path: Path, change: Change, said: str) -> None:
    whole = small.tree()
    change(whole)
    found = refusal(tmp_path, whole)
    assert any(fault.startswith(said) for fault in found), found


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    whole = small.tree()
    whole["note"] = "x"
    scheme_of(whole)["note"] = "x"
    assert len(refusal(tmp_path, whole)) == 2
    whole = small.tree()
    scheme_of(whole)["clause"] = "Z"
    scheme_of(whole)["benefit"]["fact"] = "old"
    assert len(refusal(tmp_path, whole)) == 2


def test_a_pack_bears_the_name_of_its_folder(tmp_path: Path) -> None:
    pack = small.write(tmp_path, small.tree())
    moved = pack.rename(tmp_path / "other")
    with pytest.raises(
        PackError, match=r"^other/policy\.yaml: /id: the id 'small' is not the name of its folder 'other'$"
    ):
        load_pack(moved)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "/: There is nothing in it"),
        (b"id: [small", "/: Line 2, column 1 is not valid YAML"),
        (b"id: small\nid: small", "/: “id” is given twice"),
        (b"id: &a small\nversion: *a", "/: Line 1 uses a YAML anchor"),
        (b"\xff\xfei\0d\0", "/: It is neither UTF-8 nor GB18030"),
        (b"- small", "/: Input should be a valid dictionary"),
        (b"# nothing", "/: Input should be a valid dictionary"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, data: bytes, said: str) -> None:
    pack = small.write(tmp_path, small.tree())
    (pack / "policy.yaml").write_bytes(data)
    with pytest.raises(PackError) as refused:
        load_pack(pack)
    assert str(refused.value).startswith(f"small/policy.yaml: {said}")


def test_a_folder_without_a_pack_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"policy\.yaml: /: cannot be read: No such file or directory"):
        load_pack(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"id": "small"}'])
def test_a_stored_policy_that_was_damaged_is_refused(content: str) -> None:
    with pytest.raises(PackError, match=r"^stored policy: /"):
        load_content(content)


def test_a_good_pack_is_loaded(tmp_path: Path) -> None:
    whole = small.tree()
    release(question="Q1")(whole)
    policy = small.loaded(tmp_path, whole)
    terms = policy.schemes[0].terms
    assert terms.release is not None
    assert (terms.weights, terms.round.month, terms.round.day) == ((1, 1), 6, 30)
    assert (terms.release.from_number, terms.release.condition, terms.release.starts) == (2, "size", "built")
    assert load_content(policy.content) == policy


def test_the_packs_that_are_shipped_are_found_by_their_folders() -> None:
    assert set(packs()) == {file.parent.name for file in PACKS.glob("*/policy.yaml")}
    assert packs() is packs()
    for name, policy in packs().items():
        assert policy.id == name
        assert load_pack(PACKS / name) == policy
        with pytest.raises(TypeError):
            packs()[name] = policy  # type: ignore[index]
