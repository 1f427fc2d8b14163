"""Matching rounds are kept, and the web process may make a round's pair the first proposal of a request.

Processes of the release before go on: they neither read the new table nor need less than before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matching_rounds",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("readers", ARRAY(sa.Text()), nullable=False),
        sa.Column("list_length", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("seed", "input_hash")),
        sa.Column("figures", JSONB(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("left_out", JSONB(), nullable=False),
        sa.Column("proposed", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_matching_rounds"),
    )
    op.execute(
        build_script(f"""
        ALTER TABLE matching_rounds ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON matching_rounds USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT ON matching_rounds TO rtp_advice_matching_web;
        GRANT UPDATE (status, version, left_out, proposed, committed_at) ON matching_rounds TO rtp_advice_matching_web;
        GRANT INSERT, UPDATE (rank, score, parts, readers) ON proposals TO rtp_advice_matching_web;
        """)
    )
