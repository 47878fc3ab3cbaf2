"""Result files of the treasury or a bank: taking one, what became of its lines, and what is still in flight."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from rules.faults import BadInput, Fault
from subsidy.accounts import sessions
from subsidy.database import reading
from subsidy.errors import FieldFault, Forbidden, NotFound, ProofNeeded, Refused
from subsidy.finance import result_lists, results
from subsidy.finance.result_limits import MOST_BYTES
from subsidy.finance.result_lists import Age
from subsidy.locale import text
from subsidy.records import Duty, Payment, Reconciled, ResultLine
from subsidy.web import paging
from subsidy.web.documents.routes import Sent
from subsidy.web.finance.desk import finance, staff
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import link, redirect, render
from subsidy.web.session import proved, session_token
from subsidy.web.steps import Page, carry_out
from subsidy.workflow.actor import Actor

router = APIRouter()

HERE: Final = "/finance/results"
Typed = Annotated[Mapping[str, str], Depends(posted)]


async def _sent(request: Request) -> AsyncIterator[Sent]:
    """The form with its file, of somebody who may send one; anybody else is not read at all."""
    await run_in_threadpool(finance, request)
    async with request.form(max_files=1, max_fields=20) as form:
        file, typed = form.get("file"), {key: value for key, value in form.items() if isinstance(value, str)}
        if any("\0" in value for value in typed.values()):
            raise HTTPException(400)
        yield Sent(typed, file if isinstance(file, UploadFile) and file.filename else None)


@router.get(HERE)
def results_page(request: Request) -> Response:
    return _list(request, staff(request))


@router.post(HERE)
def take(request: Request, form: Annotated[Sent, Depends(_sent)]) -> Response:
    actor, state = finance(request), request.app.state
    try:
        proved(request, form.typed.get("proof") or None)
        if form.file is None:
            raise BadInput([FieldFault("/file", "documents.file_missing")])
        data = form.file.file.read(MOST_BYTES + 1)
        taken = results.take(state.engine, actor, state.clock.now(), str(form.file.filename), data)
    except BadInput as bad:
        return _list(request, actor, status=422, faults=bad.faults, more=bad.more)
    except ProofNeeded:
        # A file that was chosen cannot be put into a form again: the password is asked for where the file is.
        return _list(request, actor, status=403, faults=[FieldFault("/proof", "result.proof_missing")])
    return redirect(f"{HERE}/{taken.file.id}", done="result.done_again" if taken.again else "result.done_taken")


@router.get(HERE + "/waiting")
def waiting_page(request: Request) -> Response:
    actor = staff(request)
    with reading(request.app.state.engine) as session:
        sheet = paging.sheet(result_lists.waiting(session), f"{HERE}/waiting", request.query_params)
    return render(request, "finance/results_waiting.html", sheet=sheet, may_make=Duty.MAKE in actor.duties)


@router.get(HERE + "/{file_id}")
def file_page(request: Request, file_id: str) -> Response:
    actor, query = staff(request), request.query_params
    asked = query.get("outcome", "")
    outcome = Reconciled(asked) if asked in list(Reconciled) else None
    with reading(request.app.state.engine) as session:
        file = result_lists.find(session, file_id)
        totals = result_lists.totals(session, file.id)
        rows = result_lists.lines(session, file.id, outcome)
        chosen = {"outcome": outcome.value if outcome else "", "page": query.get("page", "")}
        sheet = paging.sheet(rows, f"{HERE}/{file.id}", chosen)
    return render(
        request,
        "finance/result.html",
        file=file,
        totals=[(each, total, link(f"{HERE}/{file.id}", outcome=each.value)) for each, total in totals.items()],
        outcome=outcome,
        sheet=sheet,
        may_make=Duty.MAKE in actor.duties,
        open=result_lists.OPEN,
    )


@router.get(HERE + "/{file_id}/lines/{line}")
def line_page(request: Request, file_id: str, line: str) -> Response:
    return _line(request, staff(request), file_id, line, {})()


@router.post(HERE + "/{file_id}/lines/{line}")
def settle(request: Request, file_id: str, line: str, typed: Typed) -> Response:
    actor, now = finance(request), request.app.state.clock.now()
    page = _line(request, actor, file_id, line, typed)

    def step(session: Session) -> ResultLine:
        return result_lists.settle(session, actor, now, file_id, _number(line), typed.get("note", ""))

    return carry_out(request, typed, step, page, to=lambda _: f"{HERE}/waiting", done="result.done_settled")


@router.get("/finance/in-flight")
def in_flight_page(request: Request) -> Response:
    staff(request)
    today, lang, asked = request.app.state.clock.today(), language(request), request.query_params.get("age", "")
    bucket = Age(asked) if asked in list(Age) else None
    with reading(request.app.state.engine) as session:
        totals = result_lists.ageing(session, today)
        rows = result_lists.in_flight(session, today, bucket)
        chosen = {"age": bucket.value if bucket else "", "page": request.query_params.get("page", "")}
        sheet = paging.sheet(rows, "/finance/in-flight", chosen)
    return render(
        request,
        "finance/in_flight.html",
        sheet=sheet,
        totals=[
            (text(lang, f"result.age_{each}"), total, link("/finance/in-flight", age=each.value))
            for each, total in totals.items()
        ],
        bucket=bucket,
        aged=result_lists.age,
    )


def _list(
    request: Request, actor: Actor, *, status: int = 200, faults: Iterable[Fault] = (), more: int = 0
) -> Response:
    words, state, token = language(request), request.app.state, session_token(request)
    said = [(fault.pointer.strip("/"), fault.message(words)) for fault in faults]
    if more:
        said.append(("file", text(words, "result.more_faults", count=more)))
    with reading(state.engine) as session:
        sheet = paging.sheet(result_lists.files(session), HERE, request.query_params)
        waits = len(result_lists.waiting(session))
        totals = {file.id: result_lists.totals(session, file.id) for file in sheet.rows}
    return render(
        request,
        "finance/results.html",
        status=status,
        faults=said,
        sheet=sheet,
        totals=totals,
        waits=waits,
        most=MOST_BYTES // 1024**2,
        fresh=token is not None and sessions.proved(state.engine, state.clock.now(), token),
        blocked=None if Duty.MAKE in actor.duties else Forbidden("workflow.lacks_make"),
    )


def _line(request: Request, actor: Actor, file_id: str, line: str, typed: Mapping[str, str]) -> Page:
    def found() -> dict[str, object]:
        with reading(request.app.state.engine) as session:
            kept = result_lists.find_line(session, file_id, _number(line))
            return {
                "line": kept,
                "file": result_lists.find(session, file_id),
                "payment": session.get(Payment, kept.payment_id) if kept.payment_id else None,
                "blocked": _blocked(actor, kept),
            }

    found()

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        said = [("", refusal.message(words))] if refusal else []
        said += [(fault.pointer.strip("/"), fault.message(words)) for fault in faults]
        more = found()
        return render(request, "finance/result_line.html", status=status, lang=lang, typed=typed, faults=said, **more)

    return page


def _blocked(actor: Actor, line: ResultLine) -> Refused | None:
    if Duty.MAKE not in actor.duties:
        return Forbidden("workflow.lacks_make")
    if line.outcome not in result_lists.OPEN or line.settled_at is not None:
        return Refused("result.settled")
    return None


def _number(line: str) -> int:
    """The number of a line as its address has it; NotFound where it is none."""
    if not (line.isascii() and line.isdigit() and len(line) < 10):
        raise NotFound
    return int(line)
