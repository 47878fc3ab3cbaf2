"""What is turned away before it is read: forms that another site sends in a reader's name, and bodies too long."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from subsidy.documents.store import Store, too_large
from subsidy.errors import Forbidden
from subsidy.finance.result_limits import MOST_BYTES
from subsidy.settings import Settings
from subsidy.web import refusals
from subsidy.web.session import COOKIE

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_LIMIT: Final = 1024 * 1024
_AROUND_A_FILE: Final = 64 * 1024
"""What a form adds to the file that it carries."""


class Guard:
    """Refuses, with the page or the problem document that fits, what must not reach a handler."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        refusal = _refusal(request)
        if refusal:
            response = await refusals.answer(request, refusal)
            return await response(scope, receive, send)
        await self.app(scope, _counted(receive, *_limit(request)), send)
        return None


def forged(request: Request) -> bool:
    """Whether another site may have sent this request.

    Browsers say where a request comes from, in Sec-Fetch-Site and, older ones, in Origin. A request that says neither
    and brings our cookie is refused too; one without the cookie can do no more than anybody may.
    """
    if request.method in SAFE:
        return False
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site:
        return site not in ("same-origin", "none")
    if origin:
        return _host(origin) not in (request.headers.get("host"), _own_host(request))
    return COOKIE in request.cookies


def _host(origin: str) -> str:
    """The host of an Origin; empty, and so nobody's own, where it is no address at all."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _own_host(request: Request) -> str:
    """The host that people reach the site under, which a proxy in front of it may keep to itself."""
    settings: Settings = request.app.state.settings
    return urlsplit(settings.base_url).netloc


def _refusal(request: Request) -> Exception | None:
    if forged(request):
        return Forbidden("forged")
    length, (most, refusal) = request.headers.get("content-length", ""), _limit(request)
    return refusal if length.isascii() and length.isdigit() and int(length[:20]) > most else None


def _limit(request: Request) -> tuple[int, Exception]:
    """How long a body may be, and what is told where it is longer. Files may be sent to addresses of documents and of result
    files alone."""
    path = request.url.path
    if request.method == "POST" and path.endswith("/documents"):
        store: Store = request.app.state.documents
        return store.file_limit + _AROUND_A_FILE, too_large(store.file_limit)
    if request.method == "POST" and path.endswith("/results"):
        return MOST_BYTES + _AROUND_A_FILE, too_large(MOST_BYTES)
    return BODY_LIMIT, HTTPException(413)


def _counted(receive: Receive, most: int, refusal: Exception) -> Receive:
    """`receive`, ending where a body whose length was not announced grows beyond the limit."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise refusal
        return message

    return counted
