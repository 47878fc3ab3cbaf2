"""Files that people hand in, whole and harmless, and such as must be refused."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from openpyxl import Workbook
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(text: str = "report") -> bytes:
    """One page, different for a different text."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": text})
    return _written(writer.write)


def image(form: str, width: int = 8, height: int = 8) -> bytes:
    """A red picture, `form` being PNG or JPEG."""
    made = Image.new("RGB", (width, height), "red")
    return _written(lambda file: made.save(file, form))


def xlsx() -> bytes:
    """A workbook with a number in it."""
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = 450
    return _written(book.save)


def zipped(entries: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


def workbook(**more: bytes) -> dict[str, bytes]:
    """The entries without which an archive is no workbook."""
    return {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **more}


def understated(data: bytes, name: bytes, length: int) -> bytes:
    """An archive in which an entry is told to be of another length than it is, in both of its headers."""
    told = struct.pack("<I", length)
    local, central = data.index(name) - 30, data.rindex(name) - 46
    data = data[: local + 22] + told + data[local + 26 :]
    return data[: central + 24] + told + data[central + 28 :]


def scripted() -> bytes:
    """A PDF that runs a script when it is opened."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    return _written(writer.write)


def locked() -> bytes:
    """A PDF under a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret", algorithm="RC4-40")
    return _written(writer.write)


def huge_png() -> bytes:
    """A few bytes that claim to be a picture of 40,000 by 40,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


TAKEN: Final[Mapping[str, Callable[[], bytes]]] = {
    "report.pdf": pdf,
    "报告.PDF": pdf,
    "photo.png": lambda: image("PNG"),
    "photo.jpg": lambda: image("JPEG"),
    "photo.JPEG": lambda: image("JPEG"),
    "meter.xlsx": xlsx,
}

_HTML: Final = b"<!doctype html><script>alert(1)</script>"
REFUSED: Final[Mapping[str, tuple[str, Callable[[], bytes], str]]] = {
    "nothing": ("a.pdf", lambda: b"", "empty"),
    "a page": ("a.pdf", lambda: _HTML, "not_accepted"),
    "a page behind white space": ("a.pdf", lambda: b"\n%PDF-1.7\n" + _HTML, "not_accepted"),
    "a page that begins like a PDF": ("a.pdf", lambda: b"%PDF-1.7\n" + _HTML, "broken"),
    "a page that begins and ends like a PDF": (
        "a.pdf",
        lambda: b"%PDF-1.7\n" + _HTML + b"\nstartxref\n0\n%%EOF",
        "broken",
    ),
    "an SVG": ("a.png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_accepted"),
    "a program": ("a.pdf", lambda: b"MZ\x90\x00" + bytes(100), "not_accepted"),
    "text": ("a.xlsx", lambda: b"=cmd|'/c calc'!A1", "not_accepted"),
    "half a PDF": ("a.pdf", lambda: pdf()[:300], "broken"),
    "a PDF under a password": ("a.pdf", locked, "encrypted"),
    "a PDF with a script": ("a.pdf", scripted, "active"),
    "a PDF that is an archive too": ("a.pdf", lambda: pdf() + zipped({"x.html": _HTML}), "two_in_one"),
    "a picture that is an archive too": ("a.png", lambda: image("PNG") + zipped({"x.html": _HTML}), "two_in_one"),
    "a picture called a PDF": ("a.pdf", lambda: image("PNG"), "wrong_ending"),
    "a PDF called a page": ("a.html", pdf, "wrong_ending"),
    "a PDF without an ending": ("pdf", lambda: image("PNG"), "wrong_ending"),
    "half a PNG": ("a.png", lambda: image("PNG", 400, 400)[:-60], "broken"),
    "half a JPEG": ("a.jpg", lambda: image("JPEG", 400, 400)[:700], "broken"),
    "a PNG of 1,600,000,000 pixels": ("a.png", huge_png, "too_many_pixels"),
    "an archive": ("a.xlsx", lambda: zipped({"x.html": _HTML}), "not_accepted"),
    "half a workbook": ("a.xlsx", lambda: xlsx()[:-200], "broken"),
    "a workbook with a macro": ("a.xlsx", lambda: zipped(workbook(**{"xl/vbaProject.bin": b"x"})), "active"),
    "a workbook with a way out": ("a.xlsx", lambda: zipped(workbook(**{"../../etc/passwd": b"x"})), "two_in_one"),
    "a bomb": ("a.xlsx", lambda: zipped(workbook(**{"xl/bomb.xml": bytes(201 * 1024**2)})), "too_much_inside"),
    "a bomb that tells a small length": (
        "a.xlsx",
        lambda: understated(zipped(workbook(**{"xl/bomb.xml": bytes(201 * 1024**2)})), b"xl/bomb.xml", 10),
        "too_much_inside",
    ),
    "an entry that is longer than it tells": (
        "a.xlsx",
        lambda: understated(zipped(workbook(**{"xl/sheet.xml": bytes(5000)})), b"xl/sheet.xml", 10),
        "broken",
    ),
    "thousands of entries": (
        "a.xlsx",
        lambda: zipped(workbook(**{f"xl/{number}": b"" for number in range(5000)}), zipfile.ZIP_STORED),
        "too_much_inside",
    ),
    "an old workbook": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_office"),
}
"""Of each file what it is, its name, its bytes and the code of its refusal."""


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    made = io.BytesIO()
    write(made)
    return made.getvalue()
