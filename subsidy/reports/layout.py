"""The paper: page, running head and foot, and the few pieces that documents are put together from."""

import io
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, LongTable, SimpleDocTemplate, Table

from subsidy.locale import text
from subsidy.reports import fonts
from subsidy.reports.prose import Prose
from subsidy.reports.style import CELL, HEAD, HEAD_RIGHT, HEADING, INK, MUTED, NAME, RULE, TINT

PORTRAIT: Final[tuple[float, float]] = A4
LANDSCAPE: Final[tuple[float, float]] = landscape(A4)
MARGIN: Final = 18 * mm
HEAD_ROOM: Final = 20 * mm
FOOT_ROOM: Final = 22 * mm
PAGE_NUMBER: Final = 11.5 * mm
"""How high the number of the page stands."""
_PADDING: Final = 5
# What must fit below a heading, in points.
_KEPT: Final = 90

PRESS: Final = threading.Lock()
"""A face of ReportLab keeps a reading position while its subset is cut, so one document is written at a time."""


@dataclass(frozen=True)
class Furniture:
    """What stands on every page around the text."""

    lang: str
    title: str
    aside: str
    """At the right of the running head: who issued the policy, or as of which day the rows stand."""
    note: str
    """What the paper is not, or how it was made; stands out at the foot."""
    origin: str
    """Policy, version and digest; at the foot."""
    issued_on: date
    keywords: str = ""
    """Stands in the document's properties only."""


class FurnishedCanvas(Canvas):
    """A canvas that can write the running head and foot, and whose dates are the document's."""

    def __init__(self, furniture: Furniture, size: tuple[float, float], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initialFontName": fonts.REGULAR})
        self._furniture = furniture
        self._size = size
        issued = f"D:{furniture.issued_on:%Y%m%d}000000+08'00'"
        self.setDateFormatter(lambda *_: issued)
        self.setViewerPreference("DisplayDocTitle", "true")

    def furnish(self) -> None:
        """Writes the head and foot of the present page, but for its number."""
        width, height = self._size
        furniture = self._furniture
        self.setStrokeColor(RULE)
        self.setLineWidth(0.5)
        self.line(MARGIN, height - 14 * mm, width - MARGIN, height - 14 * mm)
        self.line(MARGIN, 16 * mm, width - MARGIN, 16 * mm)
        self.setFont(fonts.REGULAR, 7.5)
        self.setFillColor(MUTED)
        self.drawString(MARGIN, height - 12 * mm, furniture.title)
        self.drawRightString(width - MARGIN, height - 12 * mm, furniture.aside)
        self.setFont(fonts.REGULAR, 6.5)
        self.drawString(MARGIN, 8 * mm, furniture.origin)
        self.setFont(fonts.BOLD, 7.5)
        self.setFillColor(INK)
        self.drawString(MARGIN, PAGE_NUMBER, furniture.note)


class _PagedCanvas(FurnishedCanvas):
    """A canvas that knows how many pages there are before it writes the running head and foot of any."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keeps the page for `save`."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        """Writes all pages."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(fonts.REGULAR, 7.5)
            self.setFillColor(MUTED)
            told = text(self._furniture.lang, "report.page", number=number, pages=len(self._pages))
            self.drawRightString(self._size[0] - MARGIN, PAGE_NUMBER, told)
            self.furnish()
            super().showPage()
        super().save()


def press(story: Sequence[Flowable], furniture: Furniture, size: tuple[float, float] = PORTRAIT) -> bytes:
    """The finished PDF; the same content gives the same bytes."""
    fonts.register()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=size,
        leftMargin=MARGIN - 6,  # a frame pads by 6 points
        rightMargin=MARGIN - 6,
        topMargin=HEAD_ROOM - 6,
        bottomMargin=FOOT_ROOM - 6,
        title=furniture.title,
        author=text(furniture.lang, "base.site"),
        subject=furniture.origin,
        keywords=[furniture.keywords] if furniture.keywords else [],
        creator="subsidy",
        producer="subsidy",
        lang="zh-CN" if furniture.lang == "zh" else "en",
        invariant=1,
    )
    with PRESS:
        document.build(list(story), canvasmaker=lambda *args, **kwargs: _PagedCanvas(furniture, size, *args, **kwargs))
    return target.getvalue()


def text_width(size: tuple[float, float]) -> float:
    """The width between the margins, in points."""
    return size[0] - 2 * MARGIN


def headed(title: str) -> list[Flowable]:
    """A section's heading, moved to the next page where it would stand at the foot of this one."""
    return [CondPageBreak(_KEPT), Prose(title, HEADING)]


def grid(
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    right: Collection[int] = (),
    *,
    last_is_total: bool = False,
) -> LongTable:
    """A ruled table whose head is repeated on every page. Columns in `right` have their head at the right."""
    heads = [Prose(each, HEAD_RIGHT if at in right else HEAD) for at, each in enumerate(head)]
    commands: list[tuple[Any, ...]] = [
        *_PLAIN,
        ("BACKGROUND", (0, 0), (-1, 0), TINT),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, MUTED),
    ]
    if last_is_total:
        commands += [("BACKGROUND", (0, -1), (-1, -1), TINT), ("LINEABOVE", (0, -1), (-1, -1), 0.8, MUTED)]
    return LongTable(
        [heads, *map(list, rows)], colWidths=list(widths), repeatRows=1, style=commands, hAlign="LEFT", spaceAfter=4
    )


def pairs(rows: Sequence[tuple[str, str]], widths: tuple[float, float]) -> Table:
    """Names at the left, what they stand for at the right."""
    cells = [[Prose(name, NAME), Prose(value, CELL)] for name, value in rows]
    commands = [*_PLAIN, ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    return Table(cells, colWidths=list(widths), style=commands, hAlign="LEFT", spaceAfter=4)


def box(content: Sequence[Flowable], width: float, color: Color) -> Table:
    """A tinted panel with a coloured edge."""
    commands = [*_PLAIN, ("BACKGROUND", (0, 0), (-1, -1), TINT), ("LINEBEFORE", (0, 0), (0, -1), 3, color)]
    commands += [
        (side, (0, 0), (-1, -1), 10) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    ]
    return Table([[list(content)]], colWidths=[width], style=commands, hAlign="LEFT", spaceAfter=4)


def qr_code(url: str, side: float) -> Flowable:
    """The address as a QR code of that side in points, with the quiet margin that readers need."""
    return QrCode(url, width=side, height=side, qrLevel="M", qrBorder=4)


_PLAIN: Final[list[tuple[Any, ...]]] = [
    ("FONT", (0, 0), (-1, -1), fonts.REGULAR),  # else Helvetica, not embedded, would come along
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 4),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
]

BARE: Final[list[tuple[Any, ...]]] = [
    *_PLAIN,
    *((f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
]
"""For a table that only places things."""
