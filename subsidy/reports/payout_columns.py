"""The payment sheet of a payout run: what it is about, and the one map from the frozen fields of a line to its columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal

from rules.capitals import capitals
from rules.money import Fen, parse_yuan, yuan
from subsidy.locale import text

Line = Mapping[str, str | None]
"""A payment as it was frozen with its run: strings, yuan with two decimals, days as YYYY-MM-DD."""

Kind = Literal["text", "amount", "quantity", "date", "int"]
"""What stands in a column: text whatever it looks like, yuan with two decimals, a quantity, a day, a whole number."""


@dataclass(frozen=True)
class Version:
    """A text of a policy that awards of the run were granted under."""

    policy: str
    version: str
    digest: str


@dataclass(frozen=True)
class Part:
    """One of the parts that a run was split into for a bank that takes so many lines at once."""

    number: int
    of: int
    count: int
    amount: Fen


@dataclass(frozen=True)
class RunFacts:
    """What every file of a run says of it. Nothing here changes after the approval, so a file can be made again as it was."""

    number: str
    policy: str
    scheme: str | None
    """Its words; None for all schemes of the policy."""
    year: int
    as_of: date
    count: int
    amount: Fen
    digest: str
    made_by: str
    made_on: date
    checked_by: str
    checked_on: date
    approved_by: str
    approved_at: datetime
    """In Shanghai; the time that the files bear."""
    versions: Sequence[Version] = ()
    engines: Sequence[str] = ()
    """The versions of the program that worked out the awards."""
    address: str | None = None
    """Where the run is to be seen."""
    part: Part | None = None

    @property
    def rows(self) -> int:
        """How many lines this file has."""
        return self.part.count if self.part else self.count

    @property
    def total(self) -> Fen:
        """What the lines of this file sum to."""
        return self.part.amount if self.part else self.amount


@dataclass(frozen=True)
class Column:
    """One column: its key in the catalogue `sheet` (`column_…`), its width in characters, and what it shows of a line."""

    key: str
    width: int
    kind: Kind
    value: Callable[[Line, RunFacts, str], str | None]


@lru_cache(maxsize=4096)
def in_capitals(amount: str) -> str:
    """An amount of yuan in the capital numerals of vouchers, with the word 人民币 before it and no gap."""
    return f"人民币{capitals(parse_yuan(amount))}"


def _field(key: str) -> Callable[[Line, RunFacts, str], str | None]:
    return lambda line, facts, lang: line[key]


def _basis(line: Line, facts: RunFacts, lang: str) -> str:
    """The policy and the clause that the award rests on."""
    clause = text(lang, "report.clause", clause=line["clause"])
    return f"{line['policy']} {line['scheme_label']} {clause}"


def _remark(line: Line, facts: RunFacts, lang: str) -> str | None:
    """That an earlier transfer came back, where one did."""
    attempt = line["attempt"]
    return None if attempt in (None, "1") else text(lang, "sheet.attempt", number=attempt)


COLUMNS: Final[Sequence[Column]] = (
    Column("line", 7, "int", _field("line")),
    Column("key", 18, "text", _field("key")),
    Column("application", 15, "text", _field("application")),
    Column("project", 30, "text", _field("project")),
    Column("payee", 30, "text", _field("payee")),
    Column("credit_code", 22, "text", _field("credit_code")),
    Column("basis", 36, "text", _basis),
    Column("capacity_kwh", 14, "quantity", _field("capacity_kwh")),
    Column("unit_yuan", 14, "amount", _field("unit_yuan")),
    Column("award", 17, "amount", _field("award")),
    Column("instalment", 9, "text", lambda line, facts, lang: f"{line['instalment']}/{line['of']}"),
    Column("year", 8, "int", _field("year")),
    Column("due_on", 12, "date", _field("due_on")),
    Column("amount", 17, "amount", _field("amount")),
    Column("capitals", 44, "text", lambda line, facts, lang: in_capitals(line["amount"] or "0")),
    Column("paid_before", 17, "amount", _field("paid_before")),
    Column("remaining", 17, "amount", _field("remaining")),
    Column("account_holder", 30, "text", _field("account_holder")),
    Column("bank", 34, "text", _field("bank")),
    Column("account_number", 26, "text", _field("account_number")),
    Column("cnaps", 16, "text", _field("cnaps")),
    Column("account_verified_on", 14, "date", _field("account_verified_on")),
    Column("release_evidence", 30, "text", _field("release_evidence")),
    Column("run", 15, "text", lambda line, facts, lang: facts.number),
    Column("made_by", 11, "text", lambda line, facts, lang: facts.made_by),
    Column("checked_by", 11, "text", lambda line, facts, lang: facts.checked_by),
    Column("approved_by", 11, "text", lambda line, facts, lang: facts.approved_by),
    Column("remark", 22, "text", _remark),
)


def total_row(facts: RunFacts, lang: str) -> list[str | None]:
    """The last row: how many lines, and what they sum to in figures and in capitals."""
    total = yuan(facts.total)
    given = {
        "key": text(lang, "report.total"),
        "application": text(lang, "sheet.lines", count=facts.rows),
        "amount": total,
        "capitals": in_capitals(total),
    }
    return [given.get(column.key) for column in COLUMNS]


class Counted:
    """Lines, counted and summed as they go by, so that a file whose lines are not what its run says is never handed out."""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self._count, self._amount = 0, 0

    def take(self, line: Line) -> Line:
        """The line, counted."""
        self._count += 1
        self._amount += parse_yuan(line["amount"] or "")
        return line

    def settle(self) -> None:
        """Raises ValueError where the lines are not as many, or not as much, as the run says."""
        if (self._count, self._amount) != (self._facts.rows, self._facts.total):
            raise ValueError(
                f"{self._facts.number}: {self._count} lines of {self._amount} fen,"
                f" not {self._facts.rows} of {self._facts.total}"
            )
