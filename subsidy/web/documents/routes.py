"""The pages of a case's documents, for one desk."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from rules.faults import BadInput
from rules.policy import DocumentKind
from subsidy.database import reading
from subsidy.documents import content
from subsidy.documents.store import Incoming, Store
from subsidy.errors import FieldFault
from subsidy.records import Document, Role
from subsidy.web import steps
from subsidy.web.documents.download import download
from subsidy.web.forms import posted
from subsidy.web.session import require
from subsidy.workflow import documents
from subsidy.workflow.view import Case

_PIECE = 1024 * 1024


class Sent(NamedTuple):
    """A form with a file; None where none was chosen."""

    typed: Mapping[str, str]
    file: UploadFile | None


def routes(desk: str, role: Role, opened: Callable[[Request, str], Case]) -> APIRouter:
    """The pages under the address of a desk, such as `/apply`. `opened` reads a case for whoever may see it there."""
    router = APIRouter()
    here = f"{desk}/{{application_id}}/documents"

    @router.get(here)
    def documents_page(request: Request, application_id: str) -> Response:
        return _page(request, desk, partial(opened, request, application_id), {})()

    @router.post(here)
    def put_in(request: Request, application_id: str, form: Annotated[Sent, Depends(_sent(role))]) -> Response:
        actor, now, store = require(request, role), request.app.state.clock.now(), _store(request)
        page = _page(request, desk, partial(opened, request, application_id), form.typed)
        steps.allowed(opened(request, application_id), documents.to_add(actor))
        with store.incoming() as arriving:
            try:
                name = _received(form, arriving)
                found = content.examine(arriving.path, name)
            except BadInput as bad:
                return page(status=422, faults=bad.faults)

            def step(session: Session) -> Document:
                kind = form.typed.get("kind", "")
                return documents.add(
                    session, actor, now, application_id, kind=kind, name=name, form=found, file=arriving, store=store
                )

            to = f"{desk}/{application_id}/documents"
            return steps.carry_out(request, form.typed, step, page, to=lambda _: to, done="documents.done_added")

    @router.post(f"{here}/{{document_id}}")
    def take_out(
        request: Request, application_id: str, document_id: str, typed: Annotated[Mapping[str, str], Depends(posted)]
    ) -> Response:
        actor, now = require(request, role), request.app.state.clock.now()

        def step(session: Session) -> Document:
            return documents.take_out(session, actor, now, application_id, document_id)

        page = _page(request, desk, partial(opened, request, application_id), typed)
        to = f"{desk}/{application_id}/documents"
        return steps.carry_out(request, typed, step, page, to=lambda _: to, done="documents.done_taken_out")

    @router.get(f"{here}/{{document_id}}")
    def file(request: Request, application_id: str, document_id: str) -> Response:
        opened(request, application_id)
        with reading(request.app.state.engine) as session:
            document = documents.find(session, application_id, document_id)
        return download(request, document)

    return router


def _sent(role: Role) -> Callable[[Request], AsyncIterator[Sent]]:
    """Reads a form with a file, of whoever may send one at this desk; anybody else is not read at all."""

    async def sent(request: Request) -> AsyncIterator[Sent]:
        await run_in_threadpool(require, request, role)
        async with request.form(max_files=1, max_fields=20) as form:
            file, typed = form.get("file"), {key: value for key, value in form.items() if isinstance(value, str)}
            if any("\0" in value for value in typed.values()):
                raise HTTPException(400)
            yield Sent(typed, file if isinstance(file, UploadFile) and file.filename else None)

    return sent


def _received(form: Sent, arriving: Incoming) -> str:
    """Takes the file in; its name as it was sent."""
    if form.file is None:
        raise BadInput([FieldFault("/file", "documents.file_missing")])
    while piece := form.file.file.read(_PIECE):
        arriving.write(piece)
    arriving.finish()
    return str(form.file.filename)


def _page(request: Request, desk: str, read: Callable[[], Case], typed: Mapping[str, str]) -> steps.Page:
    def more(case: Case, lang: str) -> Mapping[str, object]:
        return {"desk": desk, "most": _store(request).file_limit // 1024**2, "documents": shown(case)}

    command = documents.to_add(require(request))
    return steps.form(request, "documents/page.html", read, command, typed, more)


class Papers(NamedTuple):
    """What pages show of a case's documents: those that count, all others, what is still missing, what can be put in."""

    standing: Sequence[Document]
    former: Sequence[Document]
    missing: Sequence[DocumentKind]
    kinds: Sequence[DocumentKind]


def shown(case: Case) -> Papers:
    """What pages show of the documents of a case."""
    there = documents.standing(case.documents)
    former = [each for each in case.documents if each not in there]
    return Papers(there, former, documents.missing(case.sheet, case.documents), documents.offered(case.sheet))


def _store(request: Request) -> Store:
    store: Store = request.app.state.documents
    return store
