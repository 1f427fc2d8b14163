"""Requests and proposals follow who sees their case, which may change after its submission.

Processes of the release before go on: they leave the column at its default, and hear of no change of readers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("case_sequence", sa.Integer(), nullable=False, server_default="0")
    op.add_column("support_requests", column)
    op.execute("GRANT UPDATE (readers) ON proposals TO rtp_advice_matching_worker")
