"""An assessment for a terminal, in the words of the page and the paper."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from rules import wording
from rules.assess import Assessment, Finding, SchemeAssessment
from rules.money import grouped, parse_yuan
from rules.policy import Policy
from subsidy.cli.terminal import heading, line, table
from subsidy.headline import headline
from subsidy.locale import text

_STYLES = {"met": "green", "not_met": "red", "unknown": "yellow"}


def assessment_text(assessment: Assessment, document: Mapping[str, Any], lang: str) -> Iterator[RenderableType]:
    """Policy and day, and for each scheme headline, findings, award, plan and remedies; last, that it is no decision."""
    policy = assessment.policy
    yield line(policy.title.of(lang), "bold")
    yield line(f"{text(lang, 'report.checked_on')}  {wording.day(assessment.on, lang)}")
    for answer, scheme in zip(assessment.schemes, document["schemes"], strict=True):
        yield heading(f"{answer.scheme.label.of(lang)}  ({answer.scheme.id})")
        yield line(headline(scheme, lang))
        yield from _findings(answer, lang)
        if answer.missing:
            names = text(lang, "report.comma").join(policy.fact(key).label.of(lang) for key in answer.missing)
            yield line(text(lang, "report.missing", names=names))
        if scheme["award"]:
            yield from _award(scheme, assessment.on, lang)
        yield from _remedies(answer, policy, lang)
    yield from _readings(assessment, lang)
    yield heading(text(lang, "report.no_decision"))
    origin = document["policy"]
    yield line(f"{origin['id']} {origin['version']} · {origin['digest']} · {document['engine']}", "dim")


def _findings(answer: SchemeAssessment, lang: str) -> Iterator[RenderableType]:
    head = [text(lang, f"report.finding_{key}") for key in ("outcome", "condition")]
    head += [text(lang, "cli.asked"), text(lang, "report.finding_given"), text(lang, "report.finding_basis")]
    yield table(head, [_finding(finding, lang) for finding in answer.findings])


def _finding(finding: Finding, lang: str) -> list[str | Text]:
    test, outcome = finding.test, finding.outcome.value
    condition = test.condition
    by_person = outcome == "unknown" and condition.decided_by == "person"
    words = text(lang, "report.finding_by_person" if by_person else f"report.finding_{outcome}")
    given = text(lang, "base.not_given") if finding.given is None else test.fact.show(finding.given, lang)
    return [
        Text(words, style=_STYLES[outcome]),
        condition.label.of(lang),
        condition.asked(test.fact, test.bound, lang),
        text(lang, "report.derived", value=given) if finding.derived else given,
        condition.clause if condition.question is None else f"{condition.clause}, {condition.question}",
    ]


def _award(scheme: Mapping[str, Any], on: date, lang: str) -> Iterator[RenderableType]:
    award = scheme["award"]
    if award["indicative"]:
        low, high = _money(award["at_least"], lang), _money(award["at_most"], lang)
        yield heading(f"{text(lang, 'report.award_range')}  {text(lang, 'report.between', low=low, high=high)}")
    else:
        words = text(lang, f"report.award_if_{scheme['outcome']}")
        yield heading(f"{words}  {_money(award['amount'], lang)}")
    for step in award["steps"]:
        yield line(f"  {step['text']}  =  {_money(step['result'], lang)}")
    for key in ("capped", "indicative"):
        if award[key]:
            yield line(f"  {text(lang, f'report.{key}')}")
    head = [text(lang, f"report.plan_{key}") for key in ("instalment", "due_on", "amount")]
    yield table(head, [_instalment(part, lang) for part in award["instalments"]], right={2})
    basis = "plan_basis_at_most" if award["indicative"] else "plan_basis"
    yield line(text(lang, f"report.{basis}", day=wording.day(on, lang)))


def _instalment(part: Mapping[str, Any], lang: str) -> list[str]:
    due_on = wording.day(date.fromisoformat(part["due_on"]), lang)
    if part["provisional"]:
        due_on += f" ({text(lang, 'base.provisional')})"
    return [text(lang, "report.plan_number", number=part["number"]), due_on, _money(part["amount"], lang)]


def _remedies(answer: SchemeAssessment, policy: Policy, lang: str) -> Iterator[RenderableType]:
    if not answer.remedies:
        return
    yield heading(text(lang, "report.remedies"))
    head = [text(lang, "report.remedy"), text(lang, "report.remedy_award")]
    rows = []
    for remedy in answer.remedies:
        changes = text(lang, "report.semicolon").join(
            text(lang, "report.remedy_change", fact=fact.label.of(lang), value=fact.show(change.to, lang))
            for change in remedy.changes
            for fact in [policy.fact(change.fact)]
        )
        at_most = remedy.award_at_most
        rows.append([changes, "" if at_most is None else text(lang, "base.money", amount=grouped(at_most))])
    yield table(head, rows, right={1})
    yield line(text(lang, "report.remedies_note"))


def _readings(assessment: Assessment, lang: str) -> Iterator[RenderableType]:
    tests = [finding.test for answer in assessment.schemes for finding in answer.findings]
    cited = {test.condition.question for test in tests}
    questions = [question for question in assessment.policy.questions if question.id in cited]
    if questions:
        yield heading(text(lang, "report.readings"))
    for question in questions:
        yield line(f"{question.id} {question.title.of(lang)} {question.reading.of(lang)}")


def _money(yuan: str, lang: str) -> str:
    return text(lang, "base.money", amount=grouped(parse_yuan(yuan)))
