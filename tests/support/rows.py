"""One valid row of each table, for tests that change one thing about it."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from subsidy.records import (
    Access,
    Account,
    Adjustment,
    Amendment,
    AmendmentKind,
    ApiToken,
    Application,
    ApplicationFact,
    ApplicationStatus,
    Attempt,
    Award,
    BankAccount,
    BankAccountState,
    Disbursement,
    Disclosure,
    Document,
    Duty,
    EntryKind,
    Envelope,
    Event,
    Format,
    Head,
    Hold,
    HoldCategory,
    Instalment,
    LedgerEntry,
    Letter,
    LetterKind,
    LetterStanding,
    Message,
    Notice,
    Objection,
    OneTimeLink,
    OperatingFigure,
    Organisation,
    OtherSupport,
    Outcome,
    Particular,
    ParticularKind,
    Payment,
    PaymentState,
    PayoutRun,
    PayoutStatus,
    PolicyText,
    Posting,
    Proposal,
    ProposalKind,
    Purpose,
    Receipt,
    Recommendation,
    Reconciled,
    Record,
    Recovery,
    RecoveryStep,
    RecoveryStepKind,
    ResultFile,
    ResultLine,
    Role,
    Run,
    SignOff,
    Task,
    TaskKind,
    Trigger,
    User,
    UserDuty,
    UserSession,
    YearDecision,
)
from subsidy.records.year import Decision

NOW: Final = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
TODAY: Final = date(2026, 3, 1)
ALLOTTED: Final = 240_000_000
"""What the envelope holds, in fen."""


def one_of_each(session: Session) -> None:
    """Adds an approved application with all that belongs to it: one row in each table."""
    rows: tuple[Record, ...] = (
        Organisation(id="org", name="上海甲储能科技有限公司", credit_code="91310115MA1K35XK0N"),
        User(
            id="user", email="li@jia.cn", name="李明", password_hash="-", role=Role.APPLICANT, organisation_id="org",
            created_at=NOW,
        ),
        User(
            id="chief", email="chen@zone.cn", name="陈立", password_hash="-", role=Role.ADMINISTRATOR, created_at=NOW,
        ),
        User(
            id="spare", email="sun@zone.cn", name="孙洁", password_hash="-", role=Role.FINANCE, created_at=NOW,
        ),
        UserDuty(user_id="user", duty=Duty.OWN, role=Role.APPLICANT, given_at=NOW, given_by="chief"),
        OneTimeLink(
            id="link", purpose=Purpose.RESET, user_id="user", created_at=NOW, expires_at=NOW + timedelta(hours=1)
        ),
        ApiToken(
            id="token", user_id="user", name="报表", digest="0" * 64, scopes="cases:read", created_at=NOW,
            expires_at=NOW + timedelta(days=1),
        ),
        Attempt(key="0" * 64, at=NOW),
        UserSession(id="0" * 64, user_id="user", created_at=NOW, seen_at=NOW, proved_at=NOW, expires_at=NOW.replace(hour=16)),
        Application(
            id="app", number="LG-2026-0001", organisation_id="org", created_by="user", policy_id="lingang-2024",
            scheme_id="user-side-storage", project_name="一期", status=ApplicationStatus.APPROVED, submitted_on=TODAY,
            status_since=TODAY, decided_on=TODAY, decision_reason="符合条件", created_at=NOW, updated_at=NOW,
        ),
        Document(
            id="document", application_id="app", kind="grid-test-report", name="检测报告.pdf", version=1,
            format=Format.PDF, size=9, digest=f"sha256:{64 * '0'}", by_office=False, uploaded_by="user", uploaded_at=NOW,
        ),
        ApplicationFact(
            application_id="app", key="capacity_kwh", declared="12000", set_by="user", set_at=NOW, verified="11000",
            reason="检测报告", verified_by="user", verified_at=NOW, document_id="document",
        ),
        Particular(
            application_id="app", kind=ParticularKind.SERIAL, position=0, value="SN-O1", normalised="sno1", blurred="sn01"
        ),
        Disclosure(application_id="app", stated_by="user", stated_at=NOW),
        OtherSupport(application_id="app", position=0, programme="市级补贴", amount_fen=100, year=2025),
        Recommendation(
            id="opinion", application_id="app", outcome=Outcome.GRANT, reason="符合条件", amount_fen=240_000_000, people=1,
            seen_json="{}", digest="sha256:s", user_id="user", person_id="user", made_at=NOW,
        ),
        SignOff(
            id="sign", recommendation_id="opinion", recommender_id="user", user_id="chief", person_id="chief",
            reason="同意", digest="sha256:s", signed_at=NOW,
        ),
        Notice(id="notice", recommendation_id="opinion", published_on=TODAY, ends_on=date(2026, 3, 6)),
        Objection(
            id="objection", notice_id="notice", name="王", contact="1", text="有异议", made_at=NOW, answer="已核查",
            answered_by="chief", answered_at=NOW,
        ),
        PolicyText(digest="sha256:p", policy_id="lingang-2024", version="1", content="{}"),
        Receipt(digest="sha256:r", content="{}", policy_digest="sha256:p"),
        Award(
            id="award", application_id="app", amount_fen=240_000_000, policy_digest="sha256:p",
            receipt_digest="sha256:r", approved_on=TODAY, approved_by="user",
        ),
        Instalment(
            id="first", award_id="award", number=1, nominal_on=date(2026, 6, 30), due_on=date(2026, 6, 30),
            provisional=False, amount_fen=80_000_000, year_number=1, year_start=date(2025, 3, 10),
            year_end=date(2026, 3, 9),
        ),
        OperatingFigure(
            id="figure", award_id="award", year_number=1, value="451", evidence="电表记录 3 号", recorded_by="user",
            recorded_at=NOW,
        ),
        YearDecision(
            id="decision", instalment_id="first", decision=Decision.RELEASE, reason="补齐", decided_by="user",
            decided_at=NOW,
        ),
        Run(id="run", trigger=Trigger.TICK, as_of=TODAY, started_at=NOW),
        Disbursement(
            id="order", instalment_id="first", amount_fen=80_000_000, generated_on=TODAY, generated_at=NOW, run_id="run"
        ),
        Letter(
            code="a" * 32, number="LG-2026-0001-A1", application_id="app", kind=LetterKind.AWARD, issued_on=TODAY,
            issued_by="user", content="{}", paper=b"%PDF", sha256="0" * 64, standing=LetterStanding.SUPERSEDED,
        ),
        Event(
            at=NOW, actor_name="system", subject_kind="application", subject_id="app", command="start", position=1,
            digest="sha256:e",
        ),
        Head(day=TODAY, last_event_id=1, events=1, digest="sha256:h", made_at=NOW),
        Message(
            id="message", user_id="user", application_id="app", command="submit", subject_zh="申报已提交",
            subject_en="Submitted", body_zh="已提交", body_en="submitted", written_at=NOW, next_at=NOW, until=NOW,
        ),
        Access(application_id="app", day=TODAY, user_id="user", at=NOW),
        Amendment(
            id="amendment", award_id="award", number=1, kind=AmendmentKind.FACTS, facts_json="{}", disallowed_json="[]",
            entitled_fen=200_000_000, amount_fen=200_000_000, receipt_digest="sha256:r", reason="容量更正",
            proposal_id="proposal", made_at=NOW,
        ),
        Adjustment(amendment_id="amendment", instalment_id="first", delta_fen=-100, ordered=False),
        Recovery(
            id="recovery", number="R-2026-0001", award_id="award", application_id="app", amendment_id="amendment",
            amount_fen=40_000_000, settled_fen=100, demanded_on=TODAY, due_on=TODAY,
        ),
        RecoveryStep(
            id="step", recovery_id="recovery", kind=RecoveryStepKind.RECEIPT, amount_fen=100, settled_on=TODAY,
            bank_ref="B-1", made_by="spare", made_at=NOW,
        ),
    )  # fmt: skip
    session.add_all((*rows, *_finance()))
    session.flush()


def _finance() -> tuple[Record, ...]:
    """An envelope with its first allotment, and the order above as it was paid."""
    return (
        Envelope(
            id="envelope", policy_id="lingang-2024", scheme_id="user-side-storage", year=2026, opened_at=NOW,
            allotted_fen=ALLOTTED, available_fen=ALLOTTED,
        ),
        LedgerEntry(
            kind=EntryKind.ALLOT, at=NOW, booked_on=TODAY, actor_id="user", reason="年度预算", postings=1,
            amount_fen=ALLOTTED, digest="sha256:l",
        ),
        Posting(
            entry_id=1, envelope_id="envelope", source=Account.TREASURY, target=Account.AVAILABLE, amount_fen=ALLOTTED
        ),
        Proposal(
            id="proposal", kind=ProposalKind.CLOSE, subject_id="envelope", body_json="{}", reason="年度结束",
            made_by="user", made_person="user", made_at=NOW, decided_by="chief", decided_person="chief",
            decided_at=NOW, confirmed=False, answer="尚有未付款项",
        ),
        Hold(
            id="hold", category=HoldCategory.DEBT, organisation_id="org", reason="尚有欠款", made_by="user", made_at=NOW,
            ended_by="chief", ended_at=NOW, end_reason="已还清",
        ),
        BankAccount(
            id="account", organisation_id="org", holder="上海甲储能科技有限公司", bank="中国银行临港支行",
            number="0043001234567890", cnaps="104290003582", state=BankAccountState.VERIFIED, made_by="user",
            made_person="user", made_at=NOW, decided_by="chief", decided_person="chief", decided_at=NOW,
            answer="电话核实", usable_from=TODAY,
        ),
        PayoutRun(
            id="payout", number="P-2026-0001", policy_id="lingang-2024", year=2026, status=PayoutStatus.CONFIRMED,
            as_of=TODAY, count=1, amount_fen=80_000_000, digest="sha256:x", made_by="user", made_person="user",
            made_at=NOW, checked_by="chief", checked_person="chief", checked_at=NOW, approved_by="chief",
            approved_person="chief", approved_at=NOW, exported_by="user", exported_at=NOW,
        ),
        Payment(
            id="payment", run_id="payout", line=1, disbursement_id="order", instalment_id="first", number=1,
            key="P202600010001", amount_fen=80_000_000, account_id="account", sheet_json="{}",
            state=PaymentState.PAID, settled_on=TODAY,
        ),
        ResultFile(
            id="answer", name="回单.csv", digest="sha256:f", imported_by="user", imported_at=NOW, lines=1,
            amount_fen=80_000_000,
        ),
        ResultLine(
            file_id="answer", line=2, key="P202600010001", amount_fen=80_000_000, paid=True, settled_on=TODAY,
            outcome=Reconciled.MATCHED, payment_id="payment",
        ),
        Task(id="task", kind=TaskKind.EXPORT, subject_id="payout", owner_id="user", asked_at=NOW, beat_at=NOW),
    )  # fmt: skip
