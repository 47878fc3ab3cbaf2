"""Payout runs: opened and filled by one person, checked and approved by another, handed out once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from rules.capitals import capitals
from rules.faults import BadInput
from rules.money import yuan
from rules.reading import DEFAULT_POLICY
from subsidy.api.assessments import Money
from subsidy.api.body import Body, BudgetYear, MaybeWords, Parameters, Reason, Texts, Tree, Version, Words, fields
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Checker, Finance, Now, Records, Staff, Weighty
from subsidy.database import reading, writing
from subsidy.errors import FieldFault
from subsidy.finance import payouts as work
from subsidy.finance.bank_fields import masked
from subsidy.finance.payout_filling import Choice
from subsidy.finance.payout_steps import STEPS, Step, lacking
from subsidy.finance.payout_view import Line, lines, people
from subsidy.records import Organisation, Payment, PaymentState, PayoutRun, PayoutStatus, Role
from subsidy.workflow.actor import Actor

router = APIRouter(prefix="/payouts", tags=["finance"])

Chosen = Annotated[Texts, Field(default_factory=list)]


class RunBody(Body):
    """The run that is to be opened."""

    year: Annotated[BudgetYear, Field(description="The budget year that it pays from.")]
    policy: Annotated[Words, Field(description="Default lingang-2024.")] = DEFAULT_POLICY
    scheme: Annotated[MaybeWords, Field(description="Null for all schemes of the policy.")] = None
    note: MaybeWords = None


class FillBody(Body):
    """What is to be put in: everything payable, or that of some schemes or payees."""

    version: Version
    schemes: Annotated[Chosen, Field(description="Ids of schemes; empty for all.")]
    payees: Annotated[Chosen, Field(description="Credit codes of payees; empty for all.")]


class RemovalBody(Body):
    """Payments that are to be taken out."""

    version: Version
    keys: Annotated[Texts, Field(description="Keys of the payments.")]


class StepBody(Body):
    """A step on the run as it was read."""

    version: Version


class CheckBody(Body):
    """What a second person has found on the papers."""

    version: Version
    control_total: Annotated[Words, Field(description="The total in yuan that stands there; must be the run's.")]


class ReasonBody(Body):
    """A step that needs a reason."""

    version: Version
    reason: Reason


class RunAnswer(BaseModel):
    """One run."""

    id: str
    number: str
    status: PayoutStatus
    version: int
    policy: str
    year: int
    scheme: str | None
    as_of: date
    note: str | None
    count: int
    amount: Money
    amount_in_capitals: Annotated[str, Field(description="人民币大写")]
    digest: Annotated[str | None, Field(description="Of all lines, from the approval on.")]
    made_by: str
    made_at: datetime
    checked_by: str | None
    checked_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    exported_by: str | None
    exported_at: datetime | None
    steps: Annotated[list[Step], Field(description="What the reader can do with it now.")]


class LineAnswer(BaseModel):
    """One payment of a run."""

    line: int
    key: str
    application: str
    project_name: str
    payee: str
    credit_code: str
    instalment: int
    attempt: int
    amount: Money
    account_holder: str
    bank: str
    account_number: Annotated[str, Field(description="In full for finance alone; for others its last four digits.")]
    cnaps: str
    state: PaymentState
    settled_on: date | None
    in_the_way: Annotated[list[str], Field(description="Codes of what keeps it from being paid now.")]


class RunList(BaseModel):
    """Runs, the latest first."""

    payouts: list[RunAnswer]


class RunDetail(RunAnswer):
    """One run with some of its lines."""

    lines: list[LineAnswer]


class Which(Parameters):
    """Which runs to list."""

    status: PayoutStatus | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Part(Parameters):
    """Which of its lines to tell."""

    offset: Annotated[int, Field(ge=0, le=10**7)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@router.get("", responses=READING)
def list_payouts(actor: Staff, engine: Records, asked: Annotated[Which, Query()]) -> RunList:
    """The payout runs."""
    with reading(engine) as session:
        return RunList(payouts=_answers(session, actor, *work.runs(session, asked.status, asked.limit)))


@router.post("", status_code=201, responses=WRITING, openapi_extra=takes(RunBody))
def open_run(actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Open an empty run."""
    given = fields(RunBody, tree)
    with writing(engine) as session:
        made = work.open_run(session, actor, clock.now(), given.policy, given.year, given.scheme, given.note)
        return _answers(session, actor, made)[0]


@router.get("/{run_id}", responses=READING)
def one(run_id: str, actor: Staff, engine: Records, clock: Now, asked: Annotated[Part, Query()]) -> RunDetail:
    """One run with its lines, some at a time."""
    with reading(engine) as session:
        run = work.find(session, run_id)
        (told,) = _answers(session, actor, run)
        full = actor.role == Role.FINANCE
        part = lines(session, run, clock.today(), asked.offset, asked.limit)
        return RunDetail(**told.model_dump(), lines=[_line(each, full=full) for each in part])


