"""The bank accounts of payees: given by their owners or taken from a paper, used once another person has verified them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault
from schedules.clock import SHANGHAI
from subsidy.errors import FieldFault, Forbidden, NotFound, Refused
from subsidy.finance import bank_fields, bank_warnings, holds, payee_holds
from subsidy.finance.bank_fields import Given, masked
from subsidy.finance.holds import Scope
from subsidy.finance.proposals import needs
from subsidy.locale import text
from subsidy.records import BankAccount, BankAccountState, Duty, Event, Hold, HoldCategory, Organisation, Role
from subsidy.workflow import events, words
from subsidy.workflow.actor import SYSTEM, Actor
from subsidy.workflow.authority import READERS, organisations_of, person_of

SUBJECT: Final = "bank_account"


def propose(
    session: Session, actor: Actor, now: datetime, organisation_id: str, given: Given, evidence: str = ""
) -> BankAccount:
    """An account that money shall go to, once it is verified: given by an owner of the payee, or by finance from a paper.

    Where another one is verified this is a change: until the new one can be used nothing is paid. Everybody who acts for the
    payee is told. Raises Forbidden, NotFound, BadInput with every fault, Refused where one is waiting already.
    """
    _allow_proposing(actor, organisation_id)
    organisation = _lock(session, organisation_id)
    if actor.role == Role.FINANCE:
        _apart(session, actor, organisation)
    faults: list[Fault] = []
    paper = words.line(evidence, "evidence", faults) if actor.role == Role.FINANCE else None
    try:
        given = bank_fields.read(given, organisation.name)
    except BadInput as bad:
        faults.extend(bad.faults)
    if faults:
        raise BadInput(faults)
    if in_state(session, organisation_id, BankAccountState.PROPOSED):
        raise Refused("bank.waiting")
    old = in_state(session, organisation_id, BankAccountState.VERIFIED)
    if old is not None and (old.number, old.cnaps) == (given.number, given.cnaps):
        raise Refused("bank.same")
    made = BankAccount(
        organisation_id=organisation_id,
        **given._asdict(),
        made_by=str(actor.id),
        made_person=person_of(session, actor),
        made_at=now,
        evidence=paper,
    )
    session.add(made)
    session.flush()
    _record(session, actor, now, made, "propose_account", {"state": made.state.value, **_told(made)}, paper)
    about = bank_warnings.of(made, masked(made.number)) | {"by": actor.name}
    if old is None:
        bank_warnings.warn(session, now, organisation, "bank_proposed", **about)
    else:
        reason = text("zh", "bank.hold_reason", old=masked(old.number), new=masked(made.number))
        holds.put(session, SYSTEM, now, Scope.PAYEE, organisation_id, HoldCategory.ACCOUNT, reason)
        bank_warnings.warn(session, now, organisation, "bank_changed", old=masked(old.number), **about)
    return made


def verify(
    session: Session, actor: Actor, now: datetime, account_id: str, how: str, *, cooling_days: int
) -> BankAccount:
    """Marks an account as verified, by another person than who gave it, and how. A payee's first can be used at once, a
    changed one after so many days; the one before it is replaced.

    Raises NotFound, Forbidden, BadInput, Refused where it is decided already or no longer in the payee's name.
    """
    account, organisation = _locked(session, actor, account_id)
    _refuse(why_not(session, actor, account))
    said = _said(how, "how")
    if bank_fields.plain(account.holder) != bank_fields.plain(organisation.name):
        raise Refused("bank.holder_differs", holder=account.holder, registered=organisation.name)
    today = now.astimezone(SHANGHAI).date()
    old = in_state(session, organisation.id, BankAccountState.VERIFIED)
    if old is not None:
        old.state = BankAccountState.REPLACED
        session.flush()
        states = {"state": "verified"}, {"state": "replaced"}
        events.append(session, [events.entry(SYSTEM, now, old.id, "replace_account", *states, kind=SUBJECT)])
    account.usable_from = today + timedelta(days=cooling_days if old is not None else 0)
    _decide(session, actor, now, account, BankAccountState.VERIFIED, said)
    after = {"state": "verified", "usable_from": account.usable_from.isoformat(), **_told(account)}
    _record(session, actor, now, account, "verify_account", after, said, {"state": "proposed"})
    for hold in _waiting_holds(session, organisation.id, today):
        payee_holds.limit(session, now, hold, account.usable_from - timedelta(days=1))
    about = bank_warnings.of(account, masked(account.number))
    bank_warnings.warn(session, now, organisation, "bank_verified", day=account.usable_from.isoformat(), **about)
    return account


def refuse(session: Session, actor: Actor, now: datetime, account_id: str, reason: str) -> BankAccount:
    """Turns an account down; payments go on to the one before it. Raises NotFound, Forbidden, BadInput, Refused."""
    account, organisation = _locked(session, actor, account_id)
    _refuse(why_not(session, actor, account))
    said = _said(reason, "reason")
    _decide(session, actor, now, account, BankAccountState.REFUSED, said)
    _record(session, actor, now, account, "refuse_account", {"state": "refused"}, said, {"state": "proposed"})
    for hold in _waiting_holds(session, organisation.id, now.astimezone(SHANGHAI).date()):
        holds.lift(session, SYSTEM, now, hold, said)
    about = bank_warnings.of(account, masked(account.number))
    bank_warnings.warn(session, now, organisation, "bank_refused", reason=said, **about)
    return account


def verify_again(session: Session, actor: Actor, now: datetime, account_id: str, how: str) -> BankAccount:
    """Notes that the account in force was verified once more, and how; it stays usable as before. Raises as `verify` does."""
    account, _ = _locked(session, actor, account_id)
    _refuse(why_not(session, actor, account, BankAccountState.VERIFIED))
    said = _said(how, "how")
    _decide(session, actor, now, account, BankAccountState.VERIFIED, said)
    _record(session, actor, now, account, "verify_account_again", {"verified_on": _day(now).isoformat()}, said)
    return account


def report_fraud(session: Session, actor: Actor, now: datetime, account_id: str, reason: str) -> BankAccount:
    """Stops all payments to the payee of an account at once. Raises NotFound, Forbidden, BadInput."""
    account = find(session, actor, account_id)
    hold = payee_holds.report_fraud(session, actor, now, account.organisation_id, reason)
    _record(session, actor, now, account, "report_fraud", {"hold": hold.id}, hold.reason)
    return account


def end_fraud(session: Session, actor: Actor, now: datetime, account_id: str, reason: str) -> BankAccount:
    """Ends what stops payments to the payee since a fraud was reported. Raises NotFound, Forbidden, BadInput, Refused."""
    account = find(session, actor, account_id)
    payee_holds.end_fraud(session, actor, now, _day(now), account.organisation_id, reason)
    _record(session, actor, now, account, "end_fraud", {}, reason.strip())
    return account


def why_not(
    session: Session, actor: Actor, account: BankAccount, state: BankAccountState = BankAccountState.PROPOSED
) -> Refused | None:
    """Why this person may not decide on an account that has to be in `state`; None where he may."""
    if Duty.CHECK not in actor.duties:
        return Forbidden("workflow.lacks_check")
    if account.state is not state:
        return Refused("bank.decided")
    if person_of(session, actor) == account.made_person:
        return Forbidden("bank.own_account")
    if account.organisation_id in organisations_of(session, actor):
        organisation = session.get_one(Organisation, account.organisation_id)
        return Forbidden("workflow.own_organisation", organisation=organisation.name)
    return None


def find(session: Session, actor: Actor, account_id: str) -> BankAccount:
    """One account, for the payee whose it is and for the office; NotFound otherwise."""
    account = session.get(BankAccount, words.identifier(account_id))
    if account is None or not _may_see(actor, account.organisation_id):
        raise NotFound
    return account


def in_state(session: Session, organisation_id: str, state: BankAccountState) -> BankAccount | None:
    """The account of a payee that is proposed, or that is verified: there is one at most."""
    query = select(BankAccount).where(
        col(BankAccount.organisation_id) == organisation_id, col(BankAccount.state) == state
    )
    return session.exec(query.order_by(col(BankAccount.made_at).desc())).first()


def accounts_of(session: Session, organisation_id: str) -> Sequence[BankAccount]:
    """All accounts of a payee, the newest first."""
    query = select(BankAccount).where(col(BankAccount.organisation_id) == organisation_id)
    return session.exec(query.order_by(col(BankAccount.made_at).desc(), col(BankAccount.id))).all()


def listed(
    session: Session, state: BankAccountState | None = None, payee: str = ""
) -> Sequence[tuple[BankAccount, Organisation]]:
    """Accounts with whose they are: in one state where it is named, and of payees whose name or credit code holds a text;
    those that wait first, then by payee."""
    query = select(BankAccount, Organisation).join(
        Organisation, col(Organisation.id) == col(BankAccount.organisation_id)
    )
    if state is not None:
        query = query.where(col(BankAccount.state) == state)
    if sought := words.printable(payee).strip():
        code, name = col(Organisation.credit_code), col(Organisation.name)
        query = query.where(name.icontains(sought, autoescape=True) | code.icontains(sought, autoescape=True))
    waits = col(BankAccount.state) != BankAccountState.PROPOSED
    return session.exec(query.order_by(waits, col(Organisation.name), col(BankAccount.made_at).desc())).all()


def story(session: Session, account: BankAccount) -> Sequence[Event]:
    """What the record tells of an account, oldest first."""
    of = col(Event.subject_kind) == SUBJECT, col(Event.subject_id) == account.id
    return session.exec(select(Event).where(*of).order_by(col(Event.position))).all()


def overdue(account: BankAccount, today: date) -> bool:
    """Whether an account in force was last verified more than a year ago."""
    if account.state is not BankAccountState.VERIFIED or account.decided_at is None:
        return False
    last = _day(account.decided_at)
    return (today.year - last.year, today.month, today.day) > (1, last.month, last.day)


def payee_by_code(session: Session, credit_code: str) -> Organisation | None:
    """The organisation with this credit code."""
    code = "".join(words.printable(credit_code).split()).upper()
    return session.exec(select(Organisation).where(func.upper(col(Organisation.credit_code)) == code)).one_or_none()


def _allow_proposing(actor: Actor, organisation_id: str) -> None:
    if actor.role == Role.APPLICANT:
        if actor.organisation_id != organisation_id:
            raise NotFound
        if Duty.OWN not in actor.duties:
            raise Forbidden("bank.owners_only")
    elif actor.role == Role.FINANCE:
        needs(actor, Duty.MAKE)
    else:
        raise Forbidden("role")


def _may_see(actor: Actor, organisation_id: str) -> bool:
    if actor.role == Role.APPLICANT:
        return actor.organisation_id == organisation_id
    return actor.role in READERS


def _apart(session: Session, actor: Actor, organisation: Organisation) -> None:
    if organisation.id in organisations_of(session, actor):
        raise Forbidden("workflow.own_organisation", organisation=organisation.name)


def _lock(session: Session, organisation_id: str) -> Organisation:
    """The payee: steps on its accounts take turns."""
    query = select(Organisation).where(col(Organisation.id) == words.identifier(organisation_id))
    found = session.exec(query.with_for_update(key_share=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _locked(session: Session, actor: Actor, account_id: str) -> tuple[BankAccount, Organisation]:
    organisation = _lock(session, find(session, actor, account_id).organisation_id)
    query = select(BankAccount).where(col(BankAccount.id) == account_id)
    account = session.exec(query.with_for_update().execution_options(populate_existing=True)).one()
    return account, organisation


def _waiting_holds(session: Session, organisation_id: str, today: date) -> list[Hold]:
    """What the change that is decided now has set: no other one has no last day."""
    changes = payee_holds.locked(session, organisation_id, HoldCategory.ACCOUNT, today)
    return [hold for hold in changes if hold.made_by is None and hold.until is None]


def _decide(
    session: Session, actor: Actor, now: datetime, account: BankAccount, state: BankAccountState, answer: str
) -> None:
    person = person_of(session, actor)
    account.state, account.answer, account.decided_at = state, answer, now
    account.decided_by, account.decided_person = str(actor.id), person
    session.flush()


def _refuse(refusal: Refused | None) -> None:
    if refusal is not None:
        raise refusal


def _said(typed: str, field: str) -> str:
    if not words.printable(typed).strip():
        raise BadInput([FieldFault(f"/{field}", f"bank.{field}_missing")])
    faults: list[Fault] = []
    said = words.passage(typed, field, faults)
    if faults:
        raise BadInput(faults)
    return said


def _told(account: BankAccount) -> dict[str, str]:
    """What the record says of an account; its number is nobody's business there."""
    return {
        "holder": account.holder,
        "bank": account.bank,
        "cnaps": account.cnaps,
        "number": masked(account.number),
        "organisation": account.organisation_id,
    }


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    account: BankAccount,
    command: str,
    after: Mapping[str, object],
    reason: str | None = None,
    before: Mapping[str, object] | None = None,
) -> None:
    entry = events.entry(actor, now, account.id, command, before or {}, after, reason, kind=SUBJECT)
    events.append(session, [entry])
