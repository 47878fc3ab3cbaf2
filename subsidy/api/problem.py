"""What a program is told when its request cannot be carried out: a problem document (RFC 9457) with a stable code."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from rules.faults import BadInput, Fault, excerpt
from subsidy.database import UNAVAILABLE
from subsidy.errors import FieldFault, Stale, SubsidyError
from subsidy.locale import text
from subsidy.web.language import language

MEDIA_TYPE: Final = "application/problem+json"
CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "sign_in",
    403: "role",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "not_json",
    422: "bad_input",
    500: "internal",
    503: "unavailable",
}
"""The codes of what is refused before any handler of ours has said more."""


class FieldProblem(BaseModel):
    """One fault of one field."""

    model_config = ConfigDict(extra="forbid")

    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901) into the body, or the name of a parameter.")]
    code: Annotated[str, Field(description="Never changes.")]
    message: Annotated[str, Field(description="Field, value and what to do, in the reader's language.")]


class Present(BaseModel):
    """How an application now stands."""

    model_config = ConfigDict(extra="forbid")

    status: str
    version: int


class Problem(BaseModel):
    """Why a request was not carried out. Nothing of it was stored."""

    model_config = ConfigDict(extra="forbid")

    title: str
    status: int
    detail: str
    code: Annotated[str, Field(description="Never changes; what a program should look at.")]
    errors: Annotated[list[FieldProblem] | None, Field(default=None, description="Present where fields are at fault.")]
    present: Annotated[
        Present | None, Field(default=None, description="How the application now stands, where it changed meanwhile.")
    ]


class Unreadable(BadInput):
    """A body that cannot be read at all, so that no field of it can be named."""

    def __init__(self, fault: Fault, status: int) -> None:
        super().__init__([fault])
        self.status = status


def answer(request: Request, error: Exception) -> Response:
    """The problem document of a refusal; whatever is not one is the server's own fault, and its details stay in the log."""
    lang = language(request)
    headers = {"Content-Language": lang, "Cache-Control": "no-store"}
    match error:
        case SubsidyError():
            status, code, detail, errors = error.status, error.code, error.message(lang), None
            headers |= error.headers
        case Unreadable():
            fault = error.faults[0]
            status, code, detail, errors = error.status, fault.code, fault.message(lang), [_field(fault, lang)]
        case BadInput():
            status, code, detail, errors = _bad_input(error, lang)
        case RequestValidationError():
            status, code, detail, errors = _bad_input(BadInput(map(_parameter, error.errors())), lang)
        case HTTPException():
            status, code, detail, errors = _plain(error.status_code, lang)
            headers |= error.headers or {}
            if status == 405:
                headers["Allow"] = ", ".join(_methods(request))
        case _:
            status, code, detail, errors = _plain(of_ours(error), lang)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    problem = {"title": text(lang, f"api.title_{status}"), "status": status, "detail": detail, "code": code}
    if errors is not None:
        problem["errors"] = errors
    if isinstance(error, Stale) and error.present:
        problem["present"] = error.present
    return JSONResponse(problem, status, headers, MEDIA_TYPE)


def of_ours(error: Exception) -> int:
    """The status where no request is at fault: 503 where the database is away, which passes, else 500."""
    return 503 if isinstance(error, UNAVAILABLE) else 500


def _methods(request: Request) -> Iterator[str]:
    """Every method that the address takes; the route that refused knows only its own."""
    for method in ("GET", "POST", "PUT", "DELETE"):
        scope: dict[str, object] = {
            "type": "http",
            "method": method,
            "path": request.url.path,
            "root_path": "",
            "headers": [],
        }
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            yield method


_Told = tuple[int, str, str, list[dict[str, str]] | None]


def _bad_input(error: BadInput, lang: str) -> _Told:
    errors = [_field(fault, lang) for fault in error.faults]
    if error.more:
        detail = text(lang, "api.faults_cut", count=len(errors) + error.more, told=len(errors))
    else:
        detail = errors[0]["message"] if len(errors) == 1 else text(lang, "api.detail_422", count=len(errors))
    return 422, CODES[422], detail, errors


def _plain(status: int, lang: str) -> _Told:
    known = status if status in CODES else 400 if status < 500 else 500
    return status, CODES[known], text(lang, f"api.detail_{known}"), None


def _field(fault: Fault, lang: str) -> dict[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "message": fault.message(lang)}


def _parameter(error: Mapping[str, Any]) -> Fault:
    """A fault of a parameter in the address, as FastAPI found it."""
    name = excerpt(str(error["loc"][-1]))
    params = {"name": name, "value": excerpt(error["input"] if isinstance(error["input"], str) else "")}
    context = error.get("ctx") or {}
    if error["type"] == "extra_forbidden":
        return FieldFault(name, "api.parameter_unknown", params)
    if "expected" in context:
        return FieldFault(name, "api.parameter_choice", {**params, "known": str(context["expected"])})
    if error["type"].startswith("int") or {"ge", "le"} & context.keys():
        return FieldFault(name, "api.parameter_whole", params)
    return FieldFault(name, "api.parameter", params)
