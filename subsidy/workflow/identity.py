"""When two ways of writing mean the same project: without width, case, spaces and punctuation, and without a slip of the pen."""

import unicodedata
from typing import Final

from subsidy.records import ParticularKind

_ALIKE: Final = str.maketrans("oil", "011")
"""Letters that are taken for digits in numbers of meters, equipment and filings."""


def normalised(text: str) -> str:
    """The letters and digits of a text, the same whatever their width and case; empty where it has none."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    # Once more: folding the case can bring forth what the first round would have made plain.
    return "".join(each for each in unicodedata.normalize("NFKC", plain) if each.isalnum())


def blurred(kind: ParticularKind, normal: str) -> str:
    """What a normalised text could be mistaken for as well. An address is read as it stands."""
    return normal if kind is ParticularKind.SITE else normal.translate(_ALIKE)
