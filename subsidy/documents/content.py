"""What a file is, by its content. Whatever is not plainly one of the formats that are taken is refused, and why is told."""

import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pypdf
from PIL import Image

from rules.faults import BadInput
from subsidy.errors import FieldFault
from subsidy.records import Format

ENDINGS: Final[Mapping[Format, tuple[str, ...]]] = {
    Format.PDF: ("pdf",),
    Format.PNG: ("png",),
    Format.JPEG: ("jpg", "jpeg"),
    Format.XLSX: ("xlsx",),
}
"""How the names of files of each format end."""

MEDIA_TYPES: Final[Mapping[Format, str]] = {
    Format.PDF: "application/pdf",
    Format.PNG: "image/png",
    Format.JPEG: "image/jpeg",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_STARTS: Final = {
    b"%PDF-": Format.PDF,
    b"\x89PNG\r\n\x1a\n": Format.PNG,
    b"\xff\xd8\xff": Format.JPEG,
    b"PK\x03\x04": Format.XLSX,
}
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
"""Word and Excel before 2007, and newer files under a password."""

MOST_PIXELS: Final = 10_000**2
MOST_ENTRIES: Final = 5_000
MOST_INFLATED: Final = 200 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_TAIL: Final = 2048


class _Unfit(Exception):
    """Why a file is not taken: the code of its wording."""


def examine(path: Path, name: str) -> Format:
    """The format of a file that came under `name`. Raises BadInput, pointing at `/file`, where it is not taken."""
    with path.open("rb") as file:
        start = file.read(8)
    found = next((form for mark, form in _STARTS.items() if start.startswith(mark)), None)
    ending = name.rpartition(".")[2].lower()
    try:
        if not start:
            raise _Unfit("empty")
        if start.startswith(_OLD_OFFICE):
            raise _Unfit("old_office")
        if found is None:
            raise _Unfit("not_accepted")
        if ending not in ENDINGS[found]:
            raise _Unfit("wrong_ending")
        if found is not Format.XLSX and zipfile.is_zipfile(path):
            raise _Unfit("two_in_one")
        _CHECKS[found](path)
    except _Unfit as unfit:
        code = f"documents.{unfit}"
        params = {"name": name, "is": found.upper() if found else "", "ending": ending}
        raise BadInput([FieldFault("/file", code, params)]) from None
    return found


def _check_pdf(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        if b"%%EOF" not in file.read():
            raise _Unfit("broken")
        file.seek(0)
        try:
            reader = pypdf.PdfReader(file)
            encrypted = reader.is_encrypted
            pages = 0 if encrypted else len(reader.pages)
            active = not encrypted and _active(reader.root_object)
        except Exception:  # whatever a parser raises on what is no PDF
            raise _Unfit("broken") from None
    if encrypted:
        raise _Unfit("encrypted")
    if not pages:
        raise _Unfit("broken")
    if active:
        raise _Unfit("active")


def _active(catalogue: Any) -> bool:
    """Whether the document does something by itself when it is opened."""
    opening = catalogue.get("/OpenAction")
    opening = opening.get_object() if opening is not None else None
    acts = isinstance(opening, dict) and opening.get("/S") not in ("/GoTo", None)
    names = catalogue.get("/Names")
    scripts = names is not None and "/JavaScript" in names.get_object()
    return acts or scripts or "/AA" in catalogue


def _check_image(path: Path, form: Format) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=[form.upper()]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _Unfit("too_many_pixels")
                if form is Format.PNG:
                    image.verify()
                else:
                    image.draft(
                        "RGB", (image.width // 8, image.height // 8)
                    )  # an eighth of the work shows as well that it is whole
                    image.load()
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise _Unfit("too_many_pixels") from None
        except _Unfit:
            raise
        except Exception:  # whatever a decoder raises on what is no image
            raise _Unfit("broken") from None


def _check_xlsx(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_INFLATED:
                raise _Unfit("too_much_inside")
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= set(names):
                raise _Unfit("not_accepted")
            if len(set(names)) < len(names) or archive.comment or any(map(_misplaced, names)):
                raise _Unfit("two_in_one")
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise _Unfit("active")
            if any(entry.flag_bits & 1 for entry in entries):
                raise _Unfit("encrypted")
            _inflate(archive, entries)
    except _Unfit:
        raise
    except Exception:  # whatever is raised on what is no archive
        raise _Unfit("broken") from None


def _inflate(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Reads every entry to its real end, which need not be where it says, and so compares its checksum."""
    inflated = 0
    for entry in entries:
        told, entry.file_size = entry.file_size, MOST_INFLATED + 1  # to be read on beyond the length that it tells
        length = 0
        with archive.open(entry) as inside:
            while piece := inside.read(_PIECE):
                length += len(piece)
                if inflated + length > MOST_INFLATED:
                    raise _Unfit("too_much_inside")
        if length != told:
            raise _Unfit("broken")
        inflated += length


def _misplaced(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


_CHECKS: Final[Mapping[Format, Callable[[Path], None]]] = {
    Format.PDF: _check_pdf,
    Format.PNG: lambda path: _check_image(path, Format.PNG),
    Format.JPEG: lambda path: _check_image(path, Format.JPEG),
    Format.XLSX: _check_xlsx,
}
