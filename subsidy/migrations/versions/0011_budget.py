"""Envelopes and their ledger, proposals, and holds."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from subsidy.records.protection import protect

revision = "0011"
down_revision = "0010"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "envelope",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("scheme_id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("exhausted", sa.Enum("queue", "refuse", name="exhausted", **WORD), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allotted_fen", sa.BigInteger(), nullable=False),
        sa.Column("available_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("committed_fen", sa.BigInteger(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("in_flight_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("receivable_fen", sa.BigInteger(), nullable=False),
        sa.Column("recovered_fen", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_fen", sa.BigInteger(), nullable=False),
        sa.Column("written_off_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "allotted_fen = available_fen + reserved_fen + committed_fen + payable_fen + in_flight_fen + "
            "paid_fen + receivable_fen + recovered_fen + lapsed_fen + written_off_fen",
            name=op.f("ck_envelope_conserved"),
        ),
        sa.CheckConstraint("available_fen >= 0", name=op.f("ck_envelope_available_not_negative")),
        sa.CheckConstraint("committed_fen >= 0", name=op.f("ck_envelope_committed_not_negative")),
        sa.CheckConstraint("in_flight_fen >= 0", name=op.f("ck_envelope_in_flight_not_negative")),
        sa.CheckConstraint("lapsed_fen >= 0", name=op.f("ck_envelope_lapsed_not_negative")),
        sa.CheckConstraint("paid_fen >= 0", name=op.f("ck_envelope_paid_not_negative")),
        sa.CheckConstraint("payable_fen >= 0", name=op.f("ck_envelope_payable_not_negative")),
        sa.CheckConstraint("receivable_fen >= 0", name=op.f("ck_envelope_receivable_not_negative")),
        sa.CheckConstraint("recovered_fen >= 0", name=op.f("ck_envelope_recovered_not_negative")),
        sa.CheckConstraint("reserved_fen >= 0", name=op.f("ck_envelope_reserved_not_negative")),
        sa.CheckConstraint("written_off_fen >= 0", name=op.f("ck_envelope_written_off_not_negative")),
        sa.CheckConstraint("year BETWEEN 2000 AND 9999", name=op.f("ck_envelope_year_plausible")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
        sa.UniqueConstraint("policy_id", "scheme_id", "year", name=op.f("uq_envelope_policy_id_scheme_id_year")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "allot",
                "reduce",
                "transfer",
                "reserve",
                "unreserve",
                "commit",
                "decommit",
                "release",
                "submit",
                "settle",
                "return",
                "demand",
                "recover",
                "write_off",
                "lapse",
                "carry_over",
                "reopen",
                name="kind",
                **WORD,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("postings", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_ledger_entry_reason_given")),
        sa.CheckConstraint("postings > 0 AND amount_fen > 0", name=op.f("ck_ledger_entry_totals_positive")),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_ledger_entry_actor_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("envelope_id", sa.String(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "treasury",
                "available",
                "reserved",
                "committed",
                "payable",
                "in_flight",
                "paid",
                "receivable",
                "recovered",
                "lapsed",
                "written_off",
                name="source",
                **{**WORD, "create_constraint": False},
            ),
            nullable=False,
        ),
        sa.Column(
            "target",
            sa.Enum(
                "treasury",
                "available",
                "reserved",
                "committed",
                "payable",
                "in_flight",
                "paid",
                "receivable",
                "recovered",
                "lapsed",
                "written_off",
                name="target",
                **{**WORD, "create_constraint": False},
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=True),
        sa.Column("instalment_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "source || '>' || target IN ('treasury>available', 'treasury>committed', 'treasury>payable', "
            "'available>treasury', 'available>reserved', 'available>committed', 'available>lapsed', "
            "'reserved>available', 'committed>treasury', 'committed>available', 'committed>payable', "
            "'committed>lapsed', 'payable>treasury', 'payable>available', 'payable>committed', "
            "'payable>in_flight', 'payable>lapsed', 'in_flight>payable', 'in_flight>paid', 'paid>payable', "
            "'paid>receivable', 'receivable>paid', 'receivable>available', 'receivable>recovered', "
            "'receivable>written_off', 'lapsed>available', 'lapsed>committed', 'lapsed>payable')",
            name=op.f("ck_posting_move_known"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_posting_amount_positive")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_posting_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_posting_entry_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_posting_envelope_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_posting_instalment_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    op.create_index(op.f("ix_posting_application_id"), "posting", ["application_id"])
    op.create_index(op.f("ix_posting_entry_id"), "posting", ["entry_id"])
    op.create_index(op.f("ix_posting_envelope_id_entry_id"), "posting", ["envelope_id", "entry_id"])
    op.create_index(op.f("ix_posting_instalment_id"), "posting", ["instalment_id"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "allot", "reduce", "transfer", "reissue", "amend", "write_off", "close", "reopen", name="kind", **WORD
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("body_json", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_person", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_person", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_proposal_reason_given")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decided_person IS NULL) AND "
            "(decided_at IS NULL) = (confirmed IS NULL)",
            name=op.f("ck_proposal_decided_whole"),
        ),
        sa.CheckConstraint("decided_person <> made_person", name=op.f("ck_proposal_two_people")),
        sa.ForeignKeyConstraint(
            ["decided_by", "decided_person"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_proposal_decided_by_decided_person"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["made_by", "made_person"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_proposal_made_by_made_person"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(
        "uq_proposal_open",
        "proposal",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL AND kind IN ('reissue', 'amend', 'write_off', 'close', 'reopen')"),
        postgresql_where=sa.text("decided_at IS NULL AND kind IN ('reissue', 'amend', 'write_off', 'close', 'reopen')"),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column(
            "category",
            sa.Enum("account", "fraud", "evidence", "debt", "court", "other", name="category", **WORD),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.String(), nullable=True),
        sa.Column("application_id", sa.String(), nullable=True),
        sa.Column("instalment_id", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_hold_reason_given")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_by IS NULL OR ended_at IS NOT NULL)",
            name=op.f("ck_hold_end_whole"),
        ),
        sa.CheckConstraint(
            "CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END + CASE WHEN application_id IS NULL THEN 0 ELSE "
            "1 END + CASE WHEN instalment_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_hold_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_hold_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_hold_ended_by"), **AT_COMMIT),
        sa.ForeignKeyConstraint(["instalment_id"], ["instalment.id"], name=op.f("fk_hold_instalment_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_hold_made_by"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_hold_organisation_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_application_id"), "hold", ["application_id"])
    op.create_index(op.f("ix_hold_instalment_id"), "hold", ["instalment_id"])
    op.create_index(op.f("ix_hold_organisation_id"), "hold", ["organisation_id"])
    for table in ("ledger_entry", "posting"):
        protect(op.get_bind(), table)
