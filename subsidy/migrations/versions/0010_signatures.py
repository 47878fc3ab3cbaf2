"""Signatures and disbursements never change, and nobody signs for an organisation that he belongs to."""

from alembic import op

from subsidy.records.protection import hold_apart, protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("disbursement", "sign_off"):
        protect(op.get_bind(), table)
    hold_apart(op.get_bind())
