"""Replays of a delivery are counted, and its receiver is told the number.

A process that runs the former code does not count: what is replayed through it comes without a number, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("replays", sa.Integer(), server_default=sa.text("0"), nullable=False))
