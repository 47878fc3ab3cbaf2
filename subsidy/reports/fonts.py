"""The type that documents are set in: Kurinto Sans, regular and bold, embedded as a subset.

The simplified Chinese face has every Han character of GBK with its extension A and rare ones beyond, but not all
symbols (①, ℃, ※); its companion in the same package has those. `Face` joins the two, so that nobody who sets a text
thinks of it.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from importlib.resources import as_file, files
from itertools import groupby
from typing import Final, cast

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDocument, PDFStream
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

REGULAR: Final = "KurintoSansSC"
BOLD: Final = "KurintoSansSC-Bold"

_WHERE: Final = "static/weblate_fonts/kurinto/ttf"
# Subsets of a face are numbered from 0; its companion's follow from here.
_COMPANION: Final = 1 << 16


@cache
def register() -> None:
    """Makes REGULAR and BOLD known to ReportLab, as one family; loads the files at the first call only."""
    for name, style in ((REGULAR, "Rg"), (BOLD, "Bd")):
        pdfmetrics.registerFont(Face(name, f"KurintoSansSC-{style}.ttf", companion=f"KurintoSans-{style}.ttf"))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


class Face(TTFont):
    """A TrueType face that takes what it lacks from a companion, and whose text copies out as it was typed."""

    def __init__(self, name: str, file: str, companion: str | None = None) -> None:
        with as_file(files("weblate_fonts") / _WHERE / file) as path:
            super().__init__(name, str(path))
        self._companion_file = companion

    @cached_property
    def companion(self) -> "Face | None":
        """The face asked for what this one lacks; read when the first such character is met."""
        return Face(f"{self.fontName}-Companion", self._companion_file) if self._companion_file else None

    def _setter(self, character: str) -> "Face":
        """The face that sets a character: the companion only where it has what this one lacks."""
        code = ord(character)
        if code in self.face.charToGlyph or self.companion is None or code not in self.companion.face.charToGlyph:
            return self
        return self.companion

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:
        """The width of a text in points."""
        total = 0
        for character in text:
            face = self._setter(character).face
            total += face.charWidths.get(ord(character), face.defaultWidth)
        return total * size / 1000

    def splitString(self, text: str, doc: PDFDocument, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        """The text in runs of one subset each, as ReportLab asks of a face."""
        runs: list[tuple[int, bytes]] = []
        for setter, characters in groupby(text, self._setter):
            run = "".join(characters)
            if setter is self:
                runs += super().splitString(run, doc, encoding)
            else:
                runs += [(subset + _COMPANION, codes) for subset, codes in setter.splitString(run, doc, encoding)]
        return runs

    def getSubsetInternalName(self, subset: int, doc: PDFDocument) -> str:
        """The document's name for one subset of this face or of its companion."""
        if self.companion is not None and subset >= _COMPANION:
            return self.companion.getSubsetInternalName(subset - _COMPANION, doc)
        return super().getSubsetInternalName(subset, doc)

    def addObjects(self, doc: PDFDocument) -> None:
        """Writes the subsets into the document, with maps back to Unicode that hold beyond U+FFFF.

        ReportLab writes a code point's number where the format asks for UTF-16, so that 𬭼 prints right but is copied
        and found as another character. Only the map's text is replaced here; everything else is ReportLab's.
        """
        subsets = self.state[doc].subsets
        super().addObjects(doc)
        for number, codes in enumerate(subsets):
            name = (SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX).decode("ascii")
            stream = cast(PDFStream, doc.idToObject[f"toUnicodeCMap:{name}"])
            stream.content = _unicode_map(name, codes)


def _unicode_map(name: str, codes: Sequence[int]) -> str:
    """A PDF's map from the codes of a subset to Unicode (ISO 32000, 9.10.3): UTF-16, in blocks of at most 100."""
    entries = [f"<{at:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for at, code in enumerate(codes)]
    blocks = [entries[at : at + 100] for at in range(0, len(entries), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            f"<00> <{len(codes) - 1:02X}>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )
