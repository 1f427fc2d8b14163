"""The worker that holds a delivery.

A delivery worker of the version before leaves the column as it is, which is null where no newer worker has it: its
leases then hold as long as they say. It may run beside newer ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("worker", sa.Integer()))
