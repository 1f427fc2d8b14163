"""Awards come on record from public notices too, beside those that bodies enter.

Processes of the release before write and read the table as they did: to them a record from a notice is one that a body
entered, and the one of a body that a notice tells too stays theirs.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contract_awards", sa.Column("ocid", sa.Text()))
    op.add_column("contract_awards", sa.Column("authority_known_by", sa.Text()))
    op.add_column(
        "contract_awards", sa.Column("from_notice", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.create_table(
        "noticed_awards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_noticed_awards"),
        sa.ForeignKeyConstraint(["award_id"], ["contract_awards.id"], name="fk_noticed_awards_award_id"),
        sa.UniqueConstraint("award_id", name="uq_noticed_awards_award_id"),
    )
    op.execute(
        build_script(f"""
        ALTER TABLE noticed_awards ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_keeps ON noticed_awards USING ('system' = ANY({CURRENT_IDENTITIES}));
        GRANT INSERT, UPDATE ON contract_awards TO rtp_applications_worker;
        GRANT SELECT, INSERT, UPDATE ON noticed_awards TO rtp_applications_worker;
        """)
    )
