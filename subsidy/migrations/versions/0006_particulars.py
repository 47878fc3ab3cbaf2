"""Particulars of projects, other public support, and one award for each project and scheme."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "particular",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("kind", sa.Enum("site", "filing", "meter", "serial", name="kind", **WORD), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("normalised", sa.String(), nullable=False),
        sa.Column("blurred", sa.String(), nullable=False),
        sa.CheckConstraint("normalised <> ''", name=op.f("ck_particular_normalised_given")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_particular_application_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_particular")),
        sa.UniqueConstraint(
            "application_id", "kind", "normalised", name=op.f("uq_particular_application_id_kind_normalised")
        ),
    )
    op.create_index(op.f("ix_particular_kind_blurred"), "particular", ["kind", "blurred"])
    op.create_table(
        "disclosure",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("stated_by", sa.String(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_disclosure_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["stated_by"], ["user_account.id"], name=op.f("fk_disclosure_stated_by"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_disclosure")),
    )
    op.create_table(
        "other_support",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.CheckConstraint("programme <> ''", name=op.f("ck_other_support_programme_given")),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_other_support_amount_not_negative")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2099", name=op.f("ck_other_support_year_possible")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["disclosure.application_id"], name=op.f("fk_other_support_application_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("application_id", "position", name=op.f("pk_other_support")),
    )
    op.add_column("award", sa.Column("project_key", sa.String(), nullable=True))
    op.create_index("uq_award_project_key", "award", ["project_key"], unique=True)
