"""Limits of requests: a client's own, and the accounts and slots that the gateway's processes share.

A process that runs the former code counts nothing, and is not counted, until it is replaced. Both tables are unlogged:
a crash of PostgreSQL empties them, and everybody has all again.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("burst_limit", "sustained_limit"):
        op.add_column("clients", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
        op.create_check_constraint(f"ck_clients_{name}", "clients", f"{name} >= 0")
    op.create_index("ix_clients_organisation", "clients", ["organisation"])
    op.create_table(
        "request_accounts",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("burst_free_at", sa.Float(), nullable=False),
        sa.Column("sustained_free_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_request_accounts"),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "held_slots",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("process", "owner", name="pk_held_slots"),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_held_slots_owner", "held_slots", ["owner"])
    op.execute(
        build_script(f"""
        ALTER TABLE request_accounts ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_counts ON request_accounts USING ('system' = ANY ({CURRENT_IDENTITIES}));
        ALTER TABLE held_slots ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_counts ON held_slots USING ('system' = ANY ({CURRENT_IDENTITIES}));
        GRANT SELECT, INSERT, UPDATE, DELETE ON request_accounts, held_slots TO rtp_gateway_web;
        GRANT SELECT, DELETE ON request_accounts TO rtp_gateway_delivery;
        GRANT UPDATE (burst_limit, sustained_limit) ON clients TO rtp_gateway_operator;
        """)
    )
