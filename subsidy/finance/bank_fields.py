"""Reading what is typed of a bank account, and writing its number so that it gives nothing away."""

import unicodedata
from typing import Final, NamedTuple

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

from rules.faults import BadInput, Fault
from subsidy.errors import FieldFault
from subsidy.workflow import words

SHORTEST: Final = 8
LONGEST: Final = 34
CNAPS: Final = 12


class Given(NamedTuple):
    """A bank account as somebody gives it."""

    holder: str
    bank: str
    number: str
    cnaps: str


def read(given: Given, registered: str) -> Given:
    """The account with its numbers as digits alone. BadInput with every fault; none of them repeats the number.

    The holder must be the payee's `registered` name, however wide its brackets and spaces are written.
    """
    faults: list[Fault] = []
    holder, bank = _line(given.holder, "holder", faults), _line(given.bank, "bank", faults)
    if holder and plain(holder) != plain(registered):
        faults.append(FieldFault("/holder", "bank.holder_differs", {"holder": holder, "registered": registered}))
    number, cnaps = _digits(given.number, "number", faults), _digits(given.cnaps, "cnaps", faults)
    if number and not SHORTEST <= len(number) <= LONGEST:
        told = {"length": str(len(number)), "least": str(SHORTEST), "most": str(LONGEST)}
        faults.append(FieldFault("/number", "bank.number_length", told))
    if cnaps and len(cnaps) != CNAPS:
        faults.append(FieldFault("/cnaps", "bank.cnaps_length", {"length": str(len(cnaps))}))
    elif cnaps and not _checks(cnaps):
        faults.append(FieldFault("/cnaps", "bank.cnaps_checksum"))
    if faults:
        raise BadInput(faults)
    return Given(holder, bank, number, cnaps)


def plain(name: str) -> str:
    """A name by which two ways of writing it are compared: of one width, without spaces."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def masked(number: str) -> str:
    """The last four digits, for all who have not to know the others."""
    return f"****{number[-4:]}"


def _checks(cnaps: str) -> bool:
    """Whether the last digit is the check digit of the others: the People's Bank's "模10、11双模算法", which is ISO 7064
    MOD 11,10 (GB/T 17710)."""
    try:
        mod_11_10.validate(cnaps)
    except ValidationError:
        return False
    return True


def _line(typed: str, field: str, faults: list[Fault]) -> str:
    if not words.printable(typed).strip():
        faults.append(FieldFault(f"/{field}", f"bank.{field}_missing"))
        return ""
    return words.line(typed, field, faults)


def _digits(typed: str, field: str, faults: list[Fault]) -> str:
    """Digits of any width, without the spaces and dashes that people part them by."""
    wide = unicodedata.normalize("NFKC", typed)
    kept = "".join(c for c in wide if not c.isspace() and unicodedata.category(c) not in ("Pd", "Cf"))
    kept = kept.replace("\u2212", "")
    if not kept:
        faults.append(FieldFault(f"/{field}", f"bank.{field}_missing"))
    elif not (kept.isascii() and kept.isdigit()):
        faults.append(FieldFault(f"/{field}", f"bank.{field}_digits"))
        return ""
    return kept
