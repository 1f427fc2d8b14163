"""Requests to provision subscribers' queues."""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OWN_ROWS = f"ARRAY['client:' || client_id, 'system'] && {CURRENT_IDENTITIES}"


def upgrade() -> None:
    op.create_table(
        "queue_requests",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), server_default=sa.func.uuidv7(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("removal", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.PrimaryKeyConstraint("subscription_id", name="pk_queue_requests"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_queue_requests_subscription_id"),
    )
    op.create_index("ix_queue_requests_next_attempt_at", "queue_requests", ["next_attempt_at"])
    op.execute(
        build_script(f"""
        ALTER TABLE queue_requests ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON queue_requests USING ({OWN_ROWS});
        REVOKE TRUNCATE ON queue_requests FROM rtp_gateway_app;
        """)
    )
