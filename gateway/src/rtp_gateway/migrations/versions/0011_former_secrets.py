"""A client's former secrets, each with the time until which it still holds.

A process that runs the former code takes the newest secret alone: whoever still uses an older one is refused by it.
Replace the gateway's web process before a client is given a secret beside its old one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_secrets",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("holds_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.client_id"], name="fk_former_secrets_client_id"),
        sa.PrimaryKeyConstraint("client_id", "secret_hash", name="pk_former_secrets"),
    )
    op.execute("GRANT SELECT ON former_secrets TO rtp_gateway_web")
    op.execute("GRANT SELECT, INSERT, UPDATE (holds_until), DELETE ON former_secrets TO rtp_gateway_operator")
