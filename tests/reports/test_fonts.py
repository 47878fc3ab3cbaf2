"""Documents carry their own type, and what is printed can be copied and found."""

import io
import subprocess
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from subsidy.reports import fonts
from tests.reports import papers

LINES = (
    "资格核查结果：奖励 1,666,666.66 元（≥ 450 次）",
    "王𬭼 𬀩 𬬻 㙍",
    "①℃※Ⅱ‖★ 〔2025〕5号",
    "Eligibility – “quoted” é",
)


def blank(target: io.BytesIO) -> Canvas:
    """A page that begins in the typeface, so that ReportLab's own is not named."""
    fonts.register()
    return Canvas(target, initialFontName=fonts.REGULAR)  # type: ignore[arg-type]  # its stub says a number


@pytest.fixture
def document() -> bytes:
    target = io.BytesIO()
    canvas = blank(target)
    for at, line in enumerate(LINES):
        for face, top in ((fonts.REGULAR, 700), (fonts.BOLD, 400)):
            canvas.setFont(face, 12)
            canvas.drawString(50, top - 30 * at, line)
    canvas.save()
    return target.getvalue()


def test_the_type_is_inside(document: bytes) -> None:
    fonts_used = papers.fonts(document)
    assert all(fonts_used.values()), fonts_used
    names = {name.partition("+")[2] for name in fonts_used}
    assert names == {"KurintoSansSC-Rg", "KurintoSansSC-Bd", "KurintoSans-Rg", "KurintoSans-Bd"}
    assert len(document) < 120_000, "the faces are embedded whole, not as a subset"


def test_text_copies_out_as_typed(document: bytes) -> None:
    copied = papers.pages(document)[0]
    for line in LINES:
        assert copied.count(line) == 2, copied


@pytest.mark.poppler
def test_another_reader_copies_the_same(document: bytes, tmp_path: Path) -> None:
    path = tmp_path / "type.pdf"
    path.write_bytes(document)
    copied = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
    for line in LINES:
        assert copied.count(line) == 2, copied


def test_width_counts_the_companion() -> None:
    canvas = blank(io.BytesIO())
    apart = sum(canvas.stringWidth(character, fonts.REGULAR, 10) for character in "第①项")
    assert canvas.stringWidth("第①项", fonts.REGULAR, 10) == pytest.approx(apart)
    assert canvas.stringWidth("①", fonts.REGULAR, 10) > 5


def test_what_no_face_has_is_printed_as_a_box() -> None:
    target = io.BytesIO()
    canvas = blank(target)
    canvas.setFont(fonts.REGULAR, 12)
    canvas.drawString(50, 500, "前\U0001f600后")
    canvas.save()
    assert all(papers.fonts(target.getvalue()).values())
