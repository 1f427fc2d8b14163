"""Records of awards by body, for the cooling-off of reserved contracts.

Processes of the release before know nothing of the table, and go on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import build_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract_awards",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_name", sa.Text(), nullable=False),
        sa.Column("cpv", ARRAY(sa.Text()), nullable=False),
        sa.Column("reserved_under", sa.String(64)),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("entered_into_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawal_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contract_awards"),
        sa.ForeignKeyConstraint(["authority_id"], ["bodies.id"], name="fk_contract_awards_authority_id"),
    )
    op.create_index("ix_contract_awards_authority_id_provider", "contract_awards", ["authority_id", "provider"])
    op.execute(build_script("GRANT SELECT, INSERT, UPDATE ON contract_awards TO rtp_applications_web;"))
