"""A chain of the history for each circle of readers, and steps counted for each.

Cases of before go on as they were: what their versions and positions told has been told. A process of the release
before writes entries without a chain meanwhile, which the chains continue from, and counts no confidential step.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ZERO = sa.text("0")
NO_HASH = sa.text("decode(repeat('00', 32), 'hex')")
COUNTS = ("chain_position", "confidential_position", "confidential_steps", "draft_steps")


def upgrade() -> None:
    for name in COUNTS:
        op.add_column("cases", sa.Column(name, sa.Integer(), nullable=False, server_default=ZERO))
    op.add_column("cases", sa.Column("confidential_hash", sa.LargeBinary(), nullable=False, server_default=NO_HASH))
    readers = postgresql.ARRAY(sa.Text())
    op.add_column("cases", sa.Column("draft_readers", readers, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("cases", sa.Column("changed_for_all_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE cases SET chain_position = audit_position")
    op.add_column("audit_entries", sa.Column("chain", sa.String(64)))
    op.add_column("audit_entries", sa.Column("chain_position", sa.Integer()))
    op.add_column("audit_entries", sa.Column("confidential_steps", sa.Integer(), nullable=False, server_default=ZERO))
