"""Letters of a case: which there are, where they stand, and the papers as they went out."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from subsidy.api.signed import READING, Now, Records, Signed
from subsidy.database import reading
from subsidy.records import LetterKind, LetterStanding
from subsidy.web.letters.reading import sent
from subsidy.workflow import door, letters
from subsidy.workflow.access import note

router = APIRouter(tags=["letters"])


class LetterAnswer(BaseModel):
    """One letter."""

    code: Annotated[str, Field(description="Stands on the paper; `/letters/{code}` shows anybody its standing.")]
    number: Annotated[str, Field(description="What people quote.", examples=["LG-2026-0001-A1"])]
    kind: LetterKind
    issued_on: date
    standing: LetterStanding
    superseded_by: Annotated[str | None, Field(description="Code of the letter that took its place.")]
    sha256: Annotated[str, Field(description="Of the PDF, in hexadecimal.")]


class LetterList(BaseModel):
    """The letters of a case, the latest first."""

    letters: list[LetterAnswer]


@router.get("/applications/{application_id}/letters", responses=READING)
def list_letters(application_id: str, actor: Signed, engine: Records, clock: Now) -> LetterList:
    """The letters that were sent about an application."""
    with reading(engine) as session:
        found = letters.of_case(session, door.find(session, actor, application_id).id)
    note(engine, actor, application_id, clock.today(), clock.now())
    return LetterList.model_validate(
        {"letters": [{key: getattr(each, key) for key in LetterAnswer.model_fields} for each in found]}
    )


@router.get(
    "/letters/{code}.pdf",
    response_class=Response,
    responses={**READING, 200: {"description": "The paper as it went out.", "content": {"application/pdf": {}}}},
)
def show_paper(code: str, actor: Signed, engine: Records, clock: Now) -> Response:
    """The PDF of a letter, for whoever may see its case."""
    with reading(engine) as session:
        letter = letters.find(session, actor, code)
    note(engine, actor, letter.application_id, clock.today(), clock.now())
    return sent(letter)
