"""Amendments of awards with what they adjust, recoveries with their steps, and the case and the letter that go with them."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from subsidy.records.protection import APART, hold_apart, protect

revision = "0013"
down_revision = "0012"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}
STATUSES: Final = (
    "draft", "submitted", "returned", "accepted", "recommended", "notice", "decision", "approved", "refused", "appealed",
    "withdrawn", "lapsed", "closed", "revoked",
)  # fmt: skip
LETTERS: Final = ("award", "refusal", "correction", "amendment")


def upgrade() -> None:
    op.create_table(
        "amendment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("facts", "revoke", "year", name="kind", **WORD), nullable=False),
        sa.Column("facts_json", sa.Text(), nullable=False),
        sa.Column("disallowed_json", sa.Text(), nullable=False),
        sa.Column("entitled_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("receipt_digest", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_amendment_number_positive")),
        sa.CheckConstraint("0 <= amount_fen AND amount_fen <= entitled_fen", name=op.f("ck_amendment_amount_within")),
        sa.CheckConstraint("kind <> 'revoke' OR entitled_fen = 0", name=op.f("ck_amendment_revoked_whole")),
        sa.CheckConstraint("kind <> 'facts' OR receipt_digest IS NOT NULL", name=op.f("ck_amendment_receipt_given")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_amendment_reason_given")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_amendment_award_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_amendment_proposal_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["receipt_digest"], ["receipt.digest"], name=op.f("fk_amendment_receipt_digest"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("award_id", "number", name=op.f("uq_amendment_award_id_number")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_amendment_proposal_id")),
    )
    op.create_table(
        "adjustment",
        sa.Column("amendment_id", sa.String(), nullable=False),
        sa.Column("instalment_id", sa.String(), nullable=False),
        sa.Column("delta_fen", sa.BigInteger(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.CheckConstraint("delta_fen <> 0", name=op.f("ck_adjustment_delta_something")),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendment.id"], name=op.f("fk_adjustment_amendment_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_adjustment_instalment_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("amendment_id", "instalment_id", name=op.f("pk_adjustment")),
    )
    op.create_index(op.f("ix_adjustment_instalment_id"), "adjustment", ["instalment_id"])
    _recoveries()
    _instalments()
    for table in ("amendment", "adjustment", "recovery_step"):
        protect(op.get_bind(), table)
    _words()


def _recoveries() -> None:
    op.create_table(
        "recovery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("amendment_id", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("settled_fen", sa.BigInteger(), nullable=False),
        sa.Column("demanded_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_recovery_amount_positive")),
        sa.CheckConstraint("0 <= settled_fen AND settled_fen <= amount_fen", name=op.f("ck_recovery_settled_within")),
        sa.CheckConstraint("due_on >= demanded_on", name=op.f("ck_recovery_due_not_early")),
        sa.ForeignKeyConstraint(["amendment_id"], ["amendment.id"], name=op.f("fk_recovery_amendment_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_recovery_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_recovery_award_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("amendment_id", name=op.f("uq_recovery_amendment_id")),
        sa.UniqueConstraint("number", name=op.f("uq_recovery_number")),
    )
    op.create_index(op.f("ix_recovery_application_id"), "recovery", ["application_id"])
    op.create_index(op.f("ix_recovery_award_id"), "recovery", ["award_id"])
    op.create_table(
        "recovery_step",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recovery_id", sa.String(), nullable=False),
        sa.Column("kind", sa.Enum("receipt", "withdrawal", "write_off", name="kind", **WORD), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("bank_ref", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposal_id", sa.String(), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_recovery_step_amount_positive")),
        sa.CheckConstraint("kind <> 'receipt' OR bank_ref IS NOT NULL", name=op.f("ck_recovery_step_bank_ref_given")),
        sa.CheckConstraint("kind <> 'write_off' OR proposal_id IS NOT NULL", name=op.f("ck_recovery_step_two_people")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_recovery_step_made_by"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_recovery_step_proposal_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_step_recovery_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_step")),
        sa.UniqueConstraint("bank_ref", name=op.f("uq_recovery_step_bank_ref")),
    )
    op.create_index(op.f("ix_recovery_step_recovery_id"), "recovery_step", ["recovery_id"])


def _instalments() -> None:
    with op.batch_alter_table("instalment") as table:
        table.add_column(sa.Column("adjusted_fen", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("amendment_id", sa.String(), nullable=True))
    op.execute("UPDATE instalment SET adjusted_fen = 0")
    with op.batch_alter_table("instalment") as table:
        table.alter_column("adjusted_fen", existing_type=sa.BigInteger(), nullable=False)
        table.create_check_constraint(op.f("ck_instalment_adjusted_not_negative"), "amount_fen + adjusted_fen >= 0")
        table.create_check_constraint(
            op.f("ck_instalment_top_up_whole"),
            "amendment_id IS NULL OR (amount_fen > 0 AND year_number IS NULL)",
        )
        table.create_foreign_key(op.f("fk_instalment_amendment_id"), "amendment", ["amendment_id"], ["id"], **AT_COMMIT)


def _words() -> None:
    """The status of a case whose award was taken back, and the kind of the letter that tells of an amendment."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:  # a trigger that reads a table is in the way of making that table anew
        op.execute(f"DROP TRIGGER {APART}")
    with op.batch_alter_table("application") as table:
        for name in ("status", "decided_on_given"):
            table.drop_constraint(op.f(f"ck_application_{name}"), type_="check")
        table.create_check_constraint(op.f("ck_application_status"), _among("status", STATUSES))
        table.create_check_constraint(
            op.f("ck_application_decided_on_given"),
            "status NOT IN ('approved', 'refused', 'appealed', 'closed', 'revoked') OR decided_on IS NOT NULL",
        )
    with op.batch_alter_table("letter") as table:
        table.drop_constraint(op.f("ck_letter_kind"), type_="check")
        table.create_check_constraint(op.f("ck_letter_kind"), _among("kind", LETTERS))
    if sqlite:
        hold_apart(op.get_bind())


def _among(column: str, words: tuple[str, ...]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{word}'" for word in words))
