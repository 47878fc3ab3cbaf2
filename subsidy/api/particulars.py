"""What tells a project from others, and the other public support declared for it."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, WithJsonSchema

from rules.document import NumberText
from rules.facts import Money
from rules.faults import BadInput, FactError, Fault, excerpt
from rules.model import Text
from subsidy.api import cases
from subsidy.api.body import Body, MaybeWords, Tree, Version, fields
from subsidy.api.cases import CaseAnswer, ParticularsAnswer
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Lang, Now, Records, Signed
from subsidy.database import reading, writing
from subsidy.errors import FieldFault
from subsidy.records import ApplicationStatus
from subsidy.workflow import door, particulars
from subsidy.workflow.access import note
from subsidy.workflow.particulars import LONGEST, MOST, MOST_SUPPORT, Stated, Support
from subsidy.workflow.words import LONGEST_LINE

router = APIRouter(prefix="/applications/{application_id}", tags=["applications"])

_AMOUNT = Money(kind="money", key="amount", label=Text(zh="金额", en="Amount"), ask=Text(zh="金额", en="Amount"))


def _schema(most: int) -> WithJsonSchema:
    """A text that shows something, or null."""
    return WithJsonSchema({"anyOf": [{"type": "string", "maxLength": most}, {"type": "null"}]})


_LIST = WithJsonSchema(
    {
        "anyOf": [
            {"type": "array", "maxItems": MOST, "items": {"type": "string", "maxLength": LONGEST}},
            {"type": "null"},
        ]
    }
)
_SUPPORT = WithJsonSchema(
    {
        "anyOf": [
            {
                "type": "array",
                "maxItems": MOST_SUPPORT,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["programme", "amount", "year"],
                    "properties": {
                        "programme": {"type": "string", "minLength": 1, "maxLength": LONGEST_LINE},
                        "amount": {"type": "string", "pattern": r"^[0-9]{1,13}(?:\.[0-9]{1,2})?$"},
                        "year": {"type": "string", "pattern": "^20[0-9]{2}$"},
                    },
                },
            },
            {"type": "null"},
        ]
    }
)


class ParticularsBody(Body):
    """The particulars as they are to stand; what is left out is not stated."""

    site: Annotated[MaybeWords, _schema(LONGEST_LINE), Field(description="Address of the site.")] = None
    filing: Annotated[MaybeWords, _schema(LONGEST), Field(description="Code of the project filing.")] = None
    meters: Annotated[Any, _LIST, Field(description="Numbers of the grid meter points.")] = None
    serials: Annotated[Any, _LIST, Field(description="Serial numbers of the main equipment.")] = None
    other_support: Annotated[
        Any, _SUPPORT, Field(description="Other public support: null is unanswered, an empty list is none.")
    ] = None
    version: Version


class Duplicate(BaseModel):
    """Another live case or award that shares something with this one."""

    application: Annotated[str, Field(description="Id of the other application.")]
    number: str
    status: ApplicationStatus
    organisation: str
    kind: Annotated[str, Field(description="site, filing, meter, serial or credit_code.")]
    here: str
    there: str
    exact: Annotated[bool, Field(description="False where the two only look alike.")]


class DuplicateList(BaseModel):
    """What else lays claim to the same project; an applicant is told of his own organisation's cases alone."""

    duplicates: list[Duplicate]


@router.get("/particulars", responses=READING)
def show_particulars(application_id: str, actor: Signed, engine: Records, clock: Now) -> ParticularsAnswer:
    """What is stated of the project."""
    with reading(engine) as session:
        door.find(session, actor, application_id)
        stated = particulars.read(session, application_id)
    note(engine, actor, application_id, clock.today(), clock.now())
    return cases.particulars_answer(stated)


@router.put("/particulars", responses=WRITING, openapi_extra=takes(ParticularsBody))
def describe(application_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now, lang: Lang) -> CaseAnswer:
    """State the particulars, all of them."""
    given = fields(ParticularsBody, tree)
    stated = _stated(given)
    with writing(engine) as session:
        particulars.describe(session, actor, clock.now(), application_id, stated, given.version)
        return cases.answer(session, actor, application_id, clock.today(), lang)


@router.get("/duplicates", responses=READING)
def list_duplicates(application_id: str, actor: Signed, engine: Records, clock: Now) -> DuplicateList:
    """Live cases and awards with the same site, filing, meter, equipment or credit code."""
    with reading(engine) as session:
        found = particulars.duplicates(session, actor, door.find(session, actor, application_id))
    note(engine, actor, application_id, clock.today(), clock.now())
    return DuplicateList(
        duplicates=[
            Duplicate(
                application=each.application.id,
                number=each.application.number,
                status=each.application.status,
                organisation=each.organisation.name,
                kind=each.kind,
                here=each.mine,
                there=each.theirs,
                exact=each.exact,
            )
            for each in found
        ]
    )


def _stated(given: ParticularsBody) -> Stated:
    faults: list[Fault] = []
    support = None if given.other_support is None else _supports(given.other_support, faults)
    lists = {name: _texts(getattr(given, name), f"/{name}", faults) for name in ("meters", "serials")}
    if faults:
        raise BadInput(faults)
    return Stated(site=given.site or "", filing=given.filing or "", other_support=support, **lists)


def _texts(raw: object, pointer: str, faults: list[Fault]) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or not all(map(_is_text, raw)):
        faults.append(FieldFault(pointer, "particulars.not_a_list", {"value": excerpt(raw)}))
        return ()
    return tuple(str(each) for each in raw)


def _is_text(raw: object) -> bool:
    return isinstance(raw, str) and not isinstance(raw, NumberText)


def _supports(raw: object, faults: list[Fault]) -> tuple[Support, ...]:
    if not isinstance(raw, list):
        faults.append(FieldFault("/other_support", "particulars.not_a_list", {"value": excerpt(raw)}))
        return ()
    return tuple(each for number, one in enumerate(raw) if (each := _support(number, one, faults)))


def _support(number: int, raw: object, faults: list[Fault]) -> Support | None:
    at, told = f"/other_support/{number}", {"number": str(number + 1)}
    if not isinstance(raw, dict) or raw.keys() != set(Support._fields):
        faults.append(FieldFault(at, "particulars.support_form", {**told, "value": excerpt(raw)}))
        return None
    programme, year = raw["programme"], str(raw["year"])
    try:
        amount = _AMOUNT.read(raw["amount"])
    except FactError:
        faults.append(FieldFault(f"{at}/amount", "particulars.amount_wrong", {**told, "value": excerpt(raw["amount"])}))
        return None
    if not _is_text(programme):
        faults.append(FieldFault(f"{at}/programme", "particulars.programme_missing", told))
        return None
    plain = year.isascii() and year.isdecimal() and len(year) == 4
    return Support(programme, amount, int(year) if plain else 0)
