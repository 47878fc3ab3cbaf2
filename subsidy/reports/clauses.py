"""A clause of a policy as papers cite it."""

from reportlab.platypus import Flowable, KeepTogether

from rules.policy import Clause
from subsidy.locale import text
from subsidy.reports.prose import Prose
from subsidy.reports.style import CELL, CELL_STRONG, SOURCE


def cited_clause(clause: Clause, lang: str) -> Flowable:
    """Number, title, the words of the source and where they stand; for readers of English also what they say."""
    parts = [
        Prose(text(lang, "report.clause_title", clause=clause.id, title=clause.title.of(lang)), CELL_STRONG),
        Prose(text(lang, "report.quote", quote=clause.quote), CELL),
    ]
    if lang != "zh":
        parts.append(Prose(clause.summary.of(lang), CELL))
    return KeepTogether([*parts, Prose(text(lang, "report.source", source=clause.source), SOURCE)])