@router.post("/{run_id}/fill", responses=WRITING, openapi_extra=takes(FillBody))
def fill(run_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Put in what is payable and in no other run. Repeating it adds what is new."""
    given = fields(FillBody, tree)
    with reading(engine) as session:
        query = select(Organisation.id).where(col(Organisation.credit_code).in_(given.payees))
        payees = frozenset(session.exec(query))
        if len(payees) < len(set(given.payees)):
            raise BadInput([FieldFault("/payees", "payout.no_payee")])
    choice = Choice(frozenset(given.schemes), payees)
    work.fill(engine, run_id, actor, clock.now(), choice=choice, version=given.version)
    with reading(engine) as session:
        return _answers(session, actor, work.find(session, run_id))[0]


@router.post("/{run_id}/removals", responses=WRITING, openapi_extra=takes(RemovalBody))
def take_out(run_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Take payments out of an open run; they can be put into another one."""
    given = fields(RemovalBody, tree)
    with writing(engine) as session:
        query = select(Payment.id).where(col(Payment.run_id) == run_id, col(Payment.key).in_(given.keys))
        ids = session.exec(query).all()
        if len(ids) < len(set(given.keys)):
            raise BadInput([FieldFault("/keys", "payout.not_in_run", {"number": work.find(session, run_id).number})])
        made = work.take_out(session, actor, clock.now(), run_id, given.version, ids)
        return _answers(session, actor, made)[0]


@router.post("/{run_id}/submission", responses=WRITING, openapi_extra=takes(StepBody))
def submit(run_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Hand the run to a second person."""
    return _step(run_id, actor, tree, engine, clock, work.submit)


@router.post("/{run_id}/check", responses=WRITING, openapi_extra=takes(CheckBody))
def check(run_id: str, actor: Checker, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Say that the run agrees with the papers, by the total that stands there."""
    given = fields(CheckBody, tree)
    with writing(engine) as session:
        made = work.check(session, actor, clock.now(), run_id, given.version, given.control_total)
        return _answers(session, actor, made)[0]


@router.post("/{run_id}/approval", responses=WRITING, openapi_extra=takes(StepBody))
def approve(run_id: str, actor: Checker, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Approve the run and freeze it."""
    return _step(run_id, actor, tree, engine, clock, work.approve)


@router.post("/{run_id}/export", responses=WRITING, openapi_extra=takes(StepBody))
def export(run_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Hand the run out, once: its money is in flight from now on."""
    return _step(run_id, actor, tree, engine, clock, work.export)


@router.post("/{run_id}/send-back", responses=WRITING, openapi_extra=takes(ReasonBody))
def send_back(run_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Give the run back to its maker."""
    _refuse(actor, Step.SEND_BACK)
    return _reasoned(run_id, actor, tree, engine, clock, work.send_back)


@router.post("/{run_id}/abandonment", responses=WRITING, openapi_extra=takes(ReasonBody))
def abandon(run_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Give an open run up."""
    return _reasoned(run_id, actor, tree, engine, clock, work.abandon)


@router.post("/{run_id}/closing", responses=WRITING, openapi_extra=takes(StepBody))
def close(run_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """End a run of which every payment has its outcome."""
    _refuse(actor, Step.CLOSE)
    return _step(run_id, actor, tree, engine, clock, work.close)


@router.post("/{run_id}/reissue", responses=WRITING, openapi_extra=takes(ReasonBody))
def reissue(run_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> RunAnswer:
    """Propose that the files be handed out once more; another person has to confirm it."""
    given = fields(ReasonBody, tree)
    with writing(engine) as session:
        work.ask_again(session, actor, clock.now(), run_id, given.reason)
        return _answers(session, actor, work.find(session, run_id))[0]


Plain = Callable[[Session, Actor, datetime, str, int | None], PayoutRun]
Reasoned = Callable[[Session, Actor, datetime, str, int | None, str], PayoutRun]


def _step(run_id: str, actor: Actor, tree: Any, engine: Any, clock: Any, step: Plain) -> RunAnswer:
    given = fields(StepBody, tree)
    with writing(engine) as session:
        return _answers(session, actor, step(session, actor, clock.now(), run_id, given.version))[0]


def _reasoned(run_id: str, actor: Actor, tree: Any, engine: Any, clock: Any, step: Reasoned) -> RunAnswer:
    given = fields(ReasonBody, tree)
    with writing(engine) as session:
        return _answers(session, actor, step(session, actor, clock.now(), run_id, given.version, given.reason))[0]


def _refuse(actor: Actor, step: Step) -> None:
    if refusal := lacking(actor, step):
        raise refusal


_SIGNED: Final = ("made", "checked", "approved", "exported")


def _answers(session: Session, actor: Actor, *runs: PayoutRun) -> list[RunAnswer]:
    names = people(session, runs)

    def named(run: PayoutRun) -> dict[str, Any]:
        return {
            f"{step}_{what}": names[value] if what == "by" and value is not None else value
            for step in _SIGNED
            for what in ("by", "at")
            for value in [getattr(run, f"{step}_{what}")]
        }

    return [
        RunAnswer(
            id=run.id,
            number=run.number,
            status=run.status,
            version=run.version,
            policy=run.policy_id,
            year=run.year,
            scheme=run.scheme_id,
            as_of=run.as_of,
            note=run.note,
            count=run.count,
            amount=yuan(run.amount_fen),
            amount_in_capitals=f"人民币{capitals(run.amount_fen)}",
            digest=run.digest,
            steps=[step for step in STEPS if STEPS[step].duties and work.why_not(session, actor, step, run) is None],
            **named(run),
        )
        for run in runs
    ]


def _line(one: Line, *, full: bool) -> LineAnswer:
    payment, account, row = one.payment, one.account, one.now.row
    drafted = payment.state is PaymentState.DRAFTED
    return LineAnswer(
        line=payment.line,
        key=payment.key,
        application=row.number,
        project_name=row.project_name,
        payee=row.payee,
        credit_code=row.credit_code,
        instalment=row.known.number,
        attempt=payment.number,
        amount=yuan(payment.amount_fen),
        account_holder=account.holder,
        bank=account.bank,
        account_number=account.number if full else masked(account.number),
        cnaps=account.cnaps,
        state=payment.state,
        settled_on=payment.settled_on,
        in_the_way=[reason.code.value for reason in one.now.obstacles] if drafted else [],
    )
