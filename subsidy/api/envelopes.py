"""The budget: envelopes with what they hold, and the steps that two people take."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema
from sqlmodel import Session

from rules import facts
from rules.faults import FactError
from rules.model import Text
from rules.money import Fen
from rules.reading import DEFAULT_POLICY
from subsidy.api.assessments import Money
from subsidy.api.body import Body, BudgetYear, MaybeWords, Parameters, Reason, Tree, Words, fields, prose
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Checker, Finance, Now, Records, Staff
from subsidy.database import reading, writing
from subsidy.finance import budget, envelopes, proposals, second_person
from subsidy.finance.budget_document import budget_document, line_document
from subsidy.records import Exhausted, Proposal, ProposalKind
from subsidy.workflow.words import LONGEST_LINE, LONGEST_PASSAGE

router = APIRouter(tags=["finance"])

_AMOUNT: Final = facts.Money(
    kind="money", key="amount", label=Text(zh="金额", en="Amount"), ask=Text(zh="金额", en="Amount")
)


def _exhausted(typed: str) -> str:
    if typed not in list(Exhausted):
        raise FactError("budget.exhausted_missing")
    return typed


Yuan = Annotated[
    Any,
    BeforeValidator(_AMOUNT.read),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,14}(\.[0-9]{1,2})?$", "description": "Yuan, above zero."}),
]
WhenEmpty = Annotated[
    Words,
    AfterValidator(_exhausted),
    WithJsonSchema(
        {"type": "string", "enum": list(Exhausted), "description": "What becomes of an award without money."}
    ),
]


class Year(Parameters):
    """Which envelopes to list."""

    year: Annotated[int | None, Field(ge=1, le=9999)] = None


class EnvelopeBody(Body):
    """An envelope to be opened, empty."""

    scheme: Words
    year: BudgetYear
    policy: Words = DEFAULT_POLICY
    exhausted: WhenEmpty = Exhausted.QUEUE.value


class MoneyBody(Body):
    """Money for an envelope, or taken from it."""

    amount: Yuan
    document: Annotated[Words, prose(LONGEST_LINE, "Number of the document that grants it.")]
    reason: Reason


class TransferBody(MoneyBody):
    """Money that goes to another envelope."""

    to: Annotated[Words, prose(64, "Id of the envelope that it goes to.")]


class ConfirmationBody(Body):
    """A yes to a proposal."""

    answer: MaybeWords = None


class RefusalBody(Body):
    """A no to a proposal, and why."""

    answer: Annotated[Words, prose(LONGEST_PASSAGE, "Why; kept in the record.")]


class Waiting(BaseModel):
    """How many instalments wait for money, and for how much."""

    count: int
    amount: Money


class EnvelopeAnswer(BaseModel):
    """One envelope: what was allotted, and where that is."""

    id: str
    policy: str
    scheme: str
    year: int
    exhausted: Exhausted
    closed_at: datetime | None
    allotted: Money
    available: Money
    reserved: Money
    committed: Money
    payable: Money
    in_flight: Money
    paid: Money
    receivable: Money
    recovered: Money
    lapsed: Money
    written_off: Money
    returned: Money
    waiting: Waiting
    executed_percent: Annotated[str | None, Field(description="Paid of what was allotted; null of nothing.")]


class Future(BaseModel):
    """What falls due in a year for which the scheme has no envelope."""

    policy: str
    scheme: str
    year: int
    count: int
    amount: Money


class BudgetAnswer(BaseModel):
    """The envelopes, the latest year first, and what no envelope covers."""

    year: int | None
    envelopes: list[EnvelopeAnswer]
    future: list[Future]


class ProposalAnswer(BaseModel):
    """What one person proposed and another one confirms or turns down."""

    id: str
    kind: ProposalKind
    subject: Annotated[str, Field(description="Id of what it is about.")]
    proposed: Annotated[dict[str, Any], Field(description="What is confirmed is this and nothing else.")]
    reason: str
    made_at: datetime
    confirmed: Annotated[bool | None, Field(description="Null while it waits.")]
    decided_at: datetime | None
    answer: str | None


class ProposalList(BaseModel):
    """What waits for a second person, the oldest first."""

    proposals: list[ProposalAnswer]


@router.get("/envelopes", responses=READING)
def list_envelopes(actor: Staff, engine: Records, asked: Annotated[Year, Query()]) -> BudgetAnswer:
    """The budget as it stands."""
    with reading(engine) as session:
        found = budget.standing(session)
    return BudgetAnswer.model_validate(budget_document(found, asked.year))


@router.get("/envelopes/{envelope_id}", responses=READING)
def one(envelope_id: str, actor: Staff, engine: Records) -> EnvelopeAnswer:
    """One envelope."""
    with reading(engine) as session:
        return _envelope(session, envelopes.find(session, envelope_id).id)


@router.post("/envelopes", status_code=201, responses=WRITING, openapi_extra=takes(EnvelopeBody))
def open_envelope(actor: Finance, tree: Tree, engine: Records, clock: Now) -> EnvelopeAnswer:
    """Open the empty envelope of a scheme and year."""
    given = fields(EnvelopeBody, tree)
    with writing(engine) as session:
        made = envelopes.open_envelope(
            session, actor, clock.now(), given.policy, given.scheme, given.year, Exhausted(given.exhausted)
        )
        return _envelope(session, made.id)


@router.post("/envelopes/{envelope_id}/allotments", status_code=201, responses=WRITING, openapi_extra=takes(MoneyBody))
def allot(envelope_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> ProposalAnswer:
    """Propose money for an envelope; it is there once another person confirms it."""
    given = fields(MoneyBody, tree)
    told = Fen(given.amount), given.document, given.reason
    with writing(engine) as session:
        return _proposal(envelopes.propose_allotment(session, actor, clock.now(), envelope_id, *told))


@router.post("/envelopes/{envelope_id}/reductions", status_code=201, responses=WRITING, openapi_extra=takes(MoneyBody))
def reduce(envelope_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> ProposalAnswer:
    """Propose to take back some of what is available."""
    given = fields(MoneyBody, tree)
    told = Fen(given.amount), given.document, given.reason
    with writing(engine) as session:
        return _proposal(envelopes.propose_reduction(session, actor, clock.now(), envelope_id, *told))


@router.post(
    "/envelopes/{envelope_id}/transfers", status_code=201, responses=WRITING, openapi_extra=takes(TransferBody)
)
def transfer(envelope_id: str, actor: Finance, tree: Tree, engine: Records, clock: Now) -> ProposalAnswer:
    """Propose to move some of what is available to another envelope."""
    given = fields(TransferBody, tree)
    told = given.to, Fen(given.amount), given.document, given.reason
    with writing(engine) as session:
        return _proposal(envelopes.propose_transfer(session, actor, clock.now(), envelope_id, *told))


@router.get("/proposals", responses=READING)
def list_proposals(actor: Staff, engine: Records) -> ProposalList:
    """What waits for a second person, of whatever kind."""
    with reading(engine) as session:
        return ProposalList(proposals=[_proposal(each) for each in proposals.undecided(session)])


@router.post("/proposals/{proposal_id}/confirmation", responses=WRITING, openapi_extra=takes(ConfirmationBody))
def confirm(proposal_id: str, actor: Checker, tree: Tree, engine: Records, clock: Now) -> ProposalAnswer:
    """Confirm what somebody else proposed; it is carried out at once."""
    given = fields(ConfirmationBody, tree)
    with writing(engine) as session:
        return _proposal(second_person.confirm(session, actor, clock.now(), proposal_id, given.answer))


@router.post("/proposals/{proposal_id}/refusal", responses=WRITING, openapi_extra=takes(RefusalBody))
def turn_down(proposal_id: str, actor: Checker, tree: Tree, engine: Records, clock: Now) -> ProposalAnswer:
    """Turn down what somebody else proposed; nothing of it is done."""
    given = fields(RefusalBody, tree)
    with writing(engine) as session:
        return _proposal(second_person.turn_down(session, actor, clock.now(), proposal_id, given.answer))


def _envelope(session: Session, envelope_id: str) -> EnvelopeAnswer:
    [line] = [line for line in budget.standing(session).lines if line.envelope.id == envelope_id]
    return EnvelopeAnswer.model_validate(line_document(line))


def _proposal(made: Proposal) -> ProposalAnswer:
    return ProposalAnswer(
        id=made.id,
        kind=made.kind,
        subject=made.subject_id,
        proposed=proposals.body(made),
        reason=made.reason,
        made_at=made.made_at,
        confirmed=made.confirmed,
        decided_at=made.decided_at,
        answer=made.answer,
    )
