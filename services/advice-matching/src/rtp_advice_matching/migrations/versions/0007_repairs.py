"""Repairs of rounds, and pairs that two persons set against a round's advice.

Processes of the release before go on: they do not know the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "matching_repairs",
        *_begin(),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("asked", "figures", "moves", "left_out")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("basis_hash", "document")),
        sa.Column("proposed", sa.Integer()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("committed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_matching_repairs"),
        sa.ForeignKeyConstraint(["round_id"], ["matching_rounds.id"], name="fk_matching_repairs_round_id"),
    )
    op.create_table(
        "matching_overrides",
        *_begin(),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("request_id", "adviser_id")),
        sa.Column("advised_adviser_id", sa.Uuid()),
        *(sa.Column(name, TEXT, nullable=False) for name in ("reason", "proposed_by", "proposed_client")),
        sa.Column("proposed_at", INSTANT, nullable=False),
        *(sa.Column(name, TEXT) for name in ("ended_by", "ended_client")),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_matching_overrides"),
        sa.ForeignKeyConstraint(["round_id"], ["matching_rounds.id"], name="fk_matching_overrides_round_id"),
        sa.ForeignKeyConstraint(["request_id"], ["support_requests.id"], name="fk_matching_overrides_request_id"),
        sa.ForeignKeyConstraint(["adviser_id"], ["advisers.id"], name="fk_matching_overrides_adviser_id"),
        sa.CheckConstraint("status <> 'confirmed' OR ended_by <> proposed_by", name="ck_matching_overrides_two_people"),
    )
    for table in ("matching_repairs", "matching_overrides"):
        op.create_index(f"ix_{table}_round_id_id", table, ["round_id", "id"])
    op.execute(
        build_script(f"""
        ALTER TABLE matching_repairs ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON matching_repairs USING (readers && {CURRENT_IDENTITIES});
        ALTER TABLE matching_overrides ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON matching_overrides USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT ON matching_repairs, matching_overrides TO rtp_advice_matching_web;
        GRANT UPDATE (status, version, left_out, proposed, committed_at) ON matching_repairs
            TO rtp_advice_matching_web;
        GRANT UPDATE (status, version, ended_by, ended_client, ended_at) ON matching_overrides
            TO rtp_advice_matching_web;
        """)
    )


def _begin() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
    ]
