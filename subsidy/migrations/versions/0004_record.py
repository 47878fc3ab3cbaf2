"""Entries chained per case, daily heads, the access log, and triggers that keep what was recorded."""

import sqlalchemy as sa
from alembic import op

from subsidy.records.protection import protect
from subsidy.workflow import chain

revision = "0004"
down_revision = "0003"

_CHUNK = 5_000
_PROTECTED = ("access", "event", "head", "policy_text", "receipt")


def upgrade() -> None:
    with op.batch_alter_table("event") as event:
        event.drop_index(op.f("ix_event_subject_kind_subject_id_id"))
        event.add_column(sa.Column("position", sa.Integer(), nullable=True))
        event.add_column(sa.Column("previous", sa.String(), nullable=True))
        event.add_column(sa.Column("digest", sa.String(), nullable=True))
    _chain(op.get_bind())
    with op.batch_alter_table("event") as event:
        event.alter_column("position", existing_type=sa.Integer(), nullable=False)
        event.alter_column("digest", existing_type=sa.String(), nullable=False)
        event.create_unique_constraint(
            op.f("uq_event_subject_kind_subject_id_position"), ["subject_kind", "subject_id", "position"]
        )
        event.create_check_constraint(op.f("ck_event_position_positive"), "position > 0")
    op.create_table(
        "head",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_event_id >= 0", name=op.f("ck_head_last_event_id_not_negative")),
        sa.CheckConstraint("events >= 0", name=op.f("ck_head_events_not_negative")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_head")),
    )
    op.create_table(
        "access",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_access_application_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_access_user_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("application_id", "day", "user_id", name=op.f("pk_access")),
    )
    for table in _PROTECTED:
        protect(op.get_bind(), table)


def _chain(connection: sa.Connection) -> None:
    """Gives the entries that are there their positions and digests, in the order in which they were written."""
    at = sa.column("at", sa.DateTime(timezone=True))
    told: list[sa.ColumnClause[str]] = [
        sa.column(name) for name in chain.COLUMNS if name not in ("at", "position", "previous")
    ]
    event = sa.table(
        "event", sa.column("id"), at, sa.column("position"), sa.column("previous"), sa.column("digest"), *told
    )
    tails: dict[tuple[str, str], tuple[int, str]] = {}
    done = 0
    while rows := (
        connection.execute(sa.select(event.c.id, at, *told).where(event.c.id > done).order_by(event.c.id).limit(_CHUNK))
        .mappings()
        .all()
    ):
        linked = []
        for row in rows:
            case = row["subject_kind"], row["subject_id"]
            position, previous = tails.get(case, (0, None))
            entry = {**row, "position": position + 1, "previous": previous}
            digest = chain.of_entry(entry)
            tails[case] = position + 1, digest
            linked.append({"its": row["id"], "now_at": position + 1, "after": previous, "sum": digest})
        connection.execute(
            sa.update(event)
            .where(event.c.id == sa.bindparam("its"))
            .values(position=sa.bindparam("now_at"), previous=sa.bindparam("after"), digest=sa.bindparam("sum")),
            linked,
        )
        done = rows[-1]["id"]
