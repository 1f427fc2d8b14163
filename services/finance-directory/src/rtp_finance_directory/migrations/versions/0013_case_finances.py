"""What cases tell of their finance after their submission: what they seek now, and which subsidies count.

Processes of the release before go on: nothing of theirs is touched.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_finances",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("readers", ARRAY(sa.Text()), nullable=False),
        sa.Column("case_sequence", sa.Integer(), nullable=False),
        sa.Column("facts", JSONB()),
        sa.Column("facts_sequence", sa.Integer(), nullable=False),
        sa.Column("assistance", JSONB()),
        sa.Column("assistance_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_finances"),
    )
    op.execute(
        build_script(f"""
        ALTER TABLE case_finances ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON case_finances USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT ON case_finances TO rtp_finance_directory_web;
        GRANT SELECT, INSERT, UPDATE ON case_finances TO rtp_finance_directory_worker;
        """)
    )
