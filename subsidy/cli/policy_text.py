"""A policy for a terminal."""

from collections.abc import Iterator
from datetime import date

from rich.console import RenderableType

from rules import wording
from rules.policy import Policy, SchemeInForce
from subsidy.cli.terminal import heading, line, table
from subsidy.locale import text


def policy_text(policy: Policy, on: date, lang: str) -> Iterator[RenderableType]:
    """What it is, its schemes with the conditions as they stand on a day, its clauses and its open questions."""
    yield line(policy.title.of(lang), "bold")
    for key, value in (
        ("report.issuer", policy.issuer.of(lang)),
        ("cli.policy_source", policy.source.of(lang)),
        ("cli.policy_scope", policy.scope.of(lang)),
        ("cli.policy_from", wording.day(policy.in_force_from, lang)),
        ("report.record_policy", f"{policy.id} {policy.version}"),
        ("report.record_digest", policy.digest),
    ):
        yield line(f"{text(lang, key)}  {value}")
    for current in policy.on(on):
        yield from _scheme(current, lang)
    yield heading(text(lang, "cli.policy_information"))
    for entry in policy.information:
        yield line(f"{entry.clause}  {entry.label.of(lang)}  {entry.text.of(lang)}")
    yield heading(text(lang, "report.clauses"))
    for clause in policy.clauses:
        yield line(f"{clause.id}  {clause.title.of(lang)}", "bold")
        yield line(f"{text(lang, 'report.quote', quote=clause.quote)} ({clause.source})")
        yield line(clause.summary.of(lang))
    yield heading(text(lang, "report.readings"))
    for question in policy.questions:
        yield line(f"{question.id}  {question.title.of(lang)}", "bold")
        yield line(question.reading.of(lang))


def _scheme(current: SchemeInForce, lang: str) -> Iterator[RenderableType]:
    scheme = current.scheme
    yield heading(f"{scheme.label.of(lang)}  ({scheme.id})")
    yield line(scheme.summary.of(lang))
    head = [text(lang, key) for key in ("report.finding_condition", "cli.asked", "cli.fact", "report.finding_basis")]
    rows = [
        [
            test.condition.label.of(lang),
            test.condition.asked(test.fact, test.bound, lang),
            test.fact.key,
            ", ".join(filter(None, (test.condition.clause, test.condition.question))),
        ]
        for test in current.tests
    ]
    yield table(head, rows)
    terms = scheme.terms
    due = text(lang, "cli.policy_round", month=terms.round.month, day=terms.round.day, count=len(terms.weights))
    yield line(due)
