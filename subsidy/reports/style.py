"""How the paper looks: colours and styles of text."""

from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from subsidy.reports.fonts import BOLD, REGULAR

INK: Final = HexColor(0x1C2330)
MUTED: Final = HexColor(0x5B6675)
RULE: Final = HexColor(0xC8D0DA)
TINT: Final = HexColor(0xEFF3F7)
ACCENT: Final = HexColor(0x0B4F8A)
GOOD: Final = HexColor(0x1B6E3C)
BAD: Final = HexColor(0xA3262A)
OPEN: Final = HexColor(0x805300)


def _style(
    name: str, size: float, leading: float, *, strong: bool = False, color: Color = INK, right: bool = False,
    before: float = 0, after: float = 0,
) -> ParagraphStyle:  # fmt: skip
    return ParagraphStyle(
        name,
        fontName=BOLD if strong else REGULAR,
        fontSize=size,
        leading=leading,
        textColor=color,
        alignment=TA_RIGHT if right else TA_LEFT,
        spaceBefore=before,
        spaceAfter=after,
    )


def tinged(style: ParagraphStyle, color: Color) -> ParagraphStyle:
    """The same style in another colour."""
    return ParagraphStyle(style.name, style, textColor=color)


TITLE: Final = _style("title", 19, 25, strong=True, after=2)
HEADING: Final = _style("heading", 12.5, 17, strong=True, color=ACCENT, before=14, after=5)
MINOR: Final = _style("minor", 9.5, 14, strong=True, before=9, after=3)
BODY: Final = _style("body", 9.5, 14.5, after=3)
STRONG: Final = _style("strong", 10.5, 16, strong=True)
FIGURE: Final = _style("figure", 20, 26, strong=True)
NOTE: Final = _style("note", 8, 12, color=MUTED, after=2)
SOURCE: Final = _style("source", 8, 12, color=MUTED, after=9)

CELL: Final = _style("cell", 8.5, 12.5)
CELL_BELOW: Final = _style("cell_below", 8.5, 12.5, after=6)
NAME: Final = _style("name", 8.5, 12.5, color=MUTED)
CELL_STRONG: Final = _style("cell_strong", 8.5, 12.5, strong=True)
CELL_NOTE: Final = _style("cell_note", 7.5, 11, color=MUTED)
AMOUNT: Final = _style("amount", 8.5, 12.5, right=True)
TOTAL: Final = _style("total", 8.5, 12.5, strong=True, right=True)
HEAD: Final = _style("head", 8, 12, strong=True, color=MUTED)
HEAD_RIGHT: Final = _style("head_right", 8, 12, strong=True, color=MUTED, right=True)
