"""What spreadsheets share: text that stays text, whatever a spreadsheet or its writer would take it for."""

import re
from typing import Final

_BEGINS_FORMULA: Final = tuple("=+-@＝＋－＠")
_CONTROLS: Final = ("\t", "\r", "\n")
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def guarded(cell: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    if cell[:1].isalnum():
        return cell
    if cell[:1] in _CONTROLS or cell.lstrip()[:1] in _BEGINS_FORMULA:
        return f"'{cell}"
    return cell


def literal(cell: str) -> str:
    """The text for a workbook's text cell, without characters that XML cannot hold.

    The library takes `<r>…</r>` for markup of its own and writes it as it is, which lets a name put anything into the sheet or
    break it; a space after it takes that from it.
    """
    if cell.startswith("<r>") and cell.endswith("</r>"):
        cell += " "
    return _UNSEEN.sub(" ", cell)
