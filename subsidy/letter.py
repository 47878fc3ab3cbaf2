"""What a letter says in one language, piece by piece: the same on paper and on the screen, from the same content."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from rules import wording
from rules.money import grouped, parse_yuan
from subsidy.locale import text


class Cell(NamedTuple):
    """One cell of a table; `tone` is the outcome of a finding, which colours it."""

    text: str
    tone: str = ""


class Table(NamedTuple):
    """Rows under a head. Columns in `right` hold amounts; `widths` are parts of a thousand of the line."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    right: frozenset[int] = frozenset()
    total: bool = False
    """Whether the last row sums the others up."""


class Sum(NamedTuple):
    """An amount of money, in figures and in the capital numerals of Chinese papers."""

    caption: str
    figures: str
    capitals: str


class Quote(NamedTuple):
    """A clause as the source words it; for readers of English also what it says."""

    title: str
    words: str
    summary: str


class Section(NamedTuple):
    """A part of the letter under its heading, empty where it begins with a table, whose caption is heading enough.

    Plain strings are paragraphs, one for each line that was written.
    """

    title: str
    parts: tuple[str | Table | Sum | Quote, ...]


class Script(NamedTuple):
    """A whole letter in one language. `signed` are the lines at its end: issuer, who decided, day."""

    title: str
    issuer: str
    particulars: tuple[tuple[str, str], ...]
    addressee: str
    opening: str
    sections: tuple[Section, ...]
    signed: tuple[str, ...]


def script(content: Mapping[str, Any], lang: str) -> Script:
    """The letter of that content. A draft has no number yet and says so."""
    kind, application = content["kind"], content["application"]
    number = content.get("number") or text(lang, "letter.no_number")
    issued_on = _day(content["issued_on"], lang)
    return Script(
        title=text(lang, f"letter.title_{kind}"),
        issuer=content["issuer"][lang],
        particulars=(
            (text(lang, "letter.number"), number),
            (text(lang, "letter.issued_on"), issued_on),
            (text(lang, "letter.application"), application["number"]),
            (text(lang, "letter.project"), application["project"]),
            (text(lang, "letter.organisation"), application["organisation"]),
            (text(lang, "letter.credit_code"), application["credit_code"]),
        ),
        addressee=text(lang, "letter.addressee", name=application["organisation"]),
        opening=text(
            lang,
            f"letter.opening_{kind}",
            day=_day(application["submitted_on"], lang),
            project=application["project"],
            number=application["number"],
            scheme=content["scheme"][lang],
            policy=content["policy"]["title"][lang],
            clause=content["clause"],
        ),
        sections=tuple(_sections(content, lang)),
        signed=(
            content["issuer"][lang],
            *(
                text(lang, f"letter.signed_{kind}", name=each["name"], day=_day(each["on"], lang))
                for each in content["signed"]
            ),
            issued_on,
        ),
    )


def _sections(content: Mapping[str, Any], lang: str) -> Iterator[Section]:
    if content["award"]:
        yield from _award(content["award"], content["clause"], lang)
    if content.get("amendment"):  # letters from before there were amendments say nothing of them
        yield from _amendment(content["amendment"], lang)
    if content["findings"]:
        yield Section("", (_findings(content["findings"], lang),))
    if content["reason"]:
        yield Section(text(lang, f"letter.reason_{content['kind']}"), tuple(content["reason"].splitlines()))
    if content["addition"]:
        yield Section(text(lang, "letter.addition"), tuple(content["addition"].splitlines()))
    if content["deadline"]:
        day = _day(content["deadline"], lang)
        yield Section(text(lang, "letter.deadline"), (text(lang, "letter.deadline_day", day=day),))
    if content["appeal"]:
        yield Section(
            text(lang, "letter.appeal"),
            (text(lang, "letter.reconsideration", **content["appeal"]), text(lang, "letter.suit", **content["appeal"])),
        )
    if content["clauses"]:
        yield Section(text(lang, "report.clauses"), tuple(_quote(clause, lang) for clause in content["clauses"]))


def _award(award: Mapping[str, Any], clause: str, lang: str) -> Iterator[Section]:
    total = _money(award["amount"], lang)
    amount = Sum(text(lang, "letter.amount"), total, text(lang, "letter.capitals", words=award["capitals"]))
    steps = [(Cell(step["text"][lang]), Cell(_money(step["result"], lang))) for step in award["steps"]]
    steps_head = (text(lang, "report.step"), text(lang, "report.step_result"))
    note = text(lang, "report.steps_note", clause=text(lang, "report.clause", clause=clause))
    capped = (text(lang, "report.capped"),) if award["capped"] else ()
    yield Section(
        text(lang, "letter.award"),
        (
            amount,
            Table(text(lang, "report.steps"), steps_head, tuple(steps), (740, 260), frozenset({1})),
            *capped,
            note,
        ),
    )
    parts = [
        (
            Cell(text(lang, "report.plan_number", number=part["number"])),
            Cell(_day(part["due_on"], lang)),
            Cell(_money(part["amount"], lang)),
            Cell(part["notes"][lang]),
        )
        for part in award["instalments"]
    ]
    sum_row = (Cell(text(lang, "report.total")), Cell(""), Cell(total), Cell(""))
    head = tuple(text(lang, f"report.plan_{name}") for name in ("instalment", "due_on", "amount", "note"))
    plan = Table(text(lang, "report.plan"), head, (*parts, sum_row), (120, 200, 220, 460), frozenset({2}), total=True)
    yield Section("", (plan, text(lang, "letter.plan_note")))


