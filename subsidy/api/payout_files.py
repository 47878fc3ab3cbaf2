"""The files of a payout run, for somebody of finance: made at once for a short one, as a task for a long one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, WithJsonSchema

from rules.faults import BadInput, Fault, excerpt
from subsidy.api.body import Body, Parameters, Tree, Whole, Words, fields
from subsidy.api.openapi import problems, takes
from subsidy.api.signed import WRITING, Lang, Now, Records, Staff, Weighty
from subsidy.api.tasks import TaskAnswer, answer
from subsidy.database import writing
from subsidy.finance import payout_file
from subsidy.finance.payout_file import asked_size
from subsidy.records import Role
from subsidy.reports.payout_files import KINDS, PART_SIZES
from subsidy.web.finance.payout_files import made
from subsidy.web.session import require
from subsidy.workflow.actor import Actor

router = APIRouter(prefix="/payouts/{run_id}", tags=["finance"])

_SIZE = Field(ge=PART_SIZES[0], le=PART_SIZES[1], description="Lines of a part; without it one whole file.")

_SIZES = WithJsonSchema(
    {
        "anyOf": [{"type": "integer", "minimum": PART_SIZES[0], "maximum": PART_SIZES[1]}, {"type": "null"}],
        "description": _SIZE.description,
    }
)


def _teller(request: Request, actor: Weighty) -> Actor:
    return require(request, Role.FINANCE)


Teller = Annotated[Actor, Depends(_teller)]
"""Somebody of finance who has given his password lately."""


class Parts(Parameters):
    """Whether the file is split."""

    size: Annotated[int | None, _SIZE] = None


class FileBody(Body):
    """Which file to make."""

    kind: Annotated[Words, WithJsonSchema({"type": "string", "enum": list(KINDS)})]
    size: Annotated[Whole | None, _SIZES] = None


@router.get(
    "/file.{kind}",
    response_class=Response,
    responses={
        **problems(401, 403, 404, 409, 422),
        200: {
            "description": "The file, the same bytes each time.",
            "content": {form.media.partition(";")[0]: {} for form in KINDS.values()} | {"application/zip": {}},
        },
    },
)
def show_file(run_id: str, kind: str, actor: Staff, request: Request, asked: Annotated[Parts, Query()]) -> Response:
    """A file of a run that was handed out lately: xlsx, csv, gb18030.csv or pdf. A long run's is asked for by POST."""
    return made(request, run_id, kind, str(asked.size or ""))


@router.post("/files", status_code=202, responses=WRITING, openapi_extra=takes(FileBody))
def ask_for_file(run_id: str, actor: Teller, tree: Tree, engine: Records, clock: Now, lang: Lang) -> TaskAnswer:
    """Have the file of a run made as a task. Asking again while it is under way names the same task."""
    body = fields(FileBody, tree)
    if body.kind not in KINDS:
        raise BadInput([Fault("/kind", "not_an_option", {"value": excerpt(body.kind), "options": ", ".join(KINDS)})])
    size = asked_size(str(body.size or ""))
    with writing(engine) as session:
        return answer(payout_file.ask(session, actor, clock.now(), run_id, body.kind, size), lang)
