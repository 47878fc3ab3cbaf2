"""Paying instalments without the rooms that do it: the rows and the postings of a payment, as they stand once it is paid."""

from datetime import date

from sqlmodel import Session, col, select

from subsidy.database import writing
from subsidy.finance import ledger
from subsidy.finance.disburse import disburse
from subsidy.finance.ledger import Movement
from subsidy.records import (
    Account,
    Amendment,
    AmendmentKind,
    Application,
    Award,
    BankAccount,
    BankAccountState,
    Disbursement,
    EntryKind,
    Instalment,
    Payment,
    PaymentState,
    PayoutRun,
    PayoutStatus,
    Proposal,
    ProposalKind,
    Recovery,
    Trigger,
)
from tests.support.office import ADMINISTRATOR, CHECKER, FINANCE, SECOND, Office

FLOW = (
    (PaymentState.IN_FLIGHT, EntryKind.SUBMIT, Account.PAYABLE, Account.IN_FLIGHT),
    (PaymentState.PAID, EntryKind.SETTLE, Account.IN_FLIGHT, Account.PAID),
)


def generate(office: Office, day: date) -> None:
    """Generates what is due on a day, which becomes the present one."""
    office.day = day
    disburse(office.engine, as_of=day, now=office.now, trigger=Trigger.MANUAL)


def pay(office: Office, instalment: Instalment, state: PaymentState = PaymentState.PAID) -> Payment:
    """Brings a payment of a generated instalment, of all that is payable for it, to a state."""
    with writing(office.engine) as session:
        order = session.exec(select(Disbursement).where(col(Disbursement.instalment_id) == instalment.id)).one()
        award = session.get_one(Award, instalment.award_id)
        payee = session.get_one(Application, award.application_id).organisation_id
        run = _run(session, office)
        account = _account(session, office, payee)
        positions = ledger.of_instalments(session, [instalment.id]).get(instalment.id, ())
        payable = sum(one.amount for one in positions if one.account is Account.PAYABLE)
        payment = Payment(
            run_id=run.id,
            line=1,
            disbursement_id=order.id,
            instalment_id=instalment.id,
            number=1,
            key=f"LG{run.number[2:].replace('-', '')}",
            amount_fen=payable,
            account_id=account.id,
            sheet_json="{}",
        )
        session.add(payment)
        for to, kind, source, target in FLOW:
            if payment.state is state:
                break
            moves = [
                Movement(one.envelope_id, source, target, one.amount, None, instalment.id)
                for one in ledger.of_instalments(session, [instalment.id])[instalment.id]
                if one.account is source
            ]
            ledger.post(session, FINANCE, office.now, kind, moves)
            payment.settled_on = office.day
            payment.state = to
        return payment


def _run(session: Session, office: Office) -> PayoutRun:
    count = len(session.exec(select(PayoutRun.id)).all())
    run = PayoutRun(
        number=f"P-2026-{count + 1:04}",
        policy_id="lingang-2024",
        year=office.day.year,
        status=PayoutStatus.OPEN,
        as_of=office.day,
        made_by=str(FINANCE.id),
        made_person=str(FINANCE.id),
        made_at=office.now,
    )
    session.add(run)
    return run


def _account(session: Session, office: Office, payee: str) -> BankAccount:
    found = session.exec(select(BankAccount).where(col(BankAccount.organisation_id) == payee)).first()
    if found is not None:
        return found
    account = BankAccount(
        organisation_id=payee,
        holder="上海甲储能科技有限公司",
        bank="交通银行上海临港支行",
        number="310066661018170012345",
        cnaps="301290000007",
        state=BankAccountState.VERIFIED,
        made_by=str(FINANCE.id),
        made_person=str(FINANCE.id),
        made_at=office.now,
        decided_by=str(CHECKER.id),
        decided_person=str(CHECKER.id),
        decided_at=office.now,
        usable_from=office.day,
    )
    session.add(account)
    return account


def owed(office: Office, award: Award, fen: int = 100) -> Recovery:
    """A demand for money of an award, without the amendment that would lead to it, so that no money has moved."""
    with writing(office.engine) as session:
        proposal = Proposal(
            kind=ProposalKind.AMEND,
            subject_id=award.id,
            body_json='{"amount":"2399999.00","before":"2400000.00","demand":"1.00"}',
            reason="更正",
            made_by=str(ADMINISTRATOR.id),
            made_person=str(ADMINISTRATOR.id),
            made_at=office.now,
            decided_by=str(SECOND.id),
            decided_person=str(SECOND.id),
            decided_at=office.now,
            confirmed=True,
        )
        amendment = Amendment(
            award_id=award.id,
            number=1,
            kind=AmendmentKind.YEAR,
            facts_json="{}",
            disallowed_json="[]",
            entitled_fen=award.amount_fen,
            amount_fen=award.amount_fen,
            reason="更正",
            proposal_id=proposal.id,
            made_at=office.now,
        )
        made = Recovery(
            number="R-2026-0001",
            award_id=award.id,
            application_id=award.application_id,
            amendment_id=amendment.id,
            amount_fen=fen,
            demanded_on=office.day,
            due_on=office.day,
        )
        session.add_all([proposal, amendment, made])
        return made
