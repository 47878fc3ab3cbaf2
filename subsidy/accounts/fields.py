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
        return uscc.validate(code)
    except ValidationError as problem:
        kind = _CREDIT_CODE_FAULTS.get(type(problem), "credit_code_format")
        length = str(len(uscc.compact(code)))
        faults.append(FieldFault("/credit_code", kind, {"value": excerpt(code), "length": length}))
        return ""


_CREDIT_CODE_FAULTS: Final[dict[type[ValidationError], str]] = {
    InvalidLength: "credit_code_length",
    InvalidChecksum: "credit_code_checksum",
}


def _half_width(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()
