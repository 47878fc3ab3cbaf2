"""Text that wraps as Chinese and English are printed.

No line begins with a closing mark or ends with an opening one, and no word or number is parted: a mark that does not
fit takes the character before it along to the next line. ReportLab's own Chinese wrapping lets ， and ； begin a line.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

_OPENING: Final = "（〔［｛〈《「『【〖“‘"
_CLOSING: Final = "）〕］｝〉》」』】〗”’，。、；：！？…—～·％‰℃"
_WORD: Final = rf"[^\s{_OPENING}{_CLOSING}\u2e80-\U0003ffff]+"
# What a line end may not part: a word or one Chinese character, with what opens before it and what closes after it.
_CLUSTER: Final = re.compile(rf"\s+|[{_OPENING}]*(?:{_WORD}(?:’{_WORD})*|.)[{_CLOSING}]*[,.;:!?)]*")
# How far the Chinese characters of the typeface rise above the base line, in parts of the size.
_ASCENT: Final = 0.88
_CONTROLS: Final = dict.fromkeys((*range(32), 127), " ")


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The lines of a text in a column of that width, at least one; a word wider than the column is parted anywhere."""
    if measure(text) <= width:
        return [text]
    lines: list[str] = []
    line, used = "", 0.0
    for cluster in _CLUSTER.findall(text):
        taken = measure(cluster)
        if used + taken > width and line.strip():
            lines.append(line.rstrip())
            line, used = "", 0.0
        if not line and cluster.isspace():
            continue
        while taken > width and len(cluster) > 1:
            fits = max(1, sum(1 for end in range(1, len(cluster)) if measure(cluster[:end]) <= width))
            lines.append(cluster[:fits])
            cluster = cluster[fits:]
            taken = measure(cluster)
        line, used = line + cluster, used + taken
    return [*lines, line.rstrip()] if line or not lines else lines


class Prose(Flowable):
    """A paragraph of plain text in one style; nothing in the text is read as markup. With `link` it leads there."""

    def __init__(self, text: str, style: ParagraphStyle, link: str | None = None) -> None:
        super().__init__()
        self.text = text.translate(_CONTROLS)
        self.style = style
        self.link = link
        self.lines: list[str] = []

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        """The size taken in a column of width `aW`."""
        style = self.style
        self.width = aW
        if self.text:  # else the lines are those of a split
            measure = partial(stringWidth, fontName=style.fontName, fontSize=style.fontSize)
            self.lines = break_lines(self.text, aW - style.leftIndent - style.rightIndent, measure)
        self.height = len(self.lines) * style.leading
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:
        """The lines that fit in the height `aH` and the rest; two at least on either side, that none stand alone."""
        self.wrap(aW, aH)
        fits = min(int(aH // self.style.leading), len(self.lines) - 2)
        if fits < 2:
            return []
        parts = [Prose("", self.style, self.link), Prose("", self.style, self.link)]
        parts[0].lines, parts[1].lines = self.lines[:fits], self.lines[fits:]
        return list(parts)

    def draw(self) -> None:
        """Puts the lines on the page."""
        style, canvas = self.style, self.canv
        canvas.setFont(style.fontName, style.fontSize)
        canvas.setFillColor(style.textColor)
        y = self.height - (style.leading - style.fontSize) / 2 - _ASCENT * style.fontSize
        for line in self.lines:
            if style.alignment == TA_RIGHT:
                canvas.drawRightString(self.width - style.rightIndent, y, line)
            else:
                canvas.drawString(style.leftIndent, y, line)
            y -= style.leading
        if self.link:
            canvas.linkURL(self.link, (0, 0, self.width, self.height), relative=1)
