"""The run sheet on paper: what is paid to whom, the totals, and who signs for it. Lines are drawn as they come and not kept."""

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, NamedTuple

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Spacer, Table

from rules.money import grouped, parse_yuan, yuan
from subsidy.locale import text
from subsidy.reports import fonts
from subsidy.reports.layout import (
    BARE,
    FOOT_ROOM,
    HEAD_ROOM,
    LANDSCAPE,
    MARGIN,
    PAGE_NUMBER,
    PRESS,
    FurnishedCanvas,
    Furniture,
    box,
    pairs,
    qr_code,
    text_width,
)
from subsidy.reports.payout_columns import Counted, Line, RunFacts, in_capitals
from subsidy.reports.payout_facts import labelled, provenance, signed
from subsidy.reports.prose import Prose, break_lines
from subsidy.reports.style import (
    ACCENT,
    AMOUNT,
    BODY,
    CELL,
    CELL_NOTE,
    CELL_STRONG,
    FIGURE,
    HEAD,
    HEAD_RIGHT,
    MUTED,
    NOTE,
    RULE,
    STRONG,
    TINT,
    TITLE,
    TOTAL,
)

_WIDTH: Final = text_width(LANDSCAPE)
_QR: Final = 28 * mm
_PADDING: Final = 4
_WIDTHS: Final = (30, 92, 190, 190, 88, 80, _WIDTH - 670)
_HEADS: Final = ("line", "keys", "payee", "account", "basis", "amount", "release_evidence")
_RIGHT: Final = frozenset({0, 5})
_ASCENT: Final = 0.88
_COUNT: Final = "pages"
"""The name of the drawing that says how many pages there are: known only at the end, it is called by every page."""
_COUNT_AT: Final = LANDSCAPE[0] - MARGIN - 40


class _Words(NamedTuple):
    """A text of a cell and how it is set."""

    said: str
    style: ParagraphStyle


_Cells = Sequence[Sequence[_Words]]


def write_pdf(facts: RunFacts, lines: Iterable[Line], target: Path, lang: str) -> None:
    """The run as a PDF in landscape A4, the same bytes for the same run. Raises ValueError where the lines are not what the
    run says; what is at `target` is then of no use."""
    fonts.register()
    sheet = _Sheet(facts, target, lang)
    sheet.place(_opening(facts, lang))
    sheet.heads = True
    sheet.row(sheet.head)
    counted = Counted(facts)
    for line in lines:
        sheet.row(_cells(counted.take(line), lang))
    counted.settle()
    sheet.heads = False
    for part in _closing(facts, lang):
        sheet.place(part)
    sheet.finish()


