"""One valid row of each table, for tests that change one thing about it."""

from datetime import UTC, date, datetime
from typing import Final

from sqlmodel import Session

from subsidy.records import (
    Application,
    ApplicationFact,
    ApplicationStatus,
    Award,
    Disbursement,
    Event,
    Instalment,
    OperatingFigure,
    Organisation,
    PolicyText,
    Receipt,
    Record,
    Role,
    Run,
    Trigger,
    User,
    UserSession,
    YearDecision,
)
from subsidy.records.year import Decision

NOW: Final = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
TODAY: Final = date(2026, 3, 1)


def one_of_each(session: Session) -> None:
    """Adds an approved application with all that belongs to it: one row in each table."""
    rows: tuple[Record, ...] = (
        Organisation(id="org", name="上海甲储能科技有限公司", credit_code="91310115MA1K35XK6Q"),
        User(
            id="user", email="li@jia.cn", name="李明", password_hash="-", role=Role.APPLICANT, organisation_id="org",
            created_at=NOW,
        ),
        UserSession(id="0" * 64, user_id="user", created_at=NOW, seen_at=NOW, expires_at=NOW.replace(hour=16)),
        Application(
            id="app", number="LG-2026-0001", organisation_id="org", created_by="user", policy_id="lingang-2024",
            scheme_id="user-side-storage", project_name="一期", status=ApplicationStatus.APPROVED, submitted_on=TODAY,
            decided_on=TODAY, decision_reason="符合条件", created_at=NOW, updated_at=NOW,
        ),
        ApplicationFact(application_id="app", key="capacity_kwh", declared="12000", set_by="user", set_at=NOW),
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
        Event(at=NOW, actor_name="system", subject_kind="application", subject_id="app", command="start"),
    )  # fmt: skip
    session.add_all(rows)
    session.flush()
