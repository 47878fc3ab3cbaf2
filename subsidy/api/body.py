"""Reading what a request brings: one reader for all bodies, as strict as for files, and every fault of it at once."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from starlette.exceptions import HTTPException

from rules.document import NumberText, read_document
from rules.faults import BadInput, FactError, Fault, excerpt
from subsidy.api.problem import Unreadable
from subsidy.errors import FieldFault
from subsidy.finance.envelopes import YEARS
from subsidy.workflow.words import LONGEST_PASSAGE

M = TypeVar("M", bound=BaseModel)


async def read(request: Request) -> Any:
    """The tree of a JSON body. Raises Unreadable (400, 413) where it is none, HTTPException 415 where it says so itself."""
    expect_json(request)
    return await parse(request)


def expect_json(request: Request, *untold: str) -> None:
    """HTTPException 415 where the body is said to be something else; `untold` are types that a client names unasked."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("", "application/json", *untold) or (kind.startswith("application/") and kind.endswith("+json")):
        return
    raise HTTPException(415)


async def parse(request: Request) -> Any:
    """The tree of a JSON body, whatever it is said to be. Raises Unreadable (400, 413) where it is none."""
    try:
        return read_document(await request.body(), json_only=True)
    except BadInput as error:
        fault = error.faults[0]
        raise Unreadable(fault, 413 if fault.code == "too_large" else 400) from None


Tree = Annotated[Any, Depends(read)]
"""The body of a request, for a handler."""


_COUNT = re.compile(r"([1-9][0-9]{0,8})(?:\.0{1,9})?", re.ASCII)
"""JSON does not tell 1 from 1.0."""


def _text(raw: object) -> object:
    if not isinstance(raw, str) or isinstance(raw, NumberText):
        raise FactError("api.text", value=excerpt(raw))
    return raw


def texts(raw: object) -> object:
    """A list of texts as it was sent; FactError where it is none."""
    if not isinstance(raw, list) or not all(isinstance(one, str) and not isinstance(one, NumberText) for one in raw):
        raise FactError("api.texts", value=excerpt(raw))
    return raw


def _whole(raw: object) -> object:
    found = _COUNT.fullmatch(raw) if isinstance(raw, NumberText) else None
    if found is None:
        raise FactError("api.whole", value=excerpt(raw))
    return int(found[1])


def prose(most: int, description: str) -> WithJsonSchema:
    """How a text that people write is described; what is wrong with one is told by whoever keeps it."""
    return WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": most, "pattern": r"\S", "description": description}
    )


Words = Annotated[str, BeforeValidator(_text)]
"""Text that was sent as text."""
MaybeWords = Annotated[str | None, BeforeValidator(lambda raw: None if raw is None else _text(raw))]
"""Text, or null."""
Texts = Annotated[list[str], BeforeValidator(texts)]
"""A list of texts."""
Whole = Annotated[
    int, BeforeValidator(_whole), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 999_999_999})
]
"""A number that counts something, from 1."""
BudgetYear = Annotated[
    int,
    BeforeValidator(_whole),
    WithJsonSchema({"type": "integer", "minimum": YEARS[0], "maximum": YEARS[-1]}),
]
"""A year that an envelope can be of."""
Version = Annotated[
    Whole, Field(description="The version that was read; refused with 409 where somebody changed it since.")
]
Reason = Annotated[Words, prose(LONGEST_PASSAGE, "Why; kept in the record.")]


class Body(BaseModel):
    """What a body holds; what it must not hold is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Parameters(BaseModel):
    """What the query of an address may hold; a filter that is misspelt would otherwise quietly choose everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lang: Annotated[Literal["zh", "en"] | None, Field(description="Language of prose; wins over Accept-Language.")] = (
        None
    )


def fields(model: type[M], tree: Any) -> M:
    """The body as its model; BadInput with every fault at once."""
    if not isinstance(tree, dict):
        raise BadInput([Fault("", "not_a_mapping", {"value": excerpt(tree)})])
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise BadInput(_faults(error, model)) from None


def together(*steps: Callable[[], Any]) -> list[Any]:
    """The results of several readings; where any finds faults, BadInput with those of all."""
    results: list[Any] = []
    faults: list[Fault] = []
    more = 0
    for step in steps:
        try:
            results.append(step())
        except BadInput as error:
            faults += error.faults
            more += error.more
    if faults:
        raise BadInput(faults, more)
    return results


def _faults(error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    known = ", ".join(field.alias or name for name, field in model.model_fields.items())
    for each in error.errors(include_url=False):
        key = str(each["loc"][0])
        pointer = "/" + excerpt(key).replace("~", "~0").replace("/", "~1")
        if each["type"] == "missing":
            yield FieldFault(pointer, "api.missing", {"field": key})
        elif each["type"] == "extra_forbidden":
            yield Fault(pointer, "unknown_key", {"value": excerpt(key), "known": known})
        else:
            found = each["ctx"]["error"]
            kind = FieldFault if "." in found.code else Fault
            yield kind(pointer, found.code, found.params)
