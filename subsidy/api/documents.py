"""Documents of an application: handing them in as they are, listing them, and having them back byte for byte."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from rules.policy import DocumentKind
from subsidy.api.body import Parameters
from subsidy.api.openapi import problems
from subsidy.api.signed import READING, Lang, Now, Records, Signed
from subsidy.database import reading, writing
from subsidy.documents import content
from subsidy.documents.store import Incoming, Store
from subsidy.records import Document, Format
from subsidy.web.documents.download import download
from subsidy.web.session import require
from subsidy.workflow import documents as workflow
from subsidy.workflow import door
from subsidy.workflow.access import note
from subsidy.workflow.authority import why_not
from subsidy.workflow.sheet import open_sheet

router = APIRouter(prefix="/applications/{application_id}/documents", tags=["documents"])


class DocumentAnswer(BaseModel):
    """One document. Of one kind and name only the newest version counts, unless it was taken out."""

    id: str
    kind: str
    name: str
    version: int
    format: Format
    size: Annotated[int, Field(description="Bytes.")]
    digest: Annotated[str, Field(description="`sha256:…` of the bytes.")]
    by_office: Annotated[bool, Field(description="Whether the zone's office put it in.")]
    uploaded_at: datetime
    detached_at: Annotated[datetime | None, Field(description="When it was taken out again.")]


class DocumentList(BaseModel):
    """The documents of an application, all versions, and what is still missing."""

    documents: list[DocumentAnswer]
    kinds: Annotated[tuple[DocumentKind, ...], Field(description="What can be handed in.")]
    missing: Annotated[list[str], Field(description="Kinds that prove what is stated and of which there is none.")]


class WhichFile(Parameters):
    """Of what kind a file is, and what it is called."""

    kind: Annotated[str, Field(max_length=64, description="Id of a kind of document of the policy.")]
    name: Annotated[str, Field(max_length=200, description="Name of the file, with its ending.")]


_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The bytes, whatever format they are.",
        "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in content.MEDIA_TYPES.values()},
    },
    304: {"description": "The reader has these bytes already."},
}


async def _arriving(request: Request) -> AsyncIterator[Incoming]:
    # Whoever is not signed in has not to be read.
    await run_in_threadpool(require, request)
    store: Store = request.app.state.documents
    with store.incoming() as arriving:
        async for piece in request.stream():
            arriving.write(piece)
        arriving.finish()
        yield arriving


@router.get("", responses=READING)
def list_documents(application_id: str, actor: Signed, engine: Records, clock: Now) -> DocumentList:
    """Every document that ever was in the case."""
    with reading(engine) as session:
        sheet = open_sheet(session, door.find(session, actor, application_id))
        there = workflow.of(session, application_id)
    note(engine, actor, application_id, clock.today(), clock.now())
    return DocumentList(
        documents=[answer(each) for each in there],
        kinds=workflow.offered(sheet),
        missing=[kind.id for kind in workflow.missing(sheet, there)],
    )


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 413, 422), openapi_extra=_FILE)
def hand_in(
    application_id: str,
    actor: Signed,
    which: Annotated[WhichFile, Query()],
    file: Annotated[Incoming, Depends(_arriving)],
    request: Request,
    engine: Records,
    clock: Now,
    lang: Lang,
) -> DocumentAnswer:
    """Hand a file in: the body is the file itself. The same file once more changes nothing; another of the same kind and
    name is its next version. What the file is, is told by its content."""
    with reading(engine) as session:
        refusal = why_not(actor, workflow.to_add(actor), door.find(session, actor, application_id), session)
    if refusal is not None:
        raise refusal
    form = content.examine(file.path, which.name)
    with writing(engine) as session:
        store: Store = request.app.state.documents
        added = workflow.add(
            session,
            actor,
            clock.now(),
            application_id,
            kind=which.kind,
            name=which.name,
            form=form,
            file=file,
            store=store,
        )
        return answer(added)


@router.get("/{document_id}", response_class=Response, responses=READING | _CONTENT)
def show(
    application_id: str, document_id: str, actor: Signed, request: Request, engine: Records, clock: Now
) -> Response:
    """The bytes of a document, any version."""
    with reading(engine) as session:
        door.find(session, actor, application_id)
        document = workflow.find(session, application_id, document_id)
    note(engine, actor, application_id, clock.today(), clock.now())
    return download(request, document)


@router.delete("/{document_id}", responses=problems(401, 403, 404, 409, 422))
def take_out(
    application_id: str, document_id: str, actor: Signed, engine: Records, clock: Now, lang: Lang
) -> DocumentAnswer:
    """Take a document out of the case; its file is kept."""
    with writing(engine) as session:
        return answer(workflow.take_out(session, actor, clock.now(), application_id, document_id))


def answer(document: Document) -> DocumentAnswer:
    """A document as a program reads it."""
    return DocumentAnswer.model_validate(document.model_dump())
