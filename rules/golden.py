"""Golden cases: what a policy officer expects of a pack, in `cases.yaml` beside it, compared with what the rules answer.

A case starts from one of the file's `projects`, restates some of its facts (null: not stated) and says what must come out. Every
condition that a case does not name must be met, every fact that it does not name must not be missing: a case is never vaguer than
it looks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from rules.assess import Answer, Outcome, Remedy, SchemeAssessment, assess
from rules.benefits import Award
from rules.facts import Value
from rules.faults import BadInput
from rules.load import PackError, load_pack, read_model
from rules.model import CalendarDay, Identifier, PackModel
from rules.money import Fen, parse_yuan, split, yuan
from rules.policy import Policy
from rules.reading import read_facts


def _amount(raw: object) -> Fen:
    if not isinstance(raw, str):
        raise ValueError("an amount is written in yuan, such as 200000.00")
    return parse_yuan(raw)


Amount = Annotated[Fen, BeforeValidator(_amount)]
"""An amount as a case writes it, in yuan."""


class ExpectedAward(PackModel):
    """Either the amount, or the two bounds while a rate is still to be set."""

    amount: Amount | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    capped: bool = False
    parts: tuple[Amount, ...] | None = None
    """The instalments in order; their dates are not for the rules to say."""

    @model_validator(mode="after")
    def _one_form(self) -> "ExpectedAward":
        bounds = (self.at_least, self.at_most)
        if (None in bounds) if self.amount is None else (bounds != (None, None)):
            raise ValueError("needs either `amount`, or `at_least` and `at_most`")
        return self


class ExpectedRemedy(PackModel):
    """The facts to change, as a file would state them, and the most that would then be granted."""

    changes: Mapping[str, Any] = Field(min_length=1)
    award_at_most: Amount | None = None


class Expected(PackModel):
    """What must come out: an outcome with its findings, or the facts that are refused with the code of the fault."""

    outcome: Outcome | None = None
    findings: Mapping[str, Answer] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    award: ExpectedAward | None = None
    remedies: tuple[ExpectedRemedy, ...] | None = None
    refused: Mapping[str, str] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "Expected":
        if (self.outcome is None) == (self.refused is None):
            raise ValueError("needs either `outcome` or `refused`")
        if self.refused is not None and self.model_fields_set != {"refused"}:
            raise ValueError("nothing else is expected of facts that are `refused`")
        return self


class Case(PackModel):
    """One project, the day of the check, and what must come out, with the clause that says so."""

    id: Identifier
    title: str = Field(min_length=1)
    clause: Identifier
    note: str = Field(min_length=1)
    scheme: Identifier
    on: CalendarDay
    project: str
    facts: Mapping[str, Any] = Field(default_factory=dict)
    expect: Expected


class Cases(PackModel):
    """A pack's file of cases."""

    projects: Mapping[str, Mapping[str, Any]]
    cases: tuple[Case, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise than expected."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case and how the answer differs from it."""

    id: str
    title: str
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences


def run(folder: Path) -> list[CaseResult]:
    """Every case of a pack's folder, in order; PackError where the pack or its cases cannot be read."""
    policy = load_pack(folder)
    file = folder / "cases.yaml"
    cases = read_model(file, Cases)
    if faults := list(_cross_check(policy, cases)):
        raise PackError(f"{folder.name}/{file.name}", faults)
    return [
        CaseResult(case.id, case.title, tuple(_differences(policy, case, cases.projects[case.project])))
        for case in cases.cases
    ]


def _cross_check(policy: Policy, cases: Cases) -> Iterator[str]:
    clauses = {clause.id for clause in policy.clauses}
    schemes = {scheme.id: {condition.id for condition in scheme.conditions} for scheme in policy.schemes}
    keys = {fact.key for fact in policy.facts}
    seen: set[str] = set()
    for number, case in enumerate(cases.cases):
        place, expect = f"/cases/{number}", case.expect
        if case.id in seen:
            yield f"{place}/id: the id {case.id!r} is repeated"
        seen.add(case.id)
        for what, named, known in (
            ("clause", [case.clause], clauses),
            ("scheme", [case.scheme], schemes),
            ("project", [case.project], cases.projects),
            ("expect/findings", expect.findings, schemes.get(case.scheme, expect.findings)),
            ("expect/missing", expect.missing, keys),
            ("expect/refused", expect.refused or (), keys),
        ):
            yield from (f"{place}/{what}: {each!r} is not declared" for each in named if each not in known)
        for position, remedy in enumerate(expect.remedies or ()):
            try:
                read_facts(policy, case.scheme, dict(remedy.changes), case.on)
            except BadInput as error:
                changes = f"{place}/expect/remedies/{position}/changes"
                yield from (f"{changes}: {fault.message('en')}" for fault in error.faults)


def _differences(policy: Policy, case: Case, project: Mapping[str, Any]) -> Iterator[Difference]:
    expect = case.expect
    try:
        facts = read_facts(policy, case.scheme, {**project, **case.facts}, case.on)
    except BadInput as error:
        found = {fault.pointer.removeprefix("/facts/"): fault.code for fault in error.faults}
        yield from _differs("refused", _pairs(expect.refused or {}), _pairs(found))
        return
    if expect.outcome is None:
        yield Difference("refused", _pairs(expect.refused or {}), "-")
        return
    answer = assess(policy, facts, case.on, case.scheme).schemes[0]
    yield from _differs("outcome", expect.outcome.value, answer.outcome.value)
    for finding in answer.findings:
        condition = finding.test.condition.id
        wanted = expect.findings.get(condition, Answer.MET)
        yield from _differs(f"findings/{condition}", wanted.value, finding.outcome.value)
    yield from _differs("missing", ", ".join(expect.missing), ", ".join(answer.missing))
    yield from _award_differences(expect.award, answer)
    if expect.remedies is not None:
        wanted_remedies = (_wanted_remedy(policy, remedy) for remedy in expect.remedies)
        got_remedies = (_got_remedy(policy, remedy) for remedy in answer.remedies)
        yield from _differs("remedies", "; ".join(sorted(wanted_remedies)), "; ".join(sorted(got_remedies)))


def _award_differences(expect: ExpectedAward | None, answer: SchemeAssessment) -> Iterator[Difference]:
    award = answer.award
    yield from _differs("award", _pairs(_wanted_award(expect)), _pairs(_got_award(award)))
    if expect and expect.parts is not None and award:
        parts = split(award.at_most, answer.scheme.terms.weights)
        yield from _differs("award/parts", _amounts(expect.parts), _amounts(parts))


def _wanted_award(expect: ExpectedAward | None) -> dict[str, str]:
    if expect is None:
        return {}
    low, high = (expect.at_least, expect.at_most) if expect.amount is None else (expect.amount, expect.amount)
    return _award_shown(low, high, expect.amount, expect.capped)


def _got_award(award: Award | None) -> dict[str, str]:
    return _award_shown(award.at_least, award.at_most, award.amount, award.capped) if award else {}


def _award_shown(low: int | None, high: int | None, amount: int | None, capped: bool) -> dict[str, str]:
    amounts = {"at_least": low, "at_most": high, "amount": amount}
    return {**{key: _shown(value) for key, value in amounts.items()}, "capped": "yes" if capped else "no"}


def _wanted_remedy(policy: Policy, remedy: ExpectedRemedy) -> str:
    changes = {key: policy.fact(key).read(raw) for key, raw in remedy.changes.items()}
    return _remedy_text(policy, changes, remedy.award_at_most)


def _got_remedy(policy: Policy, remedy: Remedy) -> str:
    return _remedy_text(policy, {change.fact: change.to for change in remedy.changes}, remedy.award_at_most)


def _remedy_text(policy: Policy, changes: Mapping[str, Value], award: int | None) -> str:
    stated = {key: policy.fact(key).print(value) for key, value in changes.items()}
    return f"{_pairs(stated)} -> {_shown(award)}"


def _differs(what: str, expected: str, got: str) -> Iterator[Difference]:
    if expected != got:
        yield Difference(what, expected or "-", got or "-")


def _pairs(entries: Mapping[str, str]) -> str:
    return ", ".join(f"{key} = {entries[key]}" for key in sorted(entries))


def _shown(amount: int | None) -> str:
    return "-" if amount is None else yuan(amount)


def _amounts(parts: Iterable[int]) -> str:
    return " + ".join(yuan(part) for part in parts)
