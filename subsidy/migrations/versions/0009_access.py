"""More roles with their duties, tokens for programs, links that work once, and what was tried lately."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WORD: Final[dict[str, Any]] = {"native_enum": False, "create_constraint": True, "length": 32}
AT_COMMIT: Final[dict[str, Any]] = {"deferrable": True, "initially": "DEFERRED"}
ROLES: Final = ("applicant", "administrator", "finance", "auditor", "registrar")
ON_DUTY: Final = sa.text("role <> 'applicant' AND disabled_at IS NULL")
EXCLUSIVE: Final = sa.text("duty IN ('make', 'check')")
FITTING: Final = (
    "(role = 'applicant' AND duty IN ('own')) OR "
    "(role = 'administrator' AND duty IN ('receive', 'recommend', 'approve')) OR "
    "(role = 'finance' AND duty IN ('make', 'check'))"
)


def upgrade() -> None:
    _accounts()
    _duties()
    _sessions()
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("purpose", sa.Enum("invitation", "reset", "email", name="purpose", **WORD), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(purpose = 'email') = (email IS NOT NULL)", name=op.f("ck_one_time_link_email_given")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_one_time_link_expires_later")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_one_time_link_user_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
    )
    op.create_index(op.f("ix_one_time_link_user_id"), "one_time_link", ["user_id"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_api_token_expires_later")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_api_token_name_given")),
        sa.CheckConstraint("scopes <> ''", name=op.f("ck_api_token_scopes_given")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_key_at"), "attempt", ["key", "at"])
    with op.batch_alter_table("message") as table:
        table.alter_column("application_id", existing_type=sa.String(), nullable=True)
        table.add_column(sa.Column("link_id", sa.String(), nullable=True))
        table.add_column(sa.Column("address", sa.String(), nullable=True))
        table.create_foreign_key(op.f("fk_message_link_id"), "one_time_link", ["link_id"], ["id"], **AT_COMMIT)


def _accounts() -> None:
    op.drop_index("uq_user_account_staff_person", "user_account")
    with op.batch_alter_table("user_account") as table:
        table.drop_constraint(op.f("ck_user_account_role"), type_="check")
        table.create_check_constraint(
            op.f("ck_user_account_role"), "role IN ({})".format(", ".join(f"'{role}'" for role in ROLES))
        )
        table.alter_column("password_hash", existing_type=sa.String(), nullable=True)
        table.create_unique_constraint(op.f("uq_user_account_id_role"), ["id", "role"])
    op.create_index(
        "uq_user_account_staff_person",
        "user_account",
        ["person_id"],
        unique=True,
        sqlite_where=ON_DUTY,
        postgresql_where=ON_DUTY,
    )


def _duties() -> None:
    """Everybody may go on with what he did: the office with all of a case, finance with making disbursements."""
    op.create_table(
        "user_duty",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("duty", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(), nullable=True),
        sa.CheckConstraint(FITTING, name=op.f("ck_user_duty_fits_role")),
        sa.ForeignKeyConstraint(
            ["user_id", "role"],
            ["user_account.id", "user_account.role"],
            name=op.f("fk_user_duty_user_id_role"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(["given_by"], ["user_account.id"], name=op.f("fk_user_duty_given_by"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("user_id", "duty", name=op.f("pk_user_duty")),
    )
    op.create_index(
        "uq_user_duty_exclusive",
        "user_duty",
        ["user_id"],
        unique=True,
        sqlite_where=EXCLUSIVE,
        postgresql_where=EXCLUSIVE,
    )
    done = {"applicant": ("own",), "administrator": ("receive", "recommend", "approve"), "finance": ("make",)}
    for role, duties in done.items():
        for duty in duties:
            now_given = sa.text(
                "INSERT INTO user_duty (user_id, duty, role, given_at) "
                "SELECT id, :duty, role, created_at FROM user_account WHERE role = :role"
            )
            op.execute(now_given.bindparams(duty=duty, role=role))


def _sessions() -> None:
    """Whoever is signed in has given his password when he signed in."""
    with op.batch_alter_table("user_session") as table:
        table.add_column(sa.Column("device", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE user_session SET proved_at = created_at")
    with op.batch_alter_table("user_session") as table:
        table.alter_column("device", existing_type=sa.String(), server_default=None)
        table.alter_column("proved_at", existing_type=sa.DateTime(timezone=True), nullable=False)
