"""A letter on paper: Chinese first, then English, each with all that the letter says, and a code that leads to its present standing."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, PageBreak, Spacer
from reportlab.platypus import Table as Placed

from rules import canonical
from subsidy.letter import Cell, Quote, Script, Section, Sum, Table, script
from subsidy.locale import LANGUAGES, text
from subsidy.reports.layout import BARE, PORTRAIT, Furniture, box, grid, headed, pairs, press, qr_code, text_width
from subsidy.reports.prose import Prose
from subsidy.reports.style import (
    ACCENT,
    AMOUNT,
    BAD,
    BODY,
    CELL,
    CELL_BELOW,
    CELL_NOTE,
    CELL_STRONG,
    FIGURE,
    GOOD,
    MINOR,
    NOTE,
    OPEN,
    STRONG,
    TITLE,
    TOTAL,
    tinged,
)

_WIDTH: Final = text_width(PORTRAIT)
_QR: Final = 32 * mm
_TONES: Final[Mapping[str, Color]] = {"met": GOOD, "not_met": BAD, "unknown": OPEN}


def letter_pdf(content: Mapping[str, Any]) -> bytes:
    """The letter of that content, which must have its number, code and address. The same content gives the same bytes.

    Its properties hold the digest of the content, so that the one cannot be changed without the other.
    """
    policy, first = content["policy"], LANGUAGES[0]
    title = text(first, f"letter.title_{content['kind']}")
    furniture = Furniture(
        lang=first,
        title=f"{title} {content['number']}",
        aside=content["issuer"][first],
        note=f"{text(first, 'letter.code')} {content['code']}",
        origin=f"{policy['id']} {policy['version']} · {policy['digest']}",
        issued_on=date.fromisoformat(content["issued_on"]),
        keywords=canonical.digest(content),
    )
    story: list[Flowable] = []
    for lang in LANGUAGES:
        story += [PageBreak()] if story else []
        story += _letter(script(content, lang), content, lang)
    return press(story, furniture)


def _letter(letter: Script, content: Mapping[str, Any], lang: str) -> Iterator[Flowable]:
    yield Prose(letter.issuer, tinged(STRONG, ACCENT))
    yield HRFlowable(width="100%", thickness=1.5, color=ACCENT, spaceBefore=2, spaceAfter=10)
    left = [Prose(letter.title, TITLE), pairs(letter.particulars, (90, _WIDTH - _QR - 100))]
    right = [qr_code(content["address"], _QR)]
    yield Placed(
        [[left, right]],
        colWidths=[_WIDTH - _QR, _QR],
        style=[*BARE, ("RIGHTPADDING", (0, 0), (0, 0), 10)],
        hAlign="LEFT",
    )
    yield Spacer(1, 8)
    yield Prose(letter.addressee, STRONG)
    yield Prose(letter.opening, BODY)
    for section in letter.sections:
        yield from _section(section)
    yield from _end(letter, content, lang)


def _section(section: Section) -> Iterator[Flowable]:
    if section.title:
        yield from headed(section.title)
    for part in section.parts:
        match part:
            case Table():
                yield from [Prose(part.caption, MINOR)] if section.title else headed(part.caption)
                yield _table(part)
            case Sum():
                amount = [Prose(part.caption, NOTE), Prose(part.figures, FIGURE), Prose(part.capitals, BODY)]
                yield box(amount, _WIDTH, ACCENT)
            case Quote():
                yield _quote(part)
            case _:
                yield Prose(part, BODY)


def _table(table: Table) -> Flowable:
    rows = [
        [
            _cell(cell, amount=at in table.right, total=table.total and row is table.rows[-1])
            for at, cell in enumerate(row)
        ]
        for row in table.rows
    ]
    widths = [_WIDTH * width / 1000 for width in table.widths]
    return grid(table.head, rows, widths, right=table.right, last_is_total=table.total)


def _cell(cell: Cell, *, amount: bool, total: bool) -> Flowable:
    if cell.tone:
        return Prose(cell.text, tinged(CELL_STRONG, _TONES[cell.tone]))
    if amount:
        return Prose(cell.text, TOTAL if total else AMOUNT)
    return Prose(cell.text, CELL_STRONG if total else CELL)


def _quote(quote: Quote) -> Flowable:
    parts: list[Flowable] = [Prose(quote.title, CELL_STRONG), Prose(quote.words, CELL if quote.summary else CELL_BELOW)]
    if quote.summary:
        parts.append(Prose(quote.summary, CELL_BELOW))
    return KeepTogether(parts)


def _end(letter: Script, content: Mapping[str, Any], lang: str) -> Iterator[Flowable]:
    """Who answers for it, and how its holder can see that it still stands."""
    yield CondPageBreak(120)
    yield Spacer(1, 16)
    block = Placed([[Prose(line, BODY)] for line in letter.signed], colWidths=[_WIDTH / 2], style=BARE, hAlign="RIGHT")
    yield KeepTogether(block)
    yield Spacer(1, 12)
    notes: list[Flowable] = [Prose(text(lang, f"letter.{key}"), NOTE) for key in ("decisive", "verify")]
    yield KeepTogether([*notes, Prose(content["address"], CELL_NOTE, link=content["address"])])
