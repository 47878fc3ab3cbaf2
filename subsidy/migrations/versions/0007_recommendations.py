"""The person behind each account, recommendations with their signatures, public notices and objections."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}
ON_DUTY: Final = sa.text("role IN ('administrator', 'finance') AND disabled_at IS NULL")
LIVE: Final = sa.text("voided_at IS NULL")


def upgrade() -> None:
    _people()
    op.create_table(
        "recommendation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.Enum("grant", "refuse", name="outcome", **WORD), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("seen_json", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome <> 'grant' OR amount_fen > 0", name=op.f("ck_recommendation_amount_given")),
        sa.CheckConstraint("people > 0", name=op.f("ck_recommendation_people_positive")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_recommendation_reason_given")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_recommendation_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "person_id"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_recommendation_user_id_person_id"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("id", "person_id", name=op.f("uq_recommendation_id_person_id")),
    )
    op.create_index(
        "uq_recommendation_live",
        "recommendation",
        ["application_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "sign_off",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recommendation_id", sa.String(), nullable=False),
        sa.Column("recommender_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id <> recommender_id", name=op.f("ck_sign_off_not_the_recommender")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_sign_off_reason_given")),
        sa.ForeignKeyConstraint(
            ["recommendation_id", "recommender_id"],
            ["recommendation.id", "recommendation.person_id"],
            name=op.f("fk_sign_off_recommendation_id_recommender_id"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "person_id"],
            ["user_account.id", "user_account.person_id"],
            name=op.f("fk_sign_off_user_id_person_id"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("recommendation_id", "person_id", name=op.f("uq_sign_off_recommendation_id_person_id")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recommendation_id", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("ends_on > published_on", name=op.f("ck_notice_ends_later")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendation.id"], name=op.f("fk_notice_recommendation_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("recommendation_id", name=op.f("uq_notice_recommendation_id")),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_objection_answer_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["user_account.id"], name=op.f("fk_objection_answered_by"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_objection_notice_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_notice_id"), "objection", ["notice_id"])


def _people() -> None:
    """Each account there is belongs to a person of its own."""
    with op.batch_alter_table("user_account") as table:
        table.add_column(sa.Column("person_id", sa.String(), nullable=True))
    op.execute("UPDATE user_account SET person_id = id")
    with op.batch_alter_table("user_account") as table:
        table.alter_column("person_id", existing_type=sa.String(), nullable=False)
        table.create_unique_constraint(op.f("uq_user_account_id_person_id"), ["id", "person_id"])
        table.create_foreign_key(op.f("fk_user_account_person_id"), "user_account", ["person_id"], ["id"], **AT_COMMIT)
    op.create_index(
        "uq_user_account_staff_person",
        "user_account",
        ["person_id"],
        unique=True,
        sqlite_where=ON_DUTY,
        postgresql_where=ON_DUTY,
    )
