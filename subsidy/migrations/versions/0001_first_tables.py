"""Accounts, applications, awards, instalments, disbursements and events."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credit_code", sa.String(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_organisation_name_given")),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_organisation_credit_code_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_organisation_credit_code")),
    )
    op.create_table(
        "policy_text",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_policy_text")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.Enum("disburse", name="kind", **WORD), nullable=False),
        sa.Column("trigger", sa.Enum("tick", "start", "manual", name="trigger", **WORD), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("generated", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("left_json", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_run_amount_not_negative")),
        sa.CheckConstraint("generated >= 0", name=op.f("ck_run_generated_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_started_at"), "run", ["started_at"])
    op.create_table(
        "receipt",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("policy_digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_digest"], ["policy_text.digest"], name=op.f("fk_receipt_policy_digest"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_receipt")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.Enum("applicant", "administrator", "finance", name="role", **WORD), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role <> 'applicant' OR organisation_id IS NOT NULL", name=op.f("ck_user_account_applicant_organisation")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_account_email_lower")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_user_account_organisation_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_index(op.f("ix_user_account_organisation_id"), "user_account", ["organisation_id"])
    op.create_table(
        "application",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("scheme_id", sa.String(), nullable=False),
        sa.Column("project_name", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "submitted", "approved", "refused", "withdrawn", name="status", **WORD),
            nullable=False,
        ),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'refused' OR decision_reason IS NOT NULL", name=op.f("ck_application_refusal_reason_given")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR submitted_on IS NOT NULL",
            name=op.f("ck_application_submitted_on_given"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'refused') OR decided_on IS NOT NULL",
            name=op.f("ck_application_decided_on_given"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_application_version_positive")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_application_created_by"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_application_organisation_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
    )
    op.create_index(op.f("ix_application_organisation_id"), "application", ["organisation_id"])
    op.create_index(op.f("ix_application_status"), "application", ["status"])
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("before_json", sa.Text(), nullable=True),
        sa.Column("after_json", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_event_actor_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_subject_kind_subject_id_id"), "event", ["subject_kind", "subject_id", "id"])
    op.create_table(
        "user_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_user_session_expires_later")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"])
    op.create_table(
        "application_fact",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("declared", sa.String(), nullable=True),
        sa.Column("verified", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_fact_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["set_by"], ["user_account.id"], name=op.f("fk_application_fact_set_by"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("application_id", "key", name=op.f("pk_application_fact")),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("policy_digest", sa.String(), nullable=False),
        sa.Column("receipt_digest", sa.String(), nullable=False),
        sa.Column("commissioned_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_award_amount_positive")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_award_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"], name=op.f("fk_award_approved_by"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["policy_digest"], ["policy_text.digest"], name=op.f("fk_award_policy_digest"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["receipt_digest"], ["receipt.digest"], name=op.f("fk_award_receipt_digest"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("application_id", name=op.f("uq_award_application_id")),
    )
    op.create_table(
        "instalment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nominal_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("year_number", sa.Integer(), nullable=True),
        sa.Column("year_start", sa.Date(), nullable=True),
        sa.Column("year_end", sa.Date(), nullable=True),
        sa.Column("forfeited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(year_number IS NULL) = (year_start IS NULL) AND (year_number IS NULL) = (year_end IS NULL)",
            name=op.f("ck_instalment_year_whole"),
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_instalment_amount_not_negative")),
        sa.CheckConstraint("due_on >= nominal_on", name=op.f("ck_instalment_due_not_early")),
        sa.CheckConstraint("number > 0", name=op.f("ck_instalment_number_positive")),
        sa.CheckConstraint("year_number > 0", name=op.f("ck_instalment_year_number_positive")),
        sa.CheckConstraint("year_start <= year_end", name=op.f("ck_instalment_year_ordered")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_instalment_award_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint("award_id", "number", name=op.f("uq_instalment_award_id_number")),
    )
    op.create_index(op.f("ix_instalment_due_on_id"), "instalment", ["due_on", "id"])
    op.create_table(
        "operating_figure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("year_number", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("year_number > 0", name=op.f("ck_operating_figure_year_number_positive")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_operating_figure_award_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_operating_figure_recorded_by"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operating_figure")),
        sa.UniqueConstraint("award_id", "year_number", name=op.f("uq_operating_figure_award_id_year_number")),
    )
    op.create_table(
        "disbursement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instalment_id", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("generated_on", sa.Date(), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_disbursement_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_disbursement_instalment_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_disbursement_run_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement")),
        sa.UniqueConstraint("instalment_id", name=op.f("uq_disbursement_instalment_id")),
    )
    op.create_index(op.f("ix_disbursement_run_id"), "disbursement", ["run_id"])
    op.create_table(
        "year_decision",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("instalment_id", sa.String(), nullable=False),
        sa.Column("decision", sa.Enum("release", "forfeit", name="decision", **WORD), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_year_decision_reason_given")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_year_decision_decided_by"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_year_decision_instalment_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_decision")),
        sa.UniqueConstraint("instalment_id", name=op.f("uq_year_decision_instalment_id")),
    )
