"""Erasures that were asked for, each confirmed by a second person. Processes of the former code do not know them."""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), server_default=sa.func.uuidv7(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("asked_client", TEXT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", TEXT),
        sa.Column("confirmed_client", TEXT),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("events", sa.Integer()),
        sa.Column("answers", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.CheckConstraint("confirmed_by <> asked_by", name="ck_erasures_two_people"),
    )
    op.create_index("ix_erasures_person_id", "erasures", ["person_id"])
    op.execute(
        build_script(f"""
        ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_sees ON erasures USING ('system' = ANY ({CURRENT_IDENTITIES}));
        GRANT SELECT, INSERT, UPDATE ON erasures TO rtp_gateway_web;
        """)
    )
