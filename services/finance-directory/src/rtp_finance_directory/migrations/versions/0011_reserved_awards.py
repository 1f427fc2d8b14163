"""Awards of contracts that were reserved to public service mutuals are told, as their notices say them; and a clock of
grants says whether answers of before still hold.

Processes of the release before go on: nothing of theirs is touched. A loader of the release before does not move the
clock: load with the new one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "award_looks",
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ocid", name="pk_award_looks"),
    )
    op.create_table(
        "told_awards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("authority", sa.Uuid(), nullable=False),
        sa.Column("said", JSONB(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_told_awards"),
    )
    op.create_index("ix_told_awards_ocid", "told_awards", ["ocid"])
    mutuals = sa.text("'public-service-mutuals' = ANY (reserved)")
    op.create_index("ix_notices_reserved_to_mutuals", "notices", ["ocid"], postgresql_where=mutuals)
    op.create_table(
        "grant_clock",
        sa.Column("id", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grant_clock"),
    )
    op.execute(
        build_script(f"""
        INSERT INTO grant_clock DEFAULT VALUES;
        GRANT SELECT ON grant_clock TO rtp_finance_directory_web;
        GRANT SELECT, UPDATE (position) ON grant_clock TO rtp_finance_directory_operator;
        ALTER TABLE award_looks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_keeps ON award_looks USING ('system' = ANY({CURRENT_IDENTITIES}));
        ALTER TABLE told_awards ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_keeps ON told_awards USING ('system' = ANY({CURRENT_IDENTITIES}));
        GRANT SELECT, INSERT, UPDATE ON award_looks, told_awards TO rtp_finance_directory_worker;
        """)
    )
