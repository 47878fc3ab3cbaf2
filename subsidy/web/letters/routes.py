"""The public page of a letter. It says nothing that the paper does not, but for whether the paper still stands."""

import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from rules.faults import excerpt
from rules.money import parse_yuan
from subsidy.database import reading
from subsidy.locale import text
from subsidy.records.letter import is_code
from subsidy.web.language import language
from subsidy.web.pages import redirect, render
from subsidy.workflow import letters

router = APIRouter(include_in_schema=False)

_UNLISTED: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
"""Addresses of letters are for those who hold the paper: they are neither kept on the way nor listed."""


async def _uploaded(request: Request) -> bytes | None:
    """The file that was sent along; None where none was chosen."""
    async with request.form(max_files=1, max_fields=2) as form:
        file = form.get("file")
        return await file.read() if isinstance(file, UploadFile) and file.filename else None


@router.get("/letters")
def code_page(request: Request) -> Response:
    typed = request.query_params.get("code", "")
    code = "".join(typed.split()).replace("-", "").lower()
    if is_code(code):
        return redirect(f"/letters/{code}")
    lang = language(request)
    faults = [("code", text(lang, "letter.check_unlike", value=excerpt(typed)))] if code else []
    return render(request, "letters/code.html", status=422 if faults else 200, typed=typed, faults=faults)


@router.get("/letters/{code}")
def letter_page(request: Request, code: str) -> Response:
    return _page(request, code)


@router.post("/letters/{code}")
def check_file(request: Request, code: str, file: Annotated[bytes | None, Depends(_uploaded)]) -> Response:
    if file is None:
        return _page(request, code, faults=[("file", text(language(request), "letter.file_missing"))])
    return _page(request, code, digest=hashlib.sha256(file).hexdigest())


def _page(request: Request, code: str, *, digest: str = "", faults: list[tuple[str, str]] | None = None) -> Response:
    with reading(request.app.state.engine) as session:
        letter = letters.held(session, code)
    said = letters.told(letter)
    response = render(
        request,
        "letters/letter.html",
        status=422 if faults else 200,
        letter=letter,
        application=said["application"],
        amount=parse_yuan(said["award"]["amount"]) if said["award"] else None,
        same=digest == letter.sha256 if digest else None,
        faults=faults or [],
    )
    response.headers.update(_UNLISTED)
    return response
