"""The steps of a payout run, each on a page of its own."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.capitals import capitals
from rules.faults import Fault
from subsidy.database import reading
from subsidy.errors import NotFound, Refused, Stale
from subsidy.finance import payouts
from subsidy.finance.doings import to_fill
from subsidy.finance.payout_filling import Choice, candidates
from subsidy.finance.payout_lines import unfit
from subsidy.finance.payout_steps import STEPS, Step, lacking
from subsidy.records import PayoutRun, PayoutStatus, Task
from subsidy.web.finance.desk import staff, worded
from subsidy.web.finance.payouts import HOME, Typed, address, possible
from subsidy.web.language import language
from subsidy.web.pages import link, render
from subsidy.web.steps import Page, carry_out, version
from subsidy.workflow.actor import Actor

router = APIRouter()

FORMS: Final[Mapping[str, Step]] = {
    "fill": Step.FILL,
    "take-out": Step.TAKE_OUT,
    "submit": Step.SUBMIT,
    "check": Step.CHECK,
    "approve": Step.APPROVE,
    "export": Step.EXPORT,
    "send-back": Step.SEND_BACK,
    "abandon": Step.ABANDON,
    "close": Step.CLOSE,
    "reissue": Step.REISSUE,
}
"""By the last part of the address of each."""
_JUDGED: Final = 5_000
"""Up to so many lines are looked at for what is in the way before a step is taken; the step itself looks at all."""


@router.get(HOME + "/{run_id}/steps/{step}")
def step_page(request: Request, run_id: str, step: str) -> Response:
    return _page(request, staff(request), run_id, step, request.query_params)()


@router.post(HOME + "/{run_id}/steps/{step}")
def take(request: Request, run_id: str, step: str, typed: Typed) -> Response:
    actor, now = staff(request), request.app.state.clock.now()
    page = _page(request, actor, run_id, step, typed)
    if refusal := lacking(actor, FORMS[step]):
        raise refusal

    def carried(session: Session) -> object:
        return _take(session, actor, now, run_id, FORMS[step], typed)

    def done(made: object) -> str:
        return "task.done_ask" if isinstance(made, Task) else f"payout.done_{FORMS[step]}"

    return carry_out(request, typed, carried, page, to=lambda made: _next(made, run_id), done=done, weighty=True)


def _next(made: object, run_id: str) -> str:
    """The page of the run, or of the task that something long became."""
    return link("/finance/tasks", subject=run_id) if isinstance(made, Task) else address(run_id)


def _take(session: Session, actor: Actor, now: Any, run_id: str, step: Step, typed: Mapping[str, str]) -> object:
    seen, reason = version(typed), typed.get("reason", "")
    given = session, actor, now, run_id, seen
    match step:
        case Step.FILL:
            chosen = Choice(_named(typed, "scheme"), _named(typed, "payee"))
            return to_fill(session, actor, now, run_id, chosen) or payouts.fill_at_once(*given, chosen)
        case Step.TAKE_OUT:
            return payouts.take_out(*given, typed.get("payment", "").split())
        case Step.CHECK:
            return payouts.check(*given, typed.get("control_total", ""))
        case Step.SEND_BACK:
            return payouts.send_back(*given, reason)
        case Step.ABANDON:
            return payouts.abandon(*given, reason)
        case Step.REISSUE:
            return payouts.ask_again(session, actor, now, run_id, reason)
        case _:
            return _PLAIN[step](*given)


_PLAIN: Final = {
    Step.SUBMIT: payouts.submit,
    Step.APPROVE: payouts.approve,
    Step.EXPORT: payouts.export,
    Step.CLOSE: payouts.close,
}


def _named(typed: Mapping[str, str], field: str) -> frozenset[str]:
    return frozenset(typed.get(field, "").split())


def _page(request: Request, actor: Actor, run_id: str, name: str, typed: Mapping[str, str]) -> Page:
    """The page of a step, as the run now stands. Raises NotFound where there is no such step or run."""
    step = FORMS.get(name)
    if step is None:
        raise NotFound
    today, engine = request.app.state.clock.today(), request.app.state.engine
    with reading(engine) as session:
        payouts.find(session, run_id)

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        with reading(engine) as session:
            run = payouts.find(session, run_id)
            return render(
                request,
                "finance/payout_step.html",
                status=status,
                lang=lang,
                run=run,
                step=step,
                name=name,
                typed=typed,
                version=run.version if isinstance(refusal, Stale) else version(typed) or run.version,
                blocked=_blocked(session, actor, step, run),
                in_capitals=f"人民币{capitals(run.amount_fen)}",
                offered=candidates(session, run, today) if step is Step.FILL and possible(run, step) else (),
                wrong=_wrong(session, run, step, today),
                asks_reason=STEPS[step].reason,
                faults=worded(faults, refusal, words),
            )

    return page


def _blocked(session: Session, actor: Actor, step: Step, run: PayoutRun) -> Refused | None:
    return payouts.why_not(session, actor, step, run)


def _wrong(session: Session, run: PayoutRun, step: Step, today: Any) -> list[Any]:
    """The lines that are in the way of a step."""
    if step not in (Step.SUBMIT, Step.APPROVE, Step.EXPORT) or run.count > _JUDGED or not possible(run, step):
        return []
    return list(unfit(session, run, today, written=run.status is not PayoutStatus.OPEN))