class _Sheet:
    """A paper written from its top to its foot; whatever does not fit on a page begins the next one."""

    def __init__(self, facts: RunFacts, target: Path, lang: str) -> None:
        furniture = Furniture(
            lang=lang,
            title=text(lang, "sheet.title", number=facts.number),
            aside=text(lang, "sheet.part_of", number=facts.part.number, of=facts.part.of)
            if facts.part
            else facts.policy,
            note=text(lang, "sheet.lines", count=facts.rows) + " · " + grouped(facts.total),
            origin=facts.digest,
            issued_on=facts.approved_at.date(),
            keywords=facts.digest,
        )
        language = "zh-CN" if lang == "zh" else "en"
        self._canvas = FurnishedCanvas(
            furniture, LANDSCAPE, str(target), pagesize=LANDSCAPE, lang=language, invariant=1, pageCompression=1
        )
        self._canvas.setTitle(furniture.title)
        self._canvas.setAuthor(text(lang, "base.site"))
        self._canvas.setSubject(furniture.origin)
        self._canvas.setKeywords(furniture.keywords)
        self._lang = lang
        self._page = 1
        self._top = LANDSCAPE[1] - HEAD_ROOM
        self._y = self._top
        self.head = [
            [_Words(text(lang, f"sheet.head_{key}"), HEAD_RIGHT if at in _RIGHT else HEAD)]
            for at, key in enumerate(_HEADS)
        ]
        self.heads = False
        """Whether a new page begins with the head of the table."""

    def place(self, part: Flowable) -> None:
        """Puts a piece below what there is."""
        _, height = part.wrapOn(self._canvas, _WIDTH, self._top - FOOT_ROOM)
        if self._y - height < FOOT_ROOM:
            self._turn()
        self._y -= height
        part.drawOn(self._canvas, MARGIN, self._y)

    def row(self, cells: _Cells) -> None:
        """Puts a row of the table below what there is."""
        set_cells = [
            [
                (line, words.style)
                for words in cell
                for line in _broken(words.said, words.style.name, width - 2 * _PADDING)
            ]
            for cell, width in zip(cells, _WIDTHS, strict=True)
        ]
        height = max(sum(style.leading for _, style in cell) for cell in set_cells) + 2 * _PADDING
        if self._y - height < FOOT_ROOM:
            self._turn()
            if self.heads and cells is not self.head:
                self.row(self.head)
        self._ground(height, tinted=cells is self.head)
        x = MARGIN
        for cell, width in zip(set_cells, _WIDTHS, strict=True):
            self._cell(cell, x + _PADDING, width - 2 * _PADDING)
            x += width
        self._y -= height

    def finish(self) -> None:
        """Ends the last page and writes the file."""
        canvas = self._canvas
        self._end_page()
        canvas.beginForm(_COUNT, 0, 0, *LANDSCAPE)
        canvas.setFont(fonts.REGULAR, 7.5)
        canvas.setFillColor(MUTED)
        canvas.drawString(_COUNT_AT, PAGE_NUMBER, text(self._lang, "sheet.page_count", pages=self._page))
        canvas.endForm()
        with PRESS:
            canvas.save()

    def _turn(self) -> None:
        self._end_page()
        self._page += 1
        self._y = self._top

    def _end_page(self) -> None:
        canvas = self._canvas
        canvas.furnish()
        canvas.setFont(fonts.REGULAR, 7.5)
        canvas.setFillColor(MUTED)
        told = text(self._lang, "sheet.page_number", number=self._page)
        canvas.drawRightString(_COUNT_AT - 4, PAGE_NUMBER, told)
        canvas.doForm(_COUNT)
        canvas.showPage()

    def _ground(self, height: float, *, tinted: bool) -> None:
        canvas = self._canvas
        if tinted:
            canvas.setFillColor(TINT)
            canvas.rect(MARGIN, self._y - height, _WIDTH, height, stroke=0, fill=1)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, self._y - height, MARGIN + _WIDTH, self._y - height)

    def _cell(self, cell: Sequence[tuple[str, ParagraphStyle]], x: float, width: float) -> None:
        canvas, y = self._canvas, self._y - _PADDING
        for line, style in cell:
            canvas.setFont(style.fontName, style.fontSize)
            canvas.setFillColor(style.textColor)
            base = y - (style.leading - style.fontSize) / 2 - _ASCENT * style.fontSize
            if style.alignment == TA_RIGHT:
                canvas.drawRightString(x + width, base, line)
            else:
                canvas.drawString(x, base, line)
            y -= style.leading


_STYLES: Final = {style.name: style for style in (AMOUNT, CELL, CELL_NOTE, CELL_STRONG, HEAD, HEAD_RIGHT, TOTAL)}
_CONTROLS: Final = dict.fromkeys((*range(32), 127), " ")


@lru_cache(maxsize=8192)
def _broken(said: str, style_name: str, width: float) -> Sequence[str]:
    """The lines of a text in a column; kept, for payees and banks come again and again."""
    style = _STYLES[style_name]
    measure = partial(stringWidth, fontName=style.fontName, fontSize=style.fontSize)
    return break_lines(said.translate(_CONTROLS), width, measure)


