"""Letters."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("kind", sa.Enum("award", "refusal", "correction", name="kind", **WORD), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("paper", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("standing", sa.Enum("valid", "superseded", "revoked", name="standing", **WORD), nullable=False),
        sa.Column("superseded_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "superseded_by IS NULL OR standing = 'superseded'", name=op.f("ck_letter_superseded_by_another")
        ),
        sa.CheckConstraint("length(code) = 32", name=op.f("ck_letter_code_length")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_letter_sha256_length")),
        sa.CheckConstraint("superseded_by <> code", name=op.f("ck_letter_superseded_not_by_itself")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_letter_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["user_account.id"], name=op.f("fk_letter_issued_by"), **AT_COMMIT),
        sa.ForeignKeyConstraint(["superseded_by"], ["letter.code"], name=op.f("fk_letter_superseded_by"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
    )
    op.create_index(op.f("ix_letter_application_id"), "letter", ["application_id"])
