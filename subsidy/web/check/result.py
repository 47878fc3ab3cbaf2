"""What a self-check answers, as its page shows it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from rules.assess import Assessment, Facts, Finding, SchemeAssessment
from rules.facts import FactBase
from rules.policy import Clause, Policy, Question, Scheme
from rules.wording import day
from schedules.calendar import Calendar
from schedules.instalments import PlannedInstalment, plan
from subsidy.locale import text


class Row(NamedTuple):
    """One condition: what is asked, what was given, what came out and on what it rests."""

    label: str
    asked: str
    given: str | None
    derived: bool
    outcome: str
    by_person: bool
    clause: Clause
    question: Question | None


class Part(NamedTuple):
    """One instalment as it would be planned, and what it waits for."""

    instalment: PlannedInstalment
    notes: tuple[str, ...]


class Way(NamedTuple):
    """One smallest set of changes that turns the answer."""

    changes: tuple[str, ...]
    award_at_most: int | None


def rows(policy: Policy, answer: SchemeAssessment, lang: str) -> list[Row]:
    """The findings, in the policy's order."""
    return [_row(policy, finding, lang) for finding in answer.findings]


def parts(answer: SchemeAssessment, facts: Facts, on: date, calendar: Calendar, lang: str) -> list[Part]:
    """The instalments of the award, or of the most it can be, as if it were approved on the day of the check."""
    if answer.award is None:
        return []
    terms = answer.scheme.terms
    started = facts.get(terms.release.starts) if terms.release else None
    commissioned_on = started if isinstance(started, date) else None
    planned = plan(answer.award.at_most, terms, on, calendar, commissioned_on)
    return [Part(instalment, _notes(answer.scheme, instalment, lang)) for instalment in planned]


def planned_start(scheme: Scheme, facts: Facts, on: date) -> date | None:
    """The day of commissioning, where it is still to come."""
    started = facts.get(scheme.terms.release.starts) if scheme.terms.release else None
    return started if isinstance(started, date) and started > on else None


def missing(policy: Policy, answer: SchemeAssessment) -> list[FactBase]:
    """The facts that the applicant still has to state; what a reviewer decides waits for nobody else."""
    judged = policy.person_decides(answer.scheme)
    return [policy.fact(key) for key in answer.missing if key not in judged]


def ways(policy: Policy, answer: SchemeAssessment, lang: str) -> list[Way]:
    """What would change the answer, fewest changes first."""
    return [
        Way(
            tuple(
                text(lang, "report.remedy_change", fact=fact.label.of(lang), value=fact.show(change.to, lang))
                for change in remedy.changes
                for fact in [policy.fact(change.fact)]
            ),
            remedy.award_at_most,
        )
        for remedy in answer.remedies
    ]


def readings(policy: Policy, scheme: Scheme) -> list[Question]:
    """The open questions whose reading bears on this scheme."""
    release = scheme.terms.release
    cited = {*scheme.questions, *scheme.terms.questions, release.question if release else None}
    cited |= {condition.question for condition in scheme.conditions}
    cited |= {fact.question for fact in policy.facts_of(scheme)}
    return [question for question in policy.questions if question.id in cited]


def outcome_tag(row: Row) -> tuple[str, str]:
    """The kind of a row's tag and the key of its words."""
    if row.outcome == "unknown" and row.by_person:
        return "info", "report.finding_by_person"
    return {"met": "met", "not_met": "not", "unknown": "wait"}[row.outcome], f"report.finding_{row.outcome}"


def mood(scheme: Mapping[str, Any]) -> str:
    """How the headline is set off: all met, stopped, waiting for facts, or for a reviewer only."""
    if scheme["outcome"] == "ineligible":
        return "stop"
    waiting = any(each["outcome"] == "unknown" and each["decided_by"] == "fact" for each in scheme["findings"])
    return "warn" if waiting else "done"


def answers(assessment: Assessment, facts: Facts) -> dict[str, str]:
    """The facts in canonical text, as an address carries them."""
    return {key: assessment.policy.fact(key).print(value) for key, value in facts.items()}


def _notes(scheme: Scheme, instalment: PlannedInstalment, lang: str) -> tuple[str, ...]:
    release, year = scheme.terms.release, instalment.year
    notes = [text(lang, "report.plan_provisional")] if instalment.provisional else []
    if release:
        condition = scheme.condition(release.condition).label.of(lang)
        if year:
            period = {"start": day(year.start, lang), "end": day(year.end, lang)}
            notes.append(text(lang, "check.plan_tested_year", condition=condition, **period))
        elif instalment.number >= release.from_number:
            notes.append(text(lang, "report.plan_tested", condition=condition))
    return tuple(notes)


def _row(policy: Policy, finding: Finding, lang: str) -> Row:
    test = finding.test
    condition = test.condition
    question = condition.question or test.fact.question
    return Row(
        label=condition.label.of(lang),
        asked=condition.asked(test.fact, test.bound, lang),
        given=None if finding.given is None else test.fact.show(finding.given, lang),
        derived=finding.derived,
        outcome=finding.outcome.value,
        by_person=condition.decided_by == "person",
        clause=policy.clause(condition.clause),
        question=policy.question(question) if question else None,
    )
