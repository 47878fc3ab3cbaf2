"""Payout runs: the list, a new one, and one of them with its sums, its lines and who did what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from rules.capitals import capitals
from rules.faults import BadInput, Fault, excerpt
from rules.load import packs
from subsidy.database import reading
from subsidy.errors import FieldFault, Refused
from subsidy.finance import payouts, schedule
from subsidy.finance.payout_filling import candidates, contents
from subsidy.finance.payout_steps import STEPS, Step, lacking
from subsidy.finance.payout_view import Line, events_of, lines, people
from subsidy.finance.tasks import LONG, tasks
from subsidy.locale import text
from subsidy.records import PayoutRun, PayoutStatus, Role
from subsidy.reports.payout_files import KINDS
from subsidy.web import paging
from subsidy.web.finance.desk import finance, staff, worded
from subsidy.web.finance.payout_story import story
from subsidy.web.forms import posted
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.steps import Page, carry_out

router = APIRouter()

Typed = Annotated[Mapping[str, str], Depends(posted)]

HOME: Final = "/finance/payouts"
SHOWN: Final = (
    Step.FILL,
    Step.SUBMIT,
    Step.CHECK,
    Step.APPROVE,
    Step.EXPORT,
    Step.CLOSE,
    Step.SEND_BACK,
    Step.ABANDON,
    Step.REISSUE,
)
"""Steps that have a button on the page of a run, the first of a status its usual way on."""


def address(run_id: str) -> str:
    """The page of a run."""
    return f"{HOME}/{run_id}"


@router.get(HOME)
def list_page(request: Request) -> Response:
    actor, query = staff(request), request.query_params
    status = _status(query.get("status", "").strip())
    with reading(request.app.state.engine) as session:
        found = payouts.runs(session, status)
        sheet = paging.sheet(found, HOME, query)
        names = people(session, sheet.rows)
    return render(
        request,
        "finance/payouts.html",
        sheet=sheet,
        names=names,
        schemes=schemes(language(request)),
        statuses=[(one.value, text(language(request), f"payout.status_{one}")) for one in PayoutStatus],
        chosen=status.value if status else "",
        may_open=lacking(actor, Step.OPEN) is None,
    )


@router.get(f"{HOME}/new")
def new_page(request: Request) -> Response:
    staff(request)
    return _new(request, {})()


@router.post(f"{HOME}/new")
def open_one(request: Request, typed: Typed) -> Response:
    actor, now = finance(request), request.app.state.clock.now()

    def step(session: Any) -> PayoutRun:
        year = typed.get("year", "").strip()
        if not (year.isascii() and year.isdigit() and len(year) == len("2026")):
            raise BadInput([FieldFault("/year", "finance.no_year", {"value": excerpt(year)})])
        policy, _, scheme = typed.get("scheme", "").partition("/")
        return payouts.open_run(session, actor, now, policy, int(year), scheme or None, typed.get("note"))

    return carry_out(
        request,
        typed,
        step,
        _new(request, typed),
        to=lambda run: address(run.id),
        done="payout.done_open",
        weighty=True,
    )


class Lines(Sequence[Line]):
    """The lines of a run, of which only those of a page are read."""

    def __init__(self, session: Any, run: PayoutRun, today: Any) -> None:
        self._session, self._run, self._today = session, run, today

    def __len__(self) -> int:
        return self._run.count

    def __getitem__(self, part: Any) -> Any:
        return lines(self._session, self._run, self._today, part.start, part.stop - part.start)


@router.get(HOME + "/{run_id}")
def run_page(request: Request, run_id: str) -> Response:
    actor, today, lang = staff(request), request.app.state.clock.today(), language(request)
    with reading(request.app.state.engine) as session:
        run = payouts.find(session, run_id)
        refused = {step: payouts.why_not(session, actor, step, run) for step in STEPS if possible(run, step)}
        return render(
            request,
            "finance/payout.html",
            run=run,
            label=schemes(lang).get(f"{run.policy_id}/{run.scheme_id}"),
            names=people(session, [run]),
            in_capitals=f"人民币{capitals(run.amount_fen)}",
            steps=_buttons(run, refused),
            closed=_in_the_way(refused),
            may_take_out=Step.TAKE_OUT in refused and refused[Step.TAKE_OUT] is None,
            full=actor.role == Role.FINANCE,
            groups=contents(session, run),
            offered=candidates(session, run, today) if run.status is PayoutStatus.OPEN else (),
            sheet=paging.sheet(Lines(session, run, today), address(run.id), request.query_params),
            story=story(events_of(session, run.id), lang),
            kinds=list(KINDS),
            long=LONG,
            no_files=payouts.may_download(session, actor, request.app.state.clock.now(), run),
            tasks=len(tasks(session, subject_id=run.id)),
        )


def possible(run: PayoutRun, step: Step) -> bool:
    """Whether a step belongs to the status of a run."""
    return run.status in STEPS[step].sources


def schemes(lang: str) -> dict[str, str]:
    """What each scheme is called, by policy and scheme."""
    return {f"{policy.id}/{one.id}": one.label.of(lang) for policy in packs().values() for one in policy.schemes}


def _buttons(run: PayoutRun, refused: Mapping[Step, Refused | None]) -> list[Step]:
    """The steps that this person can take; of a run that holds something the first is to hand it in."""
    steps = [step for step in SHOWN if step in refused and refused[step] is None]
    return sorted(steps, key=lambda step: step is not Step.SUBMIT) if run.count else steps


def _in_the_way(refused: Mapping[Step, Refused | None]) -> Refused | None:
    """Why this person cannot take the run on its usual way; None where he can."""
    usual = [step for step in SHOWN if step in refused and STEPS[step].to is not None and not STEPS[step].reason]
    return refused[usual[0]] if usual else None


def _status(given: str) -> PayoutStatus | None:
    if given and given not in list(PayoutStatus):
        options = ", ".join(PayoutStatus)
        raise BadInput([Fault("/status", "not_an_option", {"value": excerpt(given), "options": options})])
    return PayoutStatus(given) if given else None


def _new(request: Request, typed: Mapping[str, str]) -> Page:
    actor, engine = staff(request), request.app.state.engine

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        words = lang or language(request)
        with reading(engine) as session:
            years = schedule.years(session)
        whole = [
            (f"{policy.id}/", text(words, "payout.whole", policy=policy.title.of(words))) for policy in packs().values()
        ]
        return render(
            request,
            "finance/payout_new.html",
            status=status,
            lang=lang,
            typed=typed,
            schemes=[*whole, *schemes(words).items()],
            years=[(str(year), str(year)) for year in years],
            year=typed.get("year") or str(request.app.state.clock.today().year),
            blocked=lacking(actor, Step.OPEN),
            faults=worded(faults, refusal, words),
        )

    return page
