"""The statuses of the procedure, with the day on which each began and the last day of its step."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STATUSES = (
    "draft", "submitted", "returned", "accepted", "recommended", "notice", "decision", "approved", "refused", "appealed",
    "withdrawn", "lapsed", "closed",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("application") as table:
        table.add_column(sa.Column("status_since", sa.Date(), nullable=True))
        table.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("defects", sa.Text(), nullable=True))
        table.add_column(sa.Column("claimed_by", sa.String(), nullable=True))
    _date_the_statuses()
    with op.batch_alter_table("application") as table:
        table.alter_column("status_since", existing_type=sa.Date(), nullable=False)
        for name in ("status", "decided_on_given", "refusal_reason_given"):
            table.drop_constraint(op.f(f"ck_application_{name}"), type_="check")
        table.create_check_constraint(
            op.f("ck_application_status"), "status IN ({})".format(", ".join(f"'{word}'" for word in STATUSES))
        )
        table.create_check_constraint(
            op.f("ck_application_decided_on_given"),
            "status NOT IN ('approved', 'refused', 'appealed', 'closed') OR decided_on IS NOT NULL",
        )
        table.create_check_constraint(
            op.f("ck_application_refusal_reason_given"),
            "status NOT IN ('refused', 'appealed') OR decision_reason IS NOT NULL",
        )
        table.create_check_constraint(
            op.f("ck_application_defects_given"), "status <> 'returned' OR defects IS NOT NULL"
        )
        table.create_check_constraint(op.f("ck_application_due_not_early"), "due_on >= status_since")
        table.create_foreign_key(
            op.f("fk_application_claimed_by"),
            "user_account",
            ["claimed_by"],
            ["id"],
            deferrable=True,
            initially="DEFERRED",
        )


def _date_the_statuses() -> None:
    """The day that is on record, for a draft or what was withdrawn that of its last change."""
    connection = op.get_bind()
    application = sa.table(
        "application",
        sa.column("id", sa.String),
        sa.column("status", sa.String),
        sa.column("status_since", sa.Date),
        sa.column("submitted_on", sa.Date),
        sa.column("decided_on", sa.Date),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("updated_at", sa.DateTime(timezone=True)),
    )
    for row in connection.execute(sa.select(application)).all():
        known: dict[str, date | None] = {
            "draft": _day(row.created_at),
            "submitted": row.submitted_on,
            "approved": row.decided_on,
            "refused": row.decided_on,
        }
        since = known.get(row.status) or _day(row.updated_at)
        connection.execute(application.update().where(application.c.id == row.id).values(status_since=since))


def _day(moment: datetime) -> date:
    """SQLite gives back a moment without its zone, which is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("UTC"))
    return aware.astimezone(ZoneInfo("Asia/Shanghai")).date()
