"""How each kind of fact is written in JSON, for the OpenAPI document. The packs say which facts there are."""

from decimal import Decimal
from typing import Any, Final, assert_never

from rules.facts import Choice, Day, Fact, Money, Quantity, Rate, YesNo
from rules.load import packs
from rules.money import LARGEST

Schema = dict[str, Any]

DAY: Final[Schema] = {
    "type": "string",
    # Every day of 1900 to 2099 and nothing else; `format: date` alone would allow the year 0.
    "pattern": (
        r"^(?:(?:19|20)[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
        r"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:19(?:0[48]|[2468][048]|[13579][26])|20(?:0[048]|[2468][048]|[13579][26]))-02-29)$"
    ),
    "example": "2025-06-30",
}
VALUE: Final[Schema] = {"anyOf": [{"type": kind} for kind in ("string", "number", "boolean", "null")]}
"""The value of a fact that is named beside it."""


def facts_schema() -> Schema:
    """An object of facts; a fact that is null or absent is unknown."""
    facts = {fact.key: fact for policy in packs().values() for fact in policy.facts}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _described(fact) for key, fact in facts.items()},
        "description": (
            "What is stated about a project. Numbers may be sent as strings of plain digits, which no program rounds. "
            "A granted rate needs a scheme and must lie in that scheme's range."
        ),
    }


def _described(fact: Fact) -> Schema:
    notes = [fact.ask.en, fact.help.en if fact.help else ""]
    return {"anyOf": [*_schemas(fact), {"type": "null"}], "description": " ".join(filter(None, notes))}


def _schemas(fact: Fact) -> list[Schema]:
    match fact:
        case Quantity():
            bounds = {"exclusiveMinimum": fact.above, "minimum": fact.at_least, "exclusiveMaximum": fact.below}
            digits = _digits(_whole_digits(fact.below), 3, above_zero=fact.above_zero)
            return _number(f"^{digits}$", 3, bounds)
        case Money():
            most = Decimal(LARGEST) / 100
            digits = rf"^(?:{_digits(_whole_digits(most), 2)}|{most}(?:\.00?)?)$"
            return _number(digits, 2, {"minimum": Decimal(0), "maximum": most})
        case Rate():
            return _number(
                r"^(?:0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?)$", 6, {"minimum": Decimal(0), "maximum": Decimal(1)}
            )
        case Day():
            return [DAY]
        case YesNo():
            return [{"type": "boolean"}]
        case Choice():
            return [{"enum": [option.id for option in fact.options]}]
        case _:
            assert_never(fact)


def _number(pattern: str, places: int, bounds: dict[str, Decimal | None]) -> list[Schema]:
    """A number, or the string of its plain digits."""
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    number = {"type": "number", "multipleOf": Decimal(1).scaleb(-places), **given}
    return [{"type": "string", "pattern": pattern}, number]


def _digits(whole: int, places: int, *, above_zero: bool = False) -> str:
    nonzero = r"(?!0+(?:\.0+)?$)" if above_zero else ""
    return rf"{nonzero}[0-9]{{1,{whole}}}(?:\.[0-9]{{1,{places}}})?"


def _whole_digits(end: Decimal) -> int:
    """How many digits a number below `end` has before its point, at most."""
    return len(str(int(end) - 1))
