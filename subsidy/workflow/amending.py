"""Changing what was granted: proposed by one person with exactly what follows, confirmed or turned down by another.

Nothing that was decided or paid is touched: an amendment adds what is more or less from now on.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, select

from rules import canonical, receipt
from rules.facts import Value
from rules.faults import BadInput, Fault
from rules.money import Fen, yuan
from schedules.calendar import Calendar, china
from subsidy.errors import FieldFault, Refused, SubsidyError
from subsidy.finance import commitments, proposals, recoveries
from subsidy.records import (
    Adjustment,
    Amendment,
    AmendmentKind,
    Application,
    ApplicationStatus,
    Award,
    Decision,
    Instalment,
    LetterKind,
    Proposal,
    ProposalKind,
    Receipt,
    Recovery,
    User,
)
from subsidy.workflow import door, letters
from subsidy.workflow.actor import Actor
from subsidy.workflow.entitlement import Choice, Preview, amendments, corrected, disallowed, preview
from subsidy.workflow.letter_content import Amended, Signature
from subsidy.workflow.letters import PLAIN, Dictation
from subsidy.workflow.once import insert_once
from subsidy.workflow.sheet import Sheet, open_sheet
from subsidy.workflow.standing import Bench, Known, known
from subsidy.workflow.transitions import Command

TOP_UP_DAYS: Final = 10
"""Working days from an amendment to the day on which what it adds is due."""
REFUND_DAYS: Final = 30
"""Days from a demand to the last day for paying it back."""


def propose(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    version: int,
    choice: Choice,
    reason: str,
) -> Proposal:
    """Proposes what shall change, with all that follows. Raises BadInput where the choice changes nothing, or chooses what
    cannot be; Refused where a payment of the award is under way or a change is proposed already."""
    with door.change(session, actor, now, Command.REVISE, application_id, version=version, reason=reason) as change:
        application = change.application
        award = award_of(session, application)
        if open_proposal(session, award) is not None:
            raise Refused("amend.proposed_already")
        check(session, application, award, choice)
        found = preview(session, application, award, choice)
        told = found.told
        made = proposals.propose(session, actor, now, ProposalKind.AMEND, award.id, told, str(change.reason))
        change.before["award_due"] = told["before"]
        change.after |= {"award_due": told["amount"], "seen_digest": canonical.of_text(made.body_json)}
    return made


def confirm(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    application_id: str,
    version: int,
    reason: str,
    dictation: Dictation = PLAIN,
    refund_to: str = "",
) -> Amendment:
    """Carries out what was proposed, in the books as well, and writes the letter that says so. `refund_to` is the account
    that what is owed back has to be paid to.

    Raises the refusal of `why_not`, Refused where what follows is no longer what was proposed.
    """
    command = _command(session, application_id)
    with door.change(session, actor, now, command, application_id, version=version, reason=reason) as change:
        application = change.application
        award = award_of(session, application)
        made = _proposed(session, award)
        found = preview(session, application, award, choice_of(open_sheet(session, application), made))
        if found.text != made.body_json:
            raise Refused("amend.changed_since")
        proposals.decide(session, actor, now, made.id, confirmed=True, answer=reason)
        amendment = _write(session, award, found, made, now)
        change.stays = command is Command.AMEND and application.status is ApplicationStatus.APPROVED
        if command is Command.REVOKE:
            award.project_key = None  # another application may ask for the project again
        demanded, added = _carry_out(session, actor, now, today, application, award, amendment, found)
        change.before["award_due"] = yuan(found.due_before)
        change.after |= {
            "award_due": yuan(amendment.amount_fen),
            "amendment": str(amendment.number),
            "seen_digest": canonical.of_text(made.body_json),
        }
        if demanded is not None:
            change.after |= {"demanded": yuan(demanded.amount_fen), "refund_by": demanded.due_on.isoformat()}
        sheet = open_sheet(session, application)
        proposer = Signature.at(session.get_one(User, made.made_by).name, made.made_at)
        letters.issue(
            session,
            LetterKind.AMENDMENT,
            change,
            sheet,
            actor,
            today,
            dictation,
            earlier=[proposer],
            amended=Amended(
                found, corrected(sheet, amendments(session, award)[:-1]), demanded, added, made.reason, refund_to
            ),
        )
    return amendment


def keep(session: Session, actor: Actor, now: datetime, application_id: str, version: int, reason: str) -> Application:
    """Turns down what was proposed, for a reason: the award stays as it is."""
    with door.change(session, actor, now, Command.KEEP, application_id, version=version, reason=reason) as change:
        made = _proposed(session, award_of(session, change.application))
        proposals.decide(session, actor, now, made.id, confirmed=False, answer=reason)
        change.after["seen_digest"] = canonical.of_text(made.body_json)
    return change.application


def why_not(session: Session, actor: Actor, command: Command, application: Application) -> SubsidyError | None:
    """Why this person may not propose a change now, or decide on the one that is proposed; None where he may."""
    award = award_of(session, application)
    made = open_proposal(session, award)
    if command is Command.REVISE:
        return None if made is None else Refused("amend.proposed_already")
    if made is None:
        return Refused("amend.nothing_proposed")
    if command is not Command.KEEP and command is not _leads_to(made):
        return Refused("amend.nothing_proposed")
    return proposals.why_not(session, actor, made)


def open_proposal(session: Session, award: Award) -> Proposal | None:
    """What is proposed for an award and not decided; None where nothing is."""
    query = select(Proposal).where(
        col(Proposal.kind) == ProposalKind.AMEND,
        col(Proposal.subject_id) == award.id,
        col(Proposal.decided_at).is_(None),
    )
    return session.exec(query).one_or_none()


def award_of(session: Session, application: Application) -> Award:
    """The award of a case that has one."""
    return session.exec(select(Award).where(col(Award.application_id) == application.id)).one()


def choice_of(sheet: Sheet, made: Proposal) -> Choice:
    """What was proposed, read again."""
    told = proposals.body(made)
    facts = {key: sheet.policy.fact(key).parse(kept) for key, kept in told["facts"].items()}
    return Choice(AmendmentKind(told["kind"]), facts, frozenset(int(number) for number in told["disallowed"]))


def check(session: Session, application: Application, award: Award, choice: Choice) -> None:
    """Raises BadInput where a choice chooses what cannot be, or changes nothing."""
    sheet, made, faults = open_sheet(session, application), amendments(session, award), list[Fault]()
    before = disallowed(made)
    if choice.kind is AmendmentKind.FACTS:
        _check_facts(sheet, corrected(sheet, made), choice.facts, faults)
    if choice.kind is AmendmentKind.YEAR:
        if choice.disallowed == before:
            faults.append(FieldFault("/disallowed", "amend.no_year"))
        possible = before | short_years(session, award)
        faults += [
            FieldFault("/disallowed", "amend.year_not_short", {"number": str(number)})
            for number in sorted(choice.disallowed - possible)
        ]
    elif choice.disallowed != before:
        faults.append(FieldFault("/disallowed", "amend.one_kind"))
    if choice.kind is not AmendmentKind.FACTS and choice.facts:
        faults.append(FieldFault("/facts", "amend.one_kind"))
    if faults:
        raise BadInput(faults)


def short_years(session: Session, award: Award) -> frozenset[int]:
    """The numbers of the instalments whose operating year fell short, as far as nothing else was decided on them."""
    bench = Bench(session, date.max)
    rows = [Known(*row) for row in session.execute(known().where(col(Instalment.award_id) == award.id))]
    return frozenset(
        row.number
        for row in rows
        if row.forfeited_at is None and row.decision is not Decision.RELEASE and bench.falls_short(row)
    )


def _check_facts(sheet: Sheet, now: Mapping[str, Value], chosen: Mapping[str, Value], faults: list[Fault]) -> None:
    known_keys = {fact.key for fact in sheet.policy.facts_of(sheet.scheme)}
    for key, value in chosen.items():
        if key not in known_keys:
            faults.append(FieldFault("/facts", "amend.not_a_fact", {"known": ", ".join(sorted(known_keys))}))
        elif now.get(key) == value:
            faults.append(FieldFault(f"/facts/{key}", "amend.same_value"))
    if not chosen:
        faults.append(FieldFault("/facts", "amend.no_fact"))


def _command(session: Session, application_id: str) -> Command:
    """Which of the two commands carries out what is proposed; that of an amendment where nothing is."""
    award = session.exec(select(Award).where(col(Award.application_id) == application_id)).one_or_none()
    made = open_proposal(session, award) if award else None
    return _leads_to(made) if made else Command.AMEND


def _leads_to(made: Proposal) -> Command:
    return Command.REVOKE if proposals.body(made)["kind"] == AmendmentKind.REVOKE else Command.AMEND


def _proposed(session: Session, award: Award) -> Proposal:
    made = open_proposal(session, award)
    if made is None:
        raise Refused("amend.nothing_proposed")
    return made


def _write(session: Session, award: Award, found: Preview, made: Proposal, now: datetime) -> Amendment:
    content = None
    if found.choice.kind is AmendmentKind.FACTS:
        content = receipt.issue(found.assessment, found.answer)
        issued = {"digest": receipt.digest(content), "content": content, "policy_digest": award.policy_digest}
        insert_once(session, Receipt, [issued], "digest")
    told = found.told
    amendment = Amendment(
        award_id=award.id,
        number=len(amendments(session, award)) + 1,
        kind=found.choice.kind,
        facts_json=canonical.text(told["facts"]),
        disallowed_json=canonical.text(told["disallowed"]),
        entitled_fen=found.entitled,
        amount_fen=found.deltas.due,
        receipt_digest=content and receipt.digest(content),
        reason=made.reason,
        proposal_id=made.id,
        made_at=now,
    )
    session.add(amendment)
    session.flush()
    return amendment


def _carry_out(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    application: Application,
    award: Award,
    amendment: Amendment,
    found: Preview,
) -> tuple[Recovery | None, Instalment | None]:
    """The rows and the postings that follow; returns the demand and the further instalment where there is one."""
    by_number = {one.number: one for one in found.instalments}
    ordered = {line.number for line in found.lines if line.ordered}
    for number, change in sorted(found.deltas.changes.items()):
        one = by_number[number]
        one.adjusted_fen += change
        session.add(
            Adjustment(amendment_id=amendment.id, instalment_id=one.id, delta_fen=change, ordered=number in ordered)
        )
    added = None
    if found.deltas.top_up:
        added = _top_up(award, amendment, found, max(by_number) + 1, today, china())
        session.add(added)
    session.flush()
    wanted = {
        by_number[number].id: Fen(by_number[number].effective_fen)
        for number, change in found.deltas.changes.items()
        if change < 0
    }
    open_ = [one.id for one in by_number.values()] + ([added.id] if added else [])
    commitments.lock_drawn_on(session, open_)
    freed = commitments.reduce(session, actor, now, wanted, amendment.reason)
    owed = {one.number: one for one in found.owed}
    for name, amount in sorted(found.deltas.withdrawn.items()):
        recoveries.withdraw(session, actor, now, owed[name], amount, amendment)
    demanded = None
    if found.deltas.demand:
        due_on = china().next_working_day(date.fromordinal(today.toordinal() + REFUND_DAYS))
        demanded = recoveries.demand(session, actor, now, award, amendment, found.deltas.demand, due_on)
    commitments.draw_again(session, now, application)
    for envelope_id in sorted(freed):
        commitments.commit_waiting(session, now, envelope_id)
    return demanded, added


def _top_up(
    award: Award, amendment: Amendment, found: Preview, number: int, today: date, calendar: Calendar
) -> Instalment:
    due_on = calendar.add_working_days(today, TOP_UP_DAYS)
    return Instalment(
        award_id=award.id,
        number=number,
        nominal_on=due_on,
        due_on=due_on,
        provisional=False,
        amount_fen=found.deltas.top_up,
        amendment_id=amendment.id,
    )