def _cells(line: Line, lang: str) -> _Cells:
    """The cells of a payment."""

    def told(key: str) -> str:
        return line[key] or "—"

    def noted(name: str, key: str) -> _Words:
        return _Words(text(lang, "sheet.named", name=text(lang, f"sheet.column_{name}"), value=told(key)), CELL_NOTE)

    holder = [] if line["account_holder"] == line["payee"] else [noted("account_holder", "account_holder")]
    attempt = line["attempt"]
    again = [] if attempt in (None, "1") else [_Words(text(lang, "sheet.attempt", number=attempt), CELL_NOTE)]
    amount = parse_yuan(told("amount"))
    return [
        [_Words(told("line"), AMOUNT)],
        [_Words(told("key"), CELL_STRONG), _Words(told("application"), CELL), *again],
        [_Words(told("payee"), CELL_STRONG), _Words(told("credit_code"), CELL_NOTE), _Words(told("project"), CELL)],
        [
            *holder,
            _Words(told("bank"), CELL),
            _Words(told("account_number"), CELL_STRONG),
            noted("cnaps", "cnaps"),
        ],
        [
            _Words(text(lang, "report.clause", clause=told("clause")), CELL),
            _Words(f"{told('year')} · {told('instalment')}/{told('of')}", CELL),
            _Words(told("due_on"), CELL_NOTE),
        ],
        [_Words(grouped(amount), TOTAL)],
        [_Words(told("release_evidence"), CELL_NOTE)],
    ]


def _opening(facts: RunFacts, lang: str) -> Flowable:
    """What the run is, and where it can be seen."""
    narrow = _WIDTH - _QR - 20
    left = [
        Prose(text(lang, "sheet.title", number=facts.number), TITLE),
        Table(
            [
                [
                    pairs(labelled(facts, lang), (92, narrow / 2 - 108)),
                    pairs(provenance(facts, lang), (92, narrow / 2 - 100)),
                ]
            ],
            colWidths=[narrow / 2, narrow / 2],
            style=BARE,
            hAlign="LEFT",
        ),
    ]
    code: list[Flowable] = []
    if facts.address:
        code = [qr_code(facts.address, _QR), Prose(text(lang, "sheet.qr"), NOTE, link=facts.address)]
    opening = Table([[left, code]], colWidths=[_WIDTH - _QR, _QR], style=BARE, hAlign="LEFT", spaceAfter=10)
    return _Together([opening, Spacer(1, 8)])


def _closing(facts: RunFacts, lang: str) -> list[Flowable]:
    """What it comes to, and who answers for it."""
    total = [
        Prose(text(lang, "sheet.total_of", count=facts.rows), NOTE),
        Prose(grouped(facts.total), FIGURE),
        Prose(in_capitals(yuan(facts.total)), BODY),
    ]
    third = _WIDTH / 3
    people = [
        [
            Prose(word, NOTE),
            Prose(name, STRONG),
            Prose(day, CELL_NOTE),
            Spacer(1, 22),
            Prose(text(lang, "sheet.signature"), CELL_NOTE),
        ]
        for word, name, day in signed(facts, lang)
    ]
    lines = [("LINEBELOW", (at, 0), (at, 0), 0.6, MUTED) for at in range(3)]
    signatures = Table([people], colWidths=[third] * 3, style=[*BARE, *lines, ("BOTTOMPADDING", (0, 0), (-1, -1), 4)])
    return [Spacer(1, 12), _Together([box(total, _WIDTH, ACCENT), Spacer(1, 14), signatures])]


class _Together(Flowable):
    """Pieces below each other that stay on one page."""

    def __init__(self, parts: Sequence[Flowable]) -> None:
        super().__init__()
        self._parts = parts

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        """The size of all of them."""
        self._heights = [part.wrapOn(self.canv, aW, aH)[1] for part in self._parts]
        self.width, self.height = aW, sum(self._heights)
        return self.width, self.height

    def draw(self) -> None:
        """Puts them on the page."""
        y = self.height
        for part, height in zip(self._parts, self._heights, strict=True):
            y -= height
            part.drawOn(self.canv, 0, y)
