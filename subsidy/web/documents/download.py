"""A file as it is given out: to be saved, never to be shown as a page of ours."""

from urllib.parse import quote

from fastapi import Request, Response

from subsidy.documents.content import MEDIA_TYPES
from subsidy.documents.store import Store
from subsidy.records import Document


def download(request: Request, document: Document) -> Response:
    """The bytes, checked against their digest; 304 where the reader has them already."""
    store: Store = request.app.state.documents
    tag = f'"{document.digest}"'
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": tag,
    }
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(store.read(document.digest), media_type=MEDIA_TYPES[document.format], headers=headers)
