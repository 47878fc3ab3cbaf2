"""The result of an eligibility check on paper. It is no decision, and every page says so."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Table

from rules import wording
from rules.facts import Value
from rules.policy import Policy
from subsidy.locale import text
from subsidy.reports.assessment_scheme import scheme_section
from subsidy.reports.clauses import cited_clause
from subsidy.reports.layout import BARE, PORTRAIT, Furniture, headed, pairs, press, qr_code, text_width
from subsidy.reports.prose import Prose
from subsidy.reports.style import BODY, CELL_BELOW, CELL_STRONG, NOTE, TITLE

_WIDTH: Final = text_width(PORTRAIT)
_QR: Final = 30 * mm


def assessment_pdf(
    document: Mapping[str, Any],
    policy: Policy,
    lang: str,
    *,
    url: str | None,
    issued_on: date,
    facts: Mapping[str, Value],
) -> bytes:
    """The document of a self-check (as the contract has it, with prose in `lang`) as a PDF in A4.

    `facts` are the answers it was made from; what a reviewer is to judge or set is marked as the applicant's own. `url`
    leads to the same check and stands on the paper as a QR code; None where there is no site to lead to.
    """
    origin = document["policy"]
    furniture = Furniture(
        lang=lang,
        title=text(lang, "report.assessment_title"),
        aside=policy.issuer.of(lang),
        note=text(lang, "report.no_decision"),
        origin=f"{origin['id']} {origin['version']} · {origin['digest']}",
        issued_on=issued_on,
    )
    story: list[Flowable] = [_opening(document, policy, lang, url, issued_on)]
    for scheme in document["schemes"]:
        story += scheme_section(scheme, policy, lang, date.fromisoformat(document["on"]))
    story += _facts(policy, lang, facts)
    story += _readings(document, policy, lang)
    story += _clauses(document, policy, lang)
    story += _record(document, lang)
    return press(story, furniture)


def _opening(document: Mapping[str, Any], policy: Policy, lang: str, url: str | None, issued_on: date) -> Flowable:
    left: list[Flowable] = [
        Prose(text(lang, "report.assessment_title"), TITLE),
        Prose(policy.title.of(lang), BODY),
        pairs(
            [
                (text(lang, "report.issuer"), policy.issuer.of(lang)),
                (text(lang, "report.checked_on"), wording.day(date.fromisoformat(document["on"]), lang)),
                (text(lang, "report.issued_on"), wording.day(issued_on, lang)),
            ],
            (80, _WIDTH - _QR - 90),
        ),
    ]
    right = [qr_code(url, _QR), Prose(text(lang, "report.qr"), NOTE, link=url)] if url else []
    return Table(
        [[left, right]],
        colWidths=[_WIDTH - _QR, _QR],
        style=[*BARE, ("RIGHTPADDING", (0, 0), (0, 0), 10)],
        hAlign="LEFT",
    )


def _facts(policy: Policy, lang: str, facts: Mapping[str, Value]) -> Iterator[Flowable]:
    yield from headed(text(lang, "report.facts"))
    given = [(fact, fact.show(facts[fact.key], lang)) for fact in policy.facts if fact.key in facts]
    rows = [
        (fact.label.of(lang), shown if fact.set_by == "applicant" else text(lang, "report.assumed", value=shown))
        for fact, shown in given
    ]
    yield pairs(rows, (220, _WIDTH - 220)) if rows else Prose(text(lang, "report.no_facts"), BODY)


def _readings(document: Mapping[str, Any], policy: Policy, lang: str) -> Iterator[Flowable]:
    cited: set[str | None] = set()
    for scheme in document["schemes"]:
        stated = policy.scheme(scheme["id"])
        cited |= {each["question"] for each in scheme["findings"]}
        cited |= {fact.question for fact in policy.facts_of(stated)}
        if scheme["award"]:
            release = stated.terms.release
            cited |= {*stated.questions, *stated.terms.questions, release.question if release else None}
    questions = [question for question in policy.questions if question.id in cited]
    if questions:
        yield from headed(text(lang, "report.readings"))
        yield Prose(text(lang, "report.readings_note"), NOTE)
    for question in questions:
        yield KeepTogether(
            [
                Prose(f"{question.id} {question.title.of(lang)}", CELL_STRONG),
                Prose(question.reading.of(lang), CELL_BELOW),
            ]
        )


def _clauses(document: Mapping[str, Any], policy: Policy, lang: str) -> Iterator[Flowable]:
    cited = {each["clause"] for scheme in document["schemes"] for each in scheme["findings"]}
    cited |= {scheme["award"]["clause"] for scheme in document["schemes"] if scheme["award"]}
    yield from headed(text(lang, "report.clauses"))
    for clause in policy.clauses:
        if clause.id in cited:
            yield cited_clause(clause, lang)


def _record(document: Mapping[str, Any], lang: str) -> Iterator[Flowable]:
    origin = document["policy"]
    yield from headed(text(lang, "report.record"))
    yield pairs(
        [
            (text(lang, "report.record_policy"), f"{origin['id']} {origin['version']}"),
            (text(lang, "report.record_digest"), origin["digest"]),
            (text(lang, "report.record_engine"), document["engine"]),
        ],
        (110, _WIDTH - 110),
    )
    yield Prose(text(lang, "report.record_note"), NOTE)