def _amendment(told: Mapping[str, Any], lang: str) -> Iterator[Section]:
    amount = Sum(
        text(lang, "amend.letter_amount"),
        _money(told["amount"], lang),
        text(lang, "letter.capitals", words=told["capitals"]),
    )
    before = text(lang, "amend.letter_before", amount=_money(told["before"], lang))
    years = [text(lang, "amend.letter_lost", number=number) for number in told["disallowed"]]
    yield Section(text(lang, f"amend.heading_{told['kind']}"), (amount, before, *years))
    if told["facts"]:
        head = tuple(text(lang, f"amend.fact_{name}") for name in ("label", "before", "after"))
        facts = [tuple(Cell(fact[name][lang]) for name in ("label", "before", "after")) for fact in told["facts"]]
        yield Section("", (Table(text(lang, "amend.facts"), head, tuple(facts), (400, 300, 300)),))
    yield Section("", (_lines(told, lang),))
    if told["withdrawn"]:
        said = [
            text(lang, "amend.letter_withdrawn", number=one["number"], amount=_money(one["amount"], lang))
            for one in told["withdrawn"]
        ]
        yield Section(text(lang, "amend.withdrawn"), tuple(said))
    if told["demand"]:
        yield _demand(told["demand"], lang)


def _lines(told: Mapping[str, Any], lang: str) -> Table:
    """Each instalment before and after."""
    rows = [
        (
            Cell(text(lang, "report.plan_number", number=line["instalment"])),
            Cell(_day(line["due_on"], lang)),
            Cell(_money(line["before"], lang)),
            Cell(_money(line["after"], lang)),
            Cell(text(lang, f"amend.line_{_became(line)}")),
        )
        for line in told["lines"]
    ]
    names = ("report.plan_instalment", "report.plan_due_on", "amend.before", "amend.after", "report.plan_note")
    head = tuple(text(lang, name) for name in names)
    return Table(text(lang, "amend.lines"), head, tuple(rows), (130, 200, 230, 230, 210), frozenset({2, 3}))


def _became(line: Mapping[str, str]) -> str:
    """What became of an instalment, as the catalogue words it."""
    before, after = parse_yuan(line["before"]), parse_yuan(line["after"])
    if line["paid"] == "true":
        return "paid"
    if before == after:
        return "same"
    return "gone" if not after else "added" if not before else "more" if after > before else "less"


def _demand(demand: Mapping[str, str], lang: str) -> Section:
    amount = Sum(
        text(lang, "amend.letter_demand_amount"),
        _money(demand["amount"], lang),
        text(lang, "letter.capitals", words=demand["capitals"]),
    )
    account = demand["account"] or text(lang, "amend.letter_account_asked")
    said = {"number": demand["number"], "day": _day(demand["due_on"], lang), "account": account}
    lines = [text(lang, f"amend.letter_demand_{name}", **said) for name in ("by", "account", "number")]
    return Section(text(lang, "amend.letter_demand"), (amount, *lines))


def _findings(findings: list[Mapping[str, Any]], lang: str) -> Table:
    rows = []
    for finding in findings:
        clause = text(lang, "report.clause", clause=finding["clause"])
        unjudged = finding["by_person"] and finding["outcome"] == "unknown"
        outcome = "letter.finding_unjudged" if unjudged else f"report.finding_{finding['outcome']}"
        rows.append(
            (
                Cell(finding["label"][lang]),
                Cell(finding["asked"][lang]),
                Cell(finding["given"][lang]),
                Cell(text(lang, outcome), tone=finding["outcome"]),
                Cell(f"{clause} · {finding['question']}" if finding["question"] else clause),
            )
        )
    head = [text(lang, f"letter.finding_{name}") for name in ("condition", "asked", "given", "outcome", "basis")]
    return Table(text(lang, "letter.findings"), tuple(head), tuple(rows), (230, 240, 210, 150, 170))


def _quote(clause: Mapping[str, Any], lang: str) -> Quote:
    title = text(lang, "report.clause_title", clause=clause["id"], title=clause["title"][lang])
    return Quote(
        title, text(lang, "report.quote", quote=clause["quote"]), "" if lang == "zh" else clause["summary"][lang]
    )


def _money(amount: str, lang: str) -> str:
    return text(lang, "base.money", amount=grouped(parse_yuan(amount)))


def _day(iso: str, lang: str) -> str:
    return wording.day(date.fromisoformat(iso), lang)
