"""What is payable and what is not, with every reason; and holds."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema
from sqlmodel import Session

from rules.facts import read_day
from rules.money import yuan
from subsidy.api.assessments import Money
from subsidy.api.body import Body, Parameters, Reason, Tree, Words, fields
from subsidy.api.facts import DAY
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Lang, Now, Records, Staff, Weighty
from subsidy.database import reading, writing
from subsidy.errors import NotFound
from subsidy.finance import holds, payable_view
from subsidy.finance.holds import Scope
from subsidy.finance.payable import Judged, Obstacle, State, Wanted
from subsidy.locale import text
from subsidy.records import Hold, HoldCategory
from subsidy.workflow.words import identifier

router = APIRouter(tags=["finance"])


def _day(raw: Any) -> date | None:
    return None if raw is None else read_day(raw)


def _words(kind: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(kind)})


class HoldBody(Body):
    """A hold on an instalment, on its case, or on everything to its payee."""

    category: Annotated[Words, _words(HoldCategory)]
    reason: Reason
    scope: Annotated[Words, _words(Scope)] = Scope.INSTALMENT
    until: Annotated[
        Any,
        AfterValidator(_day),
        WithJsonSchema({"anyOf": [DAY, {"type": "null"}], "description": "Its last day; null: until it is ended."}),
    ] = None


class EndBody(Body):
    """Why a hold ends."""

    reason: Reason


class ReasonAnswer(BaseModel):
    """One thing that is in the way, with what its wording names."""

    code: Obstacle
    text: str
    params: dict[str, str]


class PayableAnswer(BaseModel):
    """One instalment, the state of its payment, and everything that is in the way."""

    instalment_id: str
    application: str
    project_name: str
    payee: str
    credit_code: str
    scheme: str
    instalment: int
    of: int
    due_on: date
    amount: Money
    payable: Annotated[Money, Field(description="What the budget holds ready for it.")]
    state: State
    told: Annotated[dict[str, str], Field(description="Of the state: the run, the day of the hand-out or of payment.")]
    reasons: list[ReasonAnswer]


class PayableList(BaseModel):
    """Instalments of a budget year by due date; `total` counts all that were asked for."""

    as_of: date
    total: int
    rows: list[PayableAnswer]


class Which(Parameters):
    """Which instalments to tell, and how many of them."""

    year: Annotated[int | None, Field(ge=2000, le=9999, description="Budget year, default the present one.")] = None
    scheme: str | None = None
    state: State | None = None
    reason: Obstacle | None = None
    offset: Annotated[int, Field(ge=0, le=10**7)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class HoldAnswer(BaseModel):
    """One hold."""

    id: str
    category: HoldCategory
    scope: Scope
    subject_id: str
    payee: str
    application: str | None
    instalment: int | None
    reason: str
    made_at: datetime
    until: date | None
    ended_at: datetime | None
    end_reason: str | None


class HoldList(BaseModel):
    """The holds that stand today, the latest first."""

    holds: list[HoldAnswer]


@router.get("/payable", responses=READING)
def payable(actor: Staff, engine: Records, clock: Now, lang: Lang, asked: Annotated[Which, Query()]) -> PayableList:
    """What is payable and what is not, and exactly why."""
    today = clock.today()
    wanted = Wanted(year=asked.year or today.year, scheme=asked.scheme)
    with reading(engine) as session:
        found = payable_view.overview(session, today, wanted, asked.state, asked.reason).rows
    part = found[asked.offset : asked.offset + asked.limit]
    return PayableList(as_of=today, total=len(found), rows=[_payable(one, lang) for one in part])


@router.get("/holds", responses=READING)
def list_holds(actor: Staff, engine: Records, clock: Now) -> HoldList:
    """The holds that stand."""
    with reading(engine) as session:
        found = payable_view.standing_holds(session, clock.today())
        return HoldList(holds=[_hold(session, hold) for hold, _ in found])


@router.post("/instalments/{instalment_id}/holds", status_code=201, responses=WRITING, openapi_extra=takes(HoldBody))
def place(instalment_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now) -> HoldAnswer:
    """Keep an instalment, its case or its payee from being paid for a while."""
    if refusal := holds.may_place(actor):
        raise refusal
    given = fields(HoldBody, tree)
    with writing(engine) as session:
        about = payable_view.about(session, Scope.INSTALMENT, identifier(instalment_id))
        if about is None or about.application is None:
            raise NotFound
        subjects = {
            Scope.INSTALMENT: instalment_id,
            Scope.CASE: about.application.id,
            Scope.PAYEE: about.organisation.id,
        }
        scope = holds.scope(given.scope)
        made = holds.place(
            session, actor, clock.now(), scope, subjects[scope], given.category, given.reason, given.until
        )
        return _hold(session, made)


@router.post("/holds/{hold_id}/ending", responses=WRITING, openapi_extra=takes(EndBody))
def end(hold_id: str, actor: Weighty, tree: Tree, engine: Records, clock: Now) -> HoldAnswer:
    """End a hold."""
    if refusal := holds.may_place(actor):
        raise refusal
    given = fields(EndBody, tree)
    with writing(engine) as session:
        return _hold(session, holds.end(session, actor, clock.now(), hold_id, given.reason))


def _payable(one: Judged, lang: str) -> PayableAnswer:
    row = one.row
    return PayableAnswer(
        instalment_id=row.known.instalment_id,
        application=row.number,
        project_name=row.project_name,
        payee=row.payee,
        credit_code=row.credit_code,
        scheme=row.known.scheme_id,
        instalment=row.known.number,
        of=one.of,
        due_on=row.known.due_on,
        amount=yuan(one.amount),
        payable=yuan(one.payable),
        state=one.state,
        told=dict(one.told),
        reasons=[
            ReasonAnswer(code=each.code, text=text(lang, f"payout.short_{each.code}"), params=dict(each.params))
            for each in one.obstacles
        ],
    )


def _hold(session: Session, hold: Hold) -> HoldAnswer:
    scope, subject_id = holds.subject_of(hold)
    about = payable_view.about(session, scope, subject_id)
    if about is None:
        raise NotFound
    return HoldAnswer(
        id=hold.id,
        category=hold.category,
        scope=scope,
        subject_id=subject_id,
        payee=about.organisation.name,
        application=about.application.number if about.application else None,
        instalment=about.instalment.number if about.instalment else None,
        reason=hold.reason,
        made_at=hold.made_at,
        until=hold.until,
        ended_at=hold.ended_at,
        end_reason=hold.end_reason,
    )
