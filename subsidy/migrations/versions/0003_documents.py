"""Documents, and who verified a fact, when and on which document."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("format", sa.Enum("pdf", "png", "jpeg", "xlsx", name="format", **WORD), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("by_office", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detached_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_document_name_given")),
        sa.CheckConstraint("version > 0", name=op.f("ck_document_version_positive")),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_size_positive")),
        sa.CheckConstraint("length(digest) = 71", name=op.f("ck_document_digest_length")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_document_application_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["user_account.id"], name=op.f("fk_document_uploaded_by"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "application_id", "kind", "name", "version", name=op.f("uq_document_application_id_kind_name_version")
        ),
    )
    with op.batch_alter_table("application_fact") as table:
        table.add_column(sa.Column("verified_by", sa.String(), nullable=True))
        table.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("document_id", sa.String(), nullable=True))
        table.create_foreign_key(
            op.f("fk_application_fact_verified_by"), "user_account", ["verified_by"], ["id"], **AT_COMMIT
        )
        table.create_foreign_key(
            op.f("fk_application_fact_document_id"), "document", ["document_id"], ["id"], **AT_COMMIT
        )
    # A reason stands only where an administrator wrote last.
    op.execute("UPDATE application_fact SET verified_by = set_by, verified_at = set_at WHERE reason IS NOT NULL")
