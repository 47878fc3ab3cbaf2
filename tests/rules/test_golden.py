"""The golden cases of every pack come out, and the runner notices what does not."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules import golden
from rules.document import read_document
from rules.load import PACKS, PackError, packs
from tests.rules import small

LINGANG = PACKS / "lingang-2024"


@pytest.mark.parametrize(
    "folder", sorted(file.parent for file in PACKS.glob("*/policy.yaml")), ids=lambda path: path.name
)
def test_every_case_comes_out(folder: Path) -> None:
    results = golden.run(folder)
    assert {result.id: result.differences for result in results if not result.passed} == {}


def test_the_lingang_pack_is_proved_by_at_least_sixty_cases_over_every_scheme_clause_and_outcome() -> None:
    cases = cases_of(LINGANG)["cases"]
    assert len(golden.run(LINGANG)) == len(cases) >= 60
    assert {case["scheme"] for case in cases} == {scheme.id for scheme in packs()["lingang-2024"].schemes}
    assert {case["expect"].get("outcome", "refused") for case in cases} == {
        *("eligible", "ineligible", "undetermined", "refused")
    }
    assert len({case["title"] + case["scheme"] for case in cases}) == len(cases)


def cases_of(folder: Path) -> Any:
    return read_document((folder / "cases.yaml").read_bytes())


CASE: small.Tree = {
    "id": "one",
    "title": "一例",
    "clause": "A",
    "note": "原文",
    "scheme": "only",
    "on": "2026-03-01",
    "project": "plain",
    "facts": {"size": "12.5"},
    "expect": {
        "outcome": "eligible",
        "award": {"amount": "2500", "parts": ["1250", "1250"]},
    },
}
PACK = small.tree(
    small.scheme(
        small.condition("is", "new", True),
        small.condition("at_least", "size", "10"),
        terms={**small.ONCE, "weights": ["1", "1"]},
    ),
    small.scheme(small.condition("is", "new", True), benefit=small.BAND, id="band"),
)


def run(folder: Path, *cases: small.Tree, **more: Any) -> list[golden.CaseResult]:
    pack = small.write(folder, PACK)
    whole = {"projects": {"plain": {"new": True, "size": "5"}}, "cases": list(cases), **more}
    (pack / "cases.yaml").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return golden.run(pack)


def case(facts: small.Tree | None = None, **expect: Any) -> small.Tree:
    return {**CASE, "facts": CASE["facts"] if facts is None else facts, "expect": expect}


def test_a_case_restates_some_facts_of_its_project(tmp_path: Path) -> None:
    assert run(tmp_path, CASE) == [golden.CaseResult("one", "一例", ())]
    assert run(tmp_path, CASE)[0].passed


AWARD: small.Tree = {"amount": "2500"}
FAILS: small.Tree = {"outcome": "ineligible", "findings": {"size": "not_met"}}


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (case(outcome="undetermined", award=AWARD), ["outcome"]),
        (case(outcome="eligible", findings={"size": "not_met"}, award=AWARD), ["findings/size"]),
        (case({"size": "9"}, outcome="ineligible"), ["findings/size"]),
        (case({"size": None}, outcome="undetermined", findings={"size": "unknown"}), ["missing"]),
        (case(outcome="eligible"), ["award"]),
        (case(outcome="eligible", award={"amount": "2500.01"}), ["award"]),
        (case(outcome="eligible", award={"amount": "2500", "capped": True}), ["award"]),
        (case(outcome="eligible", award={"at_least": "2500", "at_most": "2500"}), ["award"]),
        (case(outcome="eligible", award={**AWARD, "parts": ["2500"]}), ["award/parts"]),
        (case(outcome="eligible", award={**AWARD, "parts": ["1250.01", "1249.99"]}), ["award/parts"]),
        (case({"size": "9"}, **FAILS, award={"amount": "1800"}), ["award"]),
        (case({"size": "9"}, **FAILS, remedies=[]), ["remedies"]),
        (case({"size": "9"}, **FAILS, remedies=[{"changes": {"size": "10"}}]), ["remedies"]),
        (
            case({"size": "9"}, **FAILS, remedies=[{"changes": {"size": "11"}, "award_at_most": "2200"}]),
            ["remedies"],
        ),
        (case({"size": "9"}, **FAILS, remedies=[{"changes": {"size": "10"}, "award_at_most": "2000"}]), []),
        (case({"size": "-9"}, outcome="eligible"), ["refused"]),
        (case(refused={"size": "not_above"}), ["refused"]),
        (case({"size": "0"}, refused={"size": "signed"}), ["refused"]),
        (case({"size": "0", "new": "1"}, refused={"size": "not_above"}), ["refused"]),
        (case({"size": "0"}, refused={"size": "not_above"}), []),
    ],
)
def test_what_comes_out_otherwise_is_named(tmp_path: Path, wrong: small.Tree, what: list[str]) -> None:
    results = run(tmp_path, wrong)
    assert [difference.what for result in results for difference in result.differences] == what
    assert results[0].passed is (not what)


def test_a_difference_says_what_was_expected_and_what_came(tmp_path: Path) -> None:
    (result,) = run(tmp_path, case({"size": "9"}, outcome="eligible", award=AWARD))
    assert result.differences == (
        golden.Difference("outcome", "eligible", "ineligible"),
        golden.Difference("findings/size", "met", "not_met"),
        golden.Difference("award", "amount = 2500.00, at_least = 2500.00, at_most = 2500.00, capped = no", "-"),
    )


def test_a_difference_of_refused_facts_and_parts_says_both_sides(tmp_path: Path) -> None:
    (result,) = run(tmp_path, case(refused={"size": "signed", "new": "not_yes_or_no"}))
    assert result.differences == (golden.Difference("refused", "new = not_yes_or_no, size = signed", "-"),)
    (result,) = run(tmp_path, case({"size": "0"}, outcome="eligible"))
    assert result.differences == (golden.Difference("refused", "-", "size = not_above"),)
    (result,) = run(tmp_path, case(outcome="eligible", award={**AWARD, "parts": ["2000", "500"]}))
    assert result.differences == (golden.Difference("award/parts", "2000.00 + 500.00", "1250.00 + 1250.00"),)
    (result,) = run(tmp_path, case(outcome="eligible", award={"at_least": "0", "at_most": "2500", "capped": True}))
    assert result.differences == (
        golden.Difference(
            "award",
            "amount = -, at_least = 0.00, at_most = 2500.00, capped = yes",
            "amount = 2500.00, at_least = 2500.00, at_most = 2500.00, capped = no",
        ),
    )


def test_a_remedy_that_did_not_come_and_one_that_was_not_expected_are_told(tmp_path: Path) -> None:
    (result,) = run(tmp_path, case({"size": "9"}, **FAILS, remedies=[]))
    assert result.differences == (golden.Difference("remedies", "-", "size = 10 -> 2000.00"),)
    rated = {**case({"new": False}, outcome="ineligible", findings={"new": "not_met"}), "scheme": "band"}
    rated["expect"]["remedies"] = [{"changes": {"rate": "0.2"}}]
    (result,) = run(tmp_path, rated)
    assert result.differences == (golden.Difference("remedies", "rate = 0.2 -> -", "new = true -> -"),)


def test_an_open_rate_is_expected_as_two_bounds_and_its_parts_follow_the_higher(tmp_path: Path) -> None:
    award: small.Tree = {"at_least": "10", "at_most": "30", "parts": ["30"]}
    open_case = {**case({"cost": "100"}, outcome="eligible", award=award), "scheme": "band"}
    assert run(tmp_path, open_case)[0].passed
    award["parts"] = ["10"]
    assert not run(tmp_path, open_case)[0].passed


def test_remedies_may_come_in_any_order(tmp_path: Path) -> None:
    changed = case({"size": "9", "new": False}, outcome="ineligible", findings={"size": "not_met", "new": "not_met"})
    changed["expect"]["remedies"] = [{"changes": {"new": True, "size": "10"}, "award_at_most": "2000"}]
    assert run(tmp_path, changed)[0].passed


def faulty() -> Iterator[tuple[str, small.Tree, str]]:
    expect = CASE["expect"]
    yield "unknown key", {**CASE, "notes": "x"}, "/cases/0/notes: this key is not known here"
    yield (
        "unknown key of what is expected",
        {**CASE, "expect": {**expect, "missed": []}},
        "/cases/0/expect/missed: this key",
    )
    yield "no clause", {key: value for key, value in CASE.items() if key != "clause"}, "/cases/0/clause: Field required"
    yield "empty note", {**CASE, "note": ""}, "/cases/0/note: "
    yield "clause", {**CASE, "clause": "Z"}, "/cases/0/clause: 'Z' is not declared"
    yield "scheme", {**CASE, "scheme": "other"}, "/cases/0/scheme: 'other' is not declared"
    yield "project", {**CASE, "project": "other"}, "/cases/0/project: 'other' is not declared"
    yield (
        "unwritten amount",
        case(outcome="eligible", award={"amount": True}),
        ("/cases/0/expect/award/amount: an amount is written in yuan, such as 200000.00"),
    )
    yield (
        "scheme with findings",
        {**case(outcome="eligible", findings={"x": "met"}), "scheme": "other"},
        ("/cases/0/scheme: 'other' is not declared"),
    )
    yield "day", {**CASE, "on": "20260301"}, "/cases/0/on: a day is written YYYY-MM-DD"
    yield (
        "condition",
        case(outcome="eligible", findings={"sise": "met"}),
        "/cases/0/expect/findings: 'sise' is not declared",
    )
    yield "missing", case(outcome="eligible", missing=["sise"]), "/cases/0/expect/missing: 'sise' is not declared"
    yield "refused", case(refused={"sise": "signed"}), "/cases/0/expect/refused: 'sise' is not declared"
    yield "outcome", case(outcome="perhaps"), "/cases/0/expect/outcome: "
    yield "answer", case(outcome="eligible", findings={"size": "no"}), "/cases/0/expect/findings/size: "
    yield "nothing expected", case(), "/cases/0/expect: needs either `outcome` or `refused`"
    yield (
        "two things expected",
        case(outcome="eligible", refused={}),
        "/cases/0/expect: needs either `outcome` or `refused`",
    )
    yield (
        "more than refused",
        case(refused={"size": "signed"}, missing=["new"]),
        "/cases/0/expect: nothing else is expected",
    )
    yield (
        "half an award",
        case(outcome="eligible", award={"at_most": "5"}),
        "/cases/0/expect/award: needs either `amount`",
    )
    yield (
        "too much award",
        case(outcome="eligible", award={**AWARD, "at_most": "5"}),
        "/cases/0/expect/award: needs either",
    )
    yield "no award", case(outcome="eligible", award={}), "/cases/0/expect/award: needs either `amount`"
    yield (
        "amount",
        case(outcome="eligible", award={"amount": "5 yuan"}),
        "/cases/0/expect/award/amount: not an amount of yuan",
    )
    yield "change", case(**FAILS, remedies=[{"changes": {}}]), "/cases/0/expect/remedies/0/changes: "
    yield (
        "changed key",
        case(**FAILS, remedies=[{"changes": {"sise": "1"}}]),
        "/cases/0/expect/remedies/0/changes: There is no",
    )
    yield (
        "changed value",
        case(**FAILS, remedies=[{"changes": {"size": "x"}}]),
        "/cases/0/expect/remedies/0/changes: “x” is not",
    )


@pytest.mark.parametrize(("wrong", "said"), [pytest.param(wrong, said, id=name) for name, wrong, said in faulty()])
def test_a_faulty_case_is_refused_by_file_and_place(tmp_path: Path, wrong: small.Tree, said: str) -> None:
    with pytest.raises(PackError) as refusal:
        run(tmp_path, wrong)
    assert f"small/cases.yaml: {said}" in str(refusal.value)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"small/cases\.yaml: /cases/1/id: the id 'one' is repeated"):
        run(tmp_path, CASE, CASE)


def test_a_file_without_cases_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"small/cases\.yaml: /cases: "):
        run(tmp_path)


def test_a_pack_without_a_file_of_cases_is_told_so(tmp_path: Path) -> None:
    pack = small.write(tmp_path, PACK)
    with pytest.raises(PackError, match=r"small/cases\.yaml: /: cannot be read: No such file"):
        golden.run(pack)


AMENDMENTS = (
    ('"1000"', '"1000.001"'),
    ('"1000"', '"999.999"'),
    ('"2"', '"2.001"'),
    ('"2"', '"1.999"'),
    ('"450"', '"450.001"'),
    ('"450"', '"449.999"'),
    ("low: 2024-01-01", "low: 2024-01-02"),
    ("low: 2024-01-01", "low: 2023-12-31"),
    ("high: 2026-12-31", "high: 2026-12-30"),
    ("high: 2026-12-31", "high: 2027-01-01"),
    ('"200"', '"200.01"'),
    ('"5000000"', '"4999999.99"'),
    ('"5000000"', '"5000000.01"'),
    ('value: "0.1"', 'value: "0.100001"'),
    ('"100000000"', '"99999999.99"'),
    ('"100000000"', '"100000000.01"'),
    ('low: "0.1"', 'low: "0.100001"'),
    ('low: "0.1"', 'low: "0.099999"'),
    ('high: "0.3"', 'high: "0.300001"'),
    ('high: "0.3"', 'high: "0.299999"'),
    ('"0.2"', '"0.200001"'),
    ('"30000000"', '"29999999.99"'),
    ('"30000000"', '"30000000.01"'),
    ('"20000000"', '"19999999.99"'),
    ('"20000000"', '"20000000.01"'),
    ("[user]", "[user, grid]"),
    ("[first_unit]", "[first_unit, domestic_first_unit]"),
    ("[domestic_first_unit]", "[none]"),
    ("[1, 1, 1]", "[1, 1]"),
    ("kind: at_least, fact: capacity", "kind: more_than, fact: capacity"),
    ("kind: at_least, fact: cycles", "kind: more_than, fact: cycles"),
    ("kind: at_least, fact: full", "kind: more_than, fact: full"),
)


@pytest.mark.parametrize(("old", "new"), AMENDMENTS)
def test_a_number_changed_by_mistake_breaks_a_case(tmp_path: Path, old: str, new: str) -> None:
    original = (LINGANG / "policy.yaml").read_text(encoding="utf-8")
    at = original.index("\nschemes:")
    assert old in original[at:]
    pack = tmp_path / LINGANG.name
    pack.mkdir()
    shutil.copy(LINGANG / "cases.yaml", pack)
    (pack / "policy.yaml").write_text(original[:at] + original[at:].replace(old, new, 1), encoding="utf-8")
    assert not all(result.passed for result in golden.run(pack))
