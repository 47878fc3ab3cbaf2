"""What is wrong with an input: one fault per place, named so that the reader can mend it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from rules import wording

_MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where (JSON pointer, empty for the whole document), which kind, and the words that fill its message."""

    pointer: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        """One sentence in `lang` (zh or en): the field, the value and what to do."""
        return wording.fault(self.code, lang, self.params)


class BadInput(Exception):
    """An input that cannot be read; it carries every fault found, never only the first, up to more than anybody would mend.

    `more` is how many it leaves out, among them those that were left out before.
    """

    def __init__(self, faults: Iterable[Fault], more: int = 0) -> None:
        found = iter(faults)
        self.faults = tuple(islice(found, _MOST_FAULTS))
        self.more = more + sum(1 for _ in found)
        super().__init__("; ".join(f"{fault.pointer} {fault.code}" for fault in self.faults))


class FactError(ValueError):
    """A value that its kind of fact does not take; the reader turns it into a `Fault` with a pointer."""

    def __init__(self, code: str, **params: str) -> None:
        self.code, self.params = code, params
        super().__init__(code)


def excerpt(value: object, most: int = 40) -> str:
    """A value as it may be shown in a message: its beginning, on one line, whatever its length; what is no text as JSON writes it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: most + 1])
    return text if len(text) <= most else text[:most] + "…"
