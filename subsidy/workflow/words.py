"""What people write into the record: reasons, evidence, names of projects. Only text that can be stored and read again."""

from typing import Final

from rules.faults import Fault
from subsidy.errors import FieldFault, NotFound

LONGEST_LINE: Final = 200
LONGEST_PASSAGE: Final = 2000
LONGEST_NAME: Final = 120


def line(typed: str, field: str, faults: list[Fault]) -> str:
    """A text on one line with single spaces; adds a fault where it is missing or too long. `field` is where it stood."""
    return _kept(" ".join(printable(typed).split()), field, LONGEST_LINE, faults)


def passage(typed: str, field: str, faults: list[Fault]) -> str:
    """A text of one or more lines; adds a fault where it is missing or too long."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _kept("\n".join(printable(one).rstrip() for one in lines).strip(), field, LONGEST_PASSAGE, faults)


def file_name(typed: str, field: str, faults: list[Fault]) -> str:
    """The name of a file; adds a fault where it is missing, too long, names a folder or holds what cannot be shown."""
    name = _kept(typed.strip(), field, LONGEST_NAME, faults)
    if name and (name.startswith(".") or not name.isprintable() or any(mark in name for mark in '/\\:*?"<>|')):
        faults.append(FieldFault(f"/{field}", "workflow.file_name", {"name": printable(name)}))
    return name


def identifier(given: str) -> str:
    """An id as it can be looked up; NotFound where no id looks like that."""
    if not (given.isascii() and given.isalnum()):
        raise NotFound
    return given


def printable(typed: str) -> str:
    """The text with a space for each character that cannot be shown."""
    # Control characters and halves of characters break a database, a spreadsheet or a page.
    return "".join(c if c.isprintable() else " " for c in typed)


def _kept(text: str, field: str, most: int, faults: list[Fault]) -> str:
    if not text:
        faults.append(FieldFault(f"/{field}", f"workflow.{field}_missing"))
    elif len(text) > most:
        faults.append(FieldFault(f"/{field}", "workflow.too_long", {"length": str(len(text)), "most": str(most)}))
    return text
