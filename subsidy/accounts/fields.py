"""Reading what people type about themselves and their organisation."""

import unicodedata
from typing import Final

from email_validator import EmailNotValidError, validate_email
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from rules.faults import Fault, excerpt
from subsidy.errors import FieldFault

LONGEST_NAME: Final = 100


def read_email(typed: str, faults: list[Fault]) -> str:
    """The address in lower case; adds a fault where it is none."""
    try:
        valid = validate_email(_half_width(typed), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        faults.append(FieldFault("/email", "email_invalid", {"value": excerpt(typed)}))
        return ""
    return valid.normalized.lower()


def read_name(typed: str, field: str, faults: list[Fault]) -> str:
    """A name on one line with single spaces; adds a fault where it is missing or too long."""
    name = " ".join("".join(c if c.isprintable() else " " for c in typed).split())
    if not name:
        faults.append(FieldFault(f"/{field}", f"{field}_missing"))
    elif len(name) > LONGEST_NAME:
        faults.append(FieldFault(f"/{field}", "name_long", {"length": str(len(name)), "most": str(LONGEST_NAME)}))
    return name


def read_credit_code(typed: str, faults: list[Fault]) -> str:
    """The 统一社会信用代码 as 18 upper-case characters; adds a fault where it is none."""
    code = "".join(_half_width(typed).split()).upper()
    if not code:
        faults.append(FieldFault("/credit_code", "credit_code_missing"))
        return ""
    try:
        code = uscc.validate(code)
        if organisation_check(code[8:16]) != code[16]:
            raise InvalidChecksum
        return code
    except ValidationError as problem:
        kind = _CREDIT_CODE_FAULTS.get(type(problem), "credit_code_format")
        length = str(len(uscc.compact(code)))
        faults.append(FieldFault("/credit_code", kind, {"value": excerpt(code), "length": length}))
        return ""


def organisation_check(body: str) -> str:
    """The check character of an organisation code, whose eight characters these are (GB 11714). They stand inside every
    credit code, as its characters 9 to 16, with this one behind them."""
    total = sum(weight * int(character, 36) for weight, character in zip(_WEIGHTS, body, strict=True))
    return "0X987654321"[total % 11]


_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

_CREDIT_CODE_FAULTS: Final[dict[type[ValidationError], str]] = {
    InvalidLength: "credit_code_length",
    InvalidChecksum: "credit_code_checksum",
}


def _half_width(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()
