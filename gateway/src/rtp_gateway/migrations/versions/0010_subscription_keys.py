"""The public keys that events were ever signed with.

Of a secret that was rotated before, only the current key is known, and not since when: since it was made, at most.
A process that runs the former code records no key; the next rotation by the new code records what still signs then.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OWN_ROWS = f"ARRAY['client:' || client_id, 'system'] && {CURRENT_IDENTITIES}"
RECORD_CURRENT = """
    INSERT INTO subscription_keys (subscription_id, client_id, public_key, since)
    SELECT id, client_id, public_key, made_at FROM subscriptions
"""


def upgrade() -> None:
    op.create_table(
        "subscription_keys",
        sa.Column("id", sa.Uuid(), server_default=sa.func.uuidv7(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_subscription_keys"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_subscription_keys_subscription_id"),
    )
    op.create_index(
        "ix_subscription_keys_public_key", "subscription_keys", ["subscription_id", "public_key"], unique=True
    )
    op.execute(RECORD_CURRENT)
    op.execute(
        build_script(f"""
        ALTER TABLE subscription_keys ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON subscription_keys USING ({OWN_ROWS});
        GRANT SELECT, INSERT, UPDATE (until) ON subscription_keys TO rtp_gateway_web;
        """)
    )
