"""One scheme of an assessment on paper: the answer, the amount, the findings, the plan and what would change the answer."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Final

from reportlab.lib.colors import Color
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether

from rules import wording
from rules.money import grouped, parse_yuan
from rules.policy import Policy
from subsidy.headline import headline
from subsidy.locale import text
from subsidy.reports.layout import PORTRAIT, box, grid, text_width
from subsidy.reports.prose import Prose
from subsidy.reports.style import (
    AMOUNT,
    BAD,
    BODY,
    CELL,
    CELL_NOTE,
    CELL_STRONG,
    FIGURE,
    GOOD,
    HEADING,
    MINOR,
    NOTE,
    OPEN,
    STRONG,
    TOTAL,
    tinged,
)

_WIDTH: Final = text_width(PORTRAIT)
_OUTCOME: Final[Mapping[str, Color]] = {"eligible": GOOD, "ineligible": BAD, "undetermined": OPEN}
_FINDING: Final[Mapping[str, Color]] = {"met": GOOD, "not_met": BAD, "unknown": OPEN}


def scheme_section(scheme: Mapping[str, Any], policy: Policy, lang: str, on: date) -> list[Flowable]:
    """All that an assessment says on one scheme."""
    label = policy.scheme(scheme["id"]).label.of(lang)
    return [
        CondPageBreak(_WIDTH / 2),
        Prose(label, HEADING),
        _answer(scheme, policy, lang),
        *_steps(scheme["award"], lang),
        *_findings(scheme, policy, lang),
        *_plan(scheme, policy, lang, on),
        *_remedies(scheme, policy, lang),
    ]


def money(amount: str, lang: str) -> str:
    """An amount of the document, grouped and with its currency."""
    return text(lang, "base.money", amount=grouped(parse_yuan(amount)))


def _answer(scheme: Mapping[str, Any], policy: Policy, lang: str) -> Flowable:
    outcome, award = scheme["outcome"], scheme["award"]
    color = _OUTCOME[outcome]
    content = [
        Prose(text(lang, f"report.outcome_{outcome}"), tinged(STRONG, color)),
        Prose(headline(scheme, lang), BODY),
        *_missing(scheme, policy, lang),
    ]
    if award:
        caption = "report.award_range" if award["indicative"] else f"report.award_if_{outcome}"
        content += [Prose(text(lang, caption), NOTE), Prose(_amount(award, lang), FIGURE)]
        if award["capped"]:
            content.append(Prose(text(lang, "report.capped"), NOTE))
        if award["indicative"]:
            content.append(Prose(text(lang, "report.indicative"), NOTE))
    return box(content, _WIDTH, color)


def _amount(award: Mapping[str, Any], lang: str) -> str:
    if award["amount"] is not None:
        return money(award["amount"], lang)
    return text(lang, "report.between", low=money(award["at_least"], lang), high=money(award["at_most"], lang))


def _steps(award: Mapping[str, Any] | None, lang: str) -> list[Flowable]:
    if not award:
        return []
    rows = [[Prose(step["text"], CELL), Prose(money(step["result"], lang), AMOUNT)] for step in award["steps"]]
    head = [text(lang, "report.step"), text(lang, "report.step_result")]
    clause = text(lang, "report.clause", clause=award["clause"])
    return [
        Prose(text(lang, "report.steps"), MINOR),
        grid(head, rows, [_WIDTH - 130, 130], right={1}),
        Prose(text(lang, "report.steps_note", clause=clause), NOTE),
    ]


def _findings(scheme: Mapping[str, Any], policy: Policy, lang: str) -> list[Flowable]:
    labels = {each.id: each.label.of(lang) for each in policy.scheme(scheme["id"]).conditions}
    rows = []
    for finding in scheme["findings"]:
        outcome = finding["outcome"]
        key = "by_person" if outcome == "unknown" and finding["decided_by"] == "person" else outcome
        rows.append(
            [
                [
                    Prose(labels[finding["condition"]], CELL_STRONG),
                    Prose(text(lang, "report.finding_asked", asked=finding["asked"]), CELL_NOTE),
                ],
                Prose(_given(finding, policy, lang), CELL),
                Prose(text(lang, f"report.finding_{key}"), tinged(CELL_STRONG, _FINDING[outcome])),
                Prose(_basis(finding, lang), CELL),
            ]
        )
    head = [text(lang, f"report.finding_{name}") for name in ("condition", "given", "outcome", "basis")]
    return [
        Prose(text(lang, "report.findings"), MINOR),
        grid(head, rows, [_WIDTH - 280, 105, 85, 90]),
    ]


def _given(finding: Mapping[str, Any], policy: Policy, lang: str) -> str:
    given, fact = finding["given"], policy.fact(finding["fact"])
    if given is None:
        return text(lang, "base.not_given")
    shown = fact.show(Fraction(given) if "/" in given else fact.parse(given), lang)
    if finding["decided_by"] == "person":
        return text(lang, "report.own_view", value=shown)
    return text(lang, "report.derived", value=shown) if finding["derived"] else shown


def _basis(finding: Mapping[str, Any], lang: str) -> str:
    clause = text(lang, "report.clause", clause=finding["clause"])
    return f"{clause} · {finding['question']}" if finding["question"] else clause


def _missing(scheme: Mapping[str, Any], policy: Policy, lang: str) -> list[Flowable]:
    """What the applicant can still add; what a person decides is not his to give."""
    judged = {each["fact"] for each in scheme["findings"] if each["decided_by"] == "person"}
    labels = [policy.fact(key).label.of(lang) for key in scheme["missing"] if key not in judged]
    names = text(lang, "report.comma").join(labels)
    return [Prose(text(lang, "report.missing", names=names), BODY)] if labels else []


def _plan(scheme: Mapping[str, Any], policy: Policy, lang: str, on: date) -> list[Flowable]:
    award = scheme["award"]
    if not award or not award["instalments"]:
        return []
    release = policy.scheme(scheme["id"]).terms.release
    labels = {each.id: each.label.of(lang) for each in policy.scheme(scheme["id"]).conditions}
    rows: list[list[Any]] = []
    for each in award["instalments"]:
        notes = [text(lang, "report.plan_provisional")] if each["provisional"] else []
        if release and each["number"] >= release.from_number:
            notes.append(text(lang, "report.plan_tested", condition=labels[release.condition]))
        rows.append(
            [
                Prose(text(lang, "report.plan_number", number=each["number"]), CELL),
                Prose(wording.day(date.fromisoformat(each["due_on"]), lang), CELL),
                Prose(money(each["amount"], lang), AMOUNT),
                Prose(text(lang, "report.semicolon").join(notes), CELL_NOTE),
            ]
        )
    total = award["amount"] or award["at_most"]
    rows.append([Prose(text(lang, "report.total"), CELL_STRONG), "", Prose(money(total, lang), TOTAL), ""])
    head = [text(lang, f"report.plan_{name}") for name in ("instalment", "due_on", "amount", "note")]
    basis = "report.plan_basis" if award["amount"] is not None else "report.plan_basis_at_most"
    table = grid(head, rows, [60, 100, 110, _WIDTH - 270], right={2}, last_is_total=True)
    return [
        KeepTogether(
            [
                Prose(text(lang, "report.plan"), MINOR),
                table,
                Prose(text(lang, basis, day=wording.day(on, lang)), NOTE),
            ]
        )
    ]


def _remedies(scheme: Mapping[str, Any], policy: Policy, lang: str) -> list[Flowable]:
    if not scheme["remedies"]:
        return []
    rows = []
    for remedy in scheme["remedies"]:
        changes = [
            Prose(
                text(
                    lang,
                    "report.remedy_change",
                    fact=fact.label.of(lang),
                    value=fact.show(fact.read(change["to"]), lang),
                ),
                CELL,
            )
            for change in remedy["changes"]
            for fact in [policy.fact(change["fact"])]
        ]
        award = money(remedy["award_at_most"], lang) if remedy["award_at_most"] else "—"
        rows.append([changes, Prose(award, AMOUNT)])
    head = [text(lang, "report.remedy"), text(lang, "report.remedy_award")]
    return [
        Prose(text(lang, "report.remedies"), MINOR),
        grid(head, rows, [_WIDTH - 130, 130], right={1}),
        Prose(text(lang, "report.remedies_note"), NOTE),
    ]
