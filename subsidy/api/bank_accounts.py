"""Bank accounts of payees: given by their owners or by finance, verified by another person, stopped where a fraud is reported."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session

from rules.faults import BadInput, excerpt
from subsidy.api.body import Body, MaybeWords, Parameters, Reason, Tree, Words, fields, prose
from subsidy.api.openapi import takes
from subsidy.api.signed import READING, WRITING, Checker, Now, Records, Signed, Weighty
from subsidy.database import reading, writing
from subsidy.errors import FieldFault, Forbidden
from subsidy.finance import bank_accounts as work
from subsidy.finance.bank_fields import Given, masked
from subsidy.finance.proposals import needs
from subsidy.records import BankAccount, BankAccountState, Duty, Organisation, Role
from subsidy.workflow.actor import Actor
from subsidy.workflow.words import LONGEST_LINE

router = APIRouter(prefix="/bank-accounts", tags=["finance"])


class AccountBody(Body):
    """An account that money shall go to."""

    holder: Annotated[Words, prose(LONGEST_LINE, "Name of the account; must be the payee's registered name.")]
    bank: Annotated[Words, prose(LONGEST_LINE, "The bank and its branch (开户行).")]
    number: Annotated[Words, prose(LONGEST_LINE, "Digits; spaces and hyphens are taken out.")]
    cnaps: Annotated[Words, prose(LONGEST_LINE, "The branch's 12 digits in the payment system (联行号).")]
    credit_code: Annotated[MaybeWords, Field(description="Of the payee; of finance only.")] = None
    evidence: Annotated[MaybeWords, Field(description="The paper it is taken from; of finance only.")] = None


class VerificationBody(Body):
    """How an account was verified."""

    how: Annotated[Words, prose(2000, "What was done, such as a test payment, and what came of it.")]


class ReasonBody(Body):
    """Why."""

    reason: Reason


class AccountAnswer(BaseModel):
    """One account."""

    id: str
    payee: str
    credit_code: str
    holder: str
    bank: str
    number: Annotated[str, Field(description="In full for finance alone; for others its last four digits.")]
    cnaps: str
    state: BankAccountState
    given_at: datetime
    decided_at: datetime | None
    usable_from: Annotated[date | None, Field(description="The first day on which money goes to it.")]
    overdue: Annotated[bool, Field(description="Whether it was last verified more than a year ago.")]


class AccountList(BaseModel):
    """Accounts: an applicant finds those of his enterprise, the office all."""

    bank_accounts: list[AccountAnswer]


class Which(Parameters):
    """Which accounts to list."""

    state: BankAccountState | None = None


@router.get("", responses=READING)
def list_accounts(actor: Signed, engine: Records, clock: Now, asked: Annotated[Which, Query()]) -> AccountList:
    """The accounts that the reader may see, those that wait first."""
    if actor.role == Role.REGISTRAR:
        raise Forbidden
    with reading(engine) as session:
        found = [
            pair
            for pair in work.listed(session, asked.state)
            if actor.role != Role.APPLICANT or pair[1].id == actor.organisation_id
        ]
    return AccountList(bank_accounts=[_answer(*pair, actor, clock.today()) for pair in found])


@router.post("", status_code=201, responses=WRITING, openapi_extra=takes(AccountBody))
def propose(actor: Weighty, tree: Tree, engine: Records, clock: Now) -> AccountAnswer:
    """Give an account. It is used once another person has verified it; a changed one only after a waiting period."""
    if actor.role not in (Role.APPLICANT, Role.FINANCE):
        raise Forbidden
    if actor.role == Role.FINANCE:
        needs(actor, Duty.MAKE)
    body = fields(AccountBody, tree)
    given = Given(body.holder, body.bank, body.number, body.cnaps)
    with writing(engine) as session:
        payee = _payee(session, actor, body)
        made = work.propose(session, actor, clock.now(), payee, given, body.evidence or "")
        return _shown(session, made, actor, clock.today())


@router.post("/{account_id}/verification", responses=WRITING, openapi_extra=takes(VerificationBody))
def verify(account_id: str, actor: Checker, tree: Tree, request: Request, engine: Records, clock: Now) -> AccountAnswer:
    """Mark an account as verified; the account in force, as verified once more."""
    how, days = fields(VerificationBody, tree).how, request.app.state.settings.account_cooling_days
    with writing(engine) as session:
        account = work.find(session, actor, account_id)
        if account.state is BankAccountState.VERIFIED:
            account = work.verify_again(session, actor, clock.now(), account_id, how)
        else:
            account = work.verify(session, actor, clock.now(), account_id, how, cooling_days=days)
        return _shown(session, account, actor, clock.today())


@router.post("/{account_id}/refusal", responses=WRITING, openapi_extra=takes(ReasonBody))
def refuse(account_id: str, actor: Checker, tree: Tree, engine: Records, clock: Now) -> AccountAnswer:
    """Turn an account down that waits to be verified."""
    reason = fields(ReasonBody, tree).reason
    with writing(engine) as session:
        return _shown(session, work.refuse(session, actor, clock.now(), account_id, reason), actor, clock.today())


@router.post("/{account_id}/fraud-reports", responses=WRITING, openapi_extra=takes(ReasonBody))
def report_fraud(account_id: str, actor: Signed, tree: Tree, engine: Records, clock: Now) -> AccountAnswer:
    """Report a fraud: payments to the payee stop at once. Open to its owners, administrators and finance."""
    with writing(engine) as session:
        work.find(session, actor, account_id)
        reason = fields(ReasonBody, tree).reason
        return _shown(session, work.report_fraud(session, actor, clock.now(), account_id, reason), actor, clock.today())


@router.post("/{account_id}/fraud-clearance", responses=WRITING, openapi_extra=takes(ReasonBody))
def end_fraud(account_id: str, actor: Checker, tree: Tree, engine: Records, clock: Now) -> AccountAnswer:
    """End what reports of a fraud have stopped, after looking into it."""
    reason = fields(ReasonBody, tree).reason
    with writing(engine) as session:
        return _shown(session, work.end_fraud(session, actor, clock.now(), account_id, reason), actor, clock.today())


def _payee(session: Session, actor: Actor, body: AccountBody) -> str:
    if actor.role == Role.APPLICANT:
        return str(actor.organisation_id)
    payee = work.payee_by_code(session, body.credit_code or "")
    if payee is None:
        told = {"value": excerpt(body.credit_code or "")}
        raise BadInput([FieldFault("/credit_code", "bank.payee_unknown", told)])
    return payee.id


def _shown(session: Session, account: BankAccount, actor: Actor, today: date) -> AccountAnswer:
    return _answer(account, session.get_one(Organisation, account.organisation_id), actor, today)


def _answer(account: BankAccount, payee: Organisation, actor: Actor, today: date) -> AccountAnswer:
    return AccountAnswer(
        id=account.id,
        payee=payee.name,
        credit_code=payee.credit_code,
        holder=account.holder,
        bank=account.bank,
        number=account.number if actor.role == Role.FINANCE else masked(account.number),
        cnaps=account.cnaps,
        state=account.state,
        given_at=account.made_at,
        decided_at=account.decided_at,
        usable_from=account.usable_from,
        overdue=work.overdue(account, today),
    )
