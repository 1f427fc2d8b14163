"""Products hold requirements as data with the source of each rule, and the directory has a clock.

Processes of the release before go on: they leave the new columns at their defaults, and their loader, which changes
products without moving the clock, is run by no release but its own.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rtp_shared.messaging_tables import build_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, empty in (("rule_sources", "{}"), ("requirements", "[]")):
        op.add_column("products", sa.Column(name, JSONB(), nullable=False, server_default=sa.text(f"'{empty}'")))
    op.create_table(
        "directory_clock",
        sa.Column("id", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directory_clock"),
    )
    op.execute(
        build_script("""
        INSERT INTO directory_clock DEFAULT VALUES;
        GRANT SELECT ON directory_clock TO rtp_finance_directory_web, rtp_finance_directory_worker;
        GRANT SELECT, UPDATE ON directory_clock TO rtp_finance_directory_operator;
        """)
    )
