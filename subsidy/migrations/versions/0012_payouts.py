"""Bank accounts, payout runs, result files, and long work."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "bank_account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("cnaps", sa.String(), nullable=False),
        sa.Column(
            "state", sa.Enum("proposed", "verified", "refused", "replaced", name="state", **WORD), nullable=False
        ),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_person", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_person", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("usable_from", sa.Date(), nullable=True),
        sa.CheckConstraint("holder <> '' AND bank <> ''", name=op.f("ck_bank_account_names_given")),
        sa.CheckConstraint(
            "state = 'proposed' OR (decided_by IS NOT NULL AND decided_person IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_bank_account_decided_whole"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('verified', 'replaced') OR usable_from IS NOT NULL",
            name=op.f("ck_bank_account_verified_whole"),
        ),
        sa.CheckConstraint("decided_person <> made_person", name=op.f("ck_bank_account_two_people")),
        sa.CheckConstraint("length(cnaps) = 12", name=op.f("ck_bank_account_cnaps_length")),
        sa.CheckConstraint("length(number) BETWEEN 8 AND 34", name=op.f("ck_bank_account_number_length")),
        sa.ForeignKeyConstraint(
            ["decided_by", "decided_person"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_bank_account_decided_by_decided_person"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["made_by", "made_person"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_bank_account_made_by_made_person"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bank_account_organisation_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(op.f("ix_bank_account_organisation_id"), "bank_account", ["organisation_id"])
    op.create_index(
        "uq_bank_account_proposed",
        "bank_account",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "uq_bank_account_verified",
        "bank_account",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("state = 'verified'"),
        postgresql_where=sa.text("state = 'verified'"),
    )
    op.create_table(
        "payout_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "submitted",
                "checked",
                "approved",
                "exported",
                "confirmed",
                "closed",
                "abandoned",
                name="status",
                **WORD,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_person", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("checked_person", sa.String(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_person", sa.String(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exported_by", sa.String(), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'exported', 'confirmed', 'closed') OR (digest IS NOT NULL AND checked_by "
            "IS NOT NULL AND checked_person IS NOT NULL AND approved_by IS NOT NULL AND approved_person IS NOT "
            "NULL)",
            name=op.f("ck_payout_run_frozen_whole"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('exported', 'confirmed', 'closed') OR (exported_by IS NOT NULL AND exported_at IS "
            "NOT NULL)",
            name=op.f("ck_payout_run_exported_whole"),
        ),
        sa.CheckConstraint("approved_person <> made_person", name=op.f("ck_payout_run_approved_by_another")),
        sa.CheckConstraint("checked_person <> made_person", name=op.f("ck_payout_run_checked_by_another")),
        sa.CheckConstraint("count >= 0 AND amount_fen >= 0", name=op.f("ck_payout_run_totals_not_negative")),
        sa.CheckConstraint("version > 0", name=op.f("ck_payout_run_version_positive")),
        sa.ForeignKeyConstraint(
            ["approved_by", "approved_person"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_payout_run_approved_by_approved_person"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["checked_by", "checked_person"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_payout_run_checked_by_checked_person"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["exported_by"], ["user_account.id"], name=op.f("fk_payout_run_exported_by"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["made_by", "made_person"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_payout_run_made_by_made_person"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_run")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_run_number")),
    )
    op.create_table(
        "result_file",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lines > 0", name=op.f("ck_result_file_lines_positive")),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["user_account.id"], name=op.f("fk_result_file_imported_by"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_result_file_digest")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.Enum("fill", "export", "import", name="kind", **WORD), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("given_json", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("NOT (finished_at IS NULL AND error IS NOT NULL)", name=op.f("ck_task_error_ends")),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name=op.f("ck_task_progress_plausible")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_task_owner_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_owner_id"), "task", ["owner_id"])
    op.create_index(op.f("ix_task_subject_id"), "task", ["subject_id"])
    op.create_table(
        "payment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("disbursement_id", sa.String(), nullable=False),
        sa.Column("instalment_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("sheet_json", sa.Text(), nullable=False),
        sa.Column("state", sa.Enum("drafted", "in_flight", "paid", "returned", name="state", **WORD), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("bank_ref", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('paid', 'returned') OR settled_on IS NOT NULL", name=op.f("ck_payment_settled_on_given")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_amount_positive")),
        sa.CheckConstraint("line > 0", name=op.f("ck_payment_line_positive")),
        sa.CheckConstraint("number > 0", name=op.f("ck_payment_number_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_payment_account_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_payment_disbursement_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_payment_instalment_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.id"], name=op.f("fk_payment_run_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("disbursement_id", "number", name=op.f("uq_payment_disbursement_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_key")),
        sa.UniqueConstraint("run_id", "line", name=op.f("uq_payment_run_id_line")),
    )
    op.create_index(op.f("ix_payment_instalment_id"), "payment", ["instalment_id"])
    op.create_index(
        "uq_payment_live",
        "payment",
        ["disbursement_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'returned'"),
        postgresql_where=sa.text("state <> 'returned'"),
    )
    op.create_table(
        "result_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("bank_ref", sa.String(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("matched", "returned", "different", "unknown", "repeated", name="outcome", **WORD),
            nullable=False,
        ),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome NOT IN ('matched', 'returned') OR payment_id IS NOT NULL",
            name=op.f("ck_result_line_payment_given"),
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_note IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)",
            name=op.f("ck_result_line_settled_whole"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["result_file.id"], name=op.f("fk_result_line_file_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_result_line_payment_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["user_account.id"], name=op.f("fk_result_line_settled_by"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_line")),
        sa.UniqueConstraint("file_id", "line", name=op.f("uq_result_line_file_id_line")),
    )
    op.create_index(
        "uq_result_line_effect",
        "result_line",
        ["payment_id", "outcome"],
        unique=True,
        sqlite_where=sa.text("outcome IN ('matched', 'returned')"),
        postgresql_where=sa.text("outcome IN ('matched', 'returned')"),
    )
