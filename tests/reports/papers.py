"""Reading papers back."""

import io
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image
from pypdf import PdfReader


def pages(data: bytes) -> list[str]:
    """The text of each page, as it is copied out."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def flowing(data: bytes) -> str:
    """The text of all pages without the line ends that the columns made."""
    return "".join(pages(data)).replace("\n", "").replace(" ", "")


def fonts(data: bytes) -> dict[str, bool]:
    """Every font that a document names, and whether its file is inside."""
    found = {}
    for page in PdfReader(io.BytesIO(data)).pages:
        for reference in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = reference.get_object()
            found[str(font["/BaseFont"])] = "/FontFile2" in font.get("/FontDescriptor", {})
    return found


def links(data: bytes) -> set[str]:
    """The addresses that a document leads to."""
    found = set()
    for page in PdfReader(io.BytesIO(data)).pages:
        for reference in page.get("/Annots", []):
            action = reference.get_object().get("/A", {})
            found.add(str(action.get("/URI")))
    return found


def qr_codes(data: bytes, folder: Path) -> list[str]:
    """What a camera reads off the first page."""
    source = folder / "paper.pdf"
    source.write_bytes(data)
    subprocess.run(["pdftoppm", "-r", "150", "-l", "1", "-png", source, folder / "page"], check=True)
    [picture] = folder.glob("page*.png")
    return [code.text for code in zxingcpp.read_barcodes(Image.open(picture))]
