"""What a payment sheet says of its run, name by name."""

from rules import wording
from rules.money import grouped, yuan
from subsidy.locale import text
from subsidy.reports.payout_columns import RunFacts, in_capitals


def labelled(facts: RunFacts, lang: str) -> list[tuple[str, str]]:
    """Name and value of all that a reader must know of the run to use the lines."""
    rows = [
        (text(lang, "sheet.run"), facts.number),
        (text(lang, "report.column_policy"), facts.policy),
        (text(lang, "report.column_scheme"), facts.scheme or text(lang, "report.no_filter")),
        (text(lang, "sheet.year"), str(facts.year)),
        (text(lang, "sheet.as_of"), wording.day(facts.as_of, lang)),
        (text(lang, "report.count"), str(facts.count)),
        (text(lang, "sheet.total"), grouped(facts.amount)),
        (text(lang, "sheet.total_capitals"), in_capitals(yuan(facts.amount))),
    ]
    if part := facts.part:
        rows += [
            (text(lang, "sheet.part"), text(lang, "sheet.part_of", number=part.number, of=part.of)),
            (text(lang, "sheet.part_count"), str(part.count)),
            (text(lang, "sheet.part_total"), grouped(part.amount)),
        ]
    return rows


def signed(facts: RunFacts, lang: str) -> list[tuple[str, str, str]]:
    """Who made, checked and approved the run: the word for it, the name, the day."""
    return [
        (text(lang, "sheet.column_made_by"), facts.made_by, wording.day(facts.made_on, lang)),
        (text(lang, "sheet.column_checked_by"), facts.checked_by, wording.day(facts.checked_on, lang)),
        (text(lang, "sheet.column_approved_by"), facts.approved_by, wording.day(facts.approved_at.date(), lang)),
    ]


def provenance(facts: RunFacts, lang: str) -> list[tuple[str, str]]:
    """What ties the file to its run and the run to the text of the policy."""
    rows = [(text(lang, "sheet.digest"), facts.digest)]
    rows += [
        (text(lang, "sheet.version", policy=each.policy, version=each.version), each.digest) for each in facts.versions
    ]
    rows += [(text(lang, "report.record_engine"), each) for each in facts.engines]
    rows.append((text(lang, "sheet.approved_at"), f"{facts.approved_at:%Y-%m-%d %H:%M:%S}"))
    return rows
