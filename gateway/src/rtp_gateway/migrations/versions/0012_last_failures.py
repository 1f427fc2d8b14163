"""When a delivery failed last: an event that fails again and again counts once for its subscription's circuit.

A process that runs the former code writes no such time: what it reports as failed counts once more here, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=True))
