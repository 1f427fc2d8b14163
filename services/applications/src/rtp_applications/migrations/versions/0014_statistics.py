"""Statistics that were published, by month and year.

Processes of the release before know nothing of the table, and go on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rtp_shared.messaging_tables import build_script

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistics_releases",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("period", name="pk_statistics_releases"),
    )
    op.execute(
        build_script("""
        GRANT SELECT ON statistics_releases TO rtp_applications_web;
        GRANT SELECT, INSERT ON statistics_releases TO rtp_applications_worker;
        GRANT SELECT (case_id, kind, state, disclosed) ON barriers TO rtp_applications_worker;
        GRANT SELECT (kind, state) ON recommendations TO rtp_applications_worker;
        """)
    )
