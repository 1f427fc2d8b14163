"""Feeds are taken in whole: what left them is taken down, and their places and terms are found by id. Networks whose
people are reviewed before they are shown, and reminders of networks that nobody has verified for long.

Processes of the release before go on: they neither review nor remind, and know nothing of the new columns.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEPT = f"ARRAY['system', 'scope:advisers:oversee'] && {CURRENT_IDENTITIES}"


def upgrade() -> None:
    op.create_index("ix_imported_services_terms", "imported_services", ["terms"], postgresql_using="gin")
    op.create_index(
        "ix_imported_services_record",
        "imported_services",
        ["record"],
        postgresql_using="gin",
        postgresql_ops={"record": "jsonb_path_ops"},
    )
    op.create_index("ix_imported_services_source", "imported_services", ["source", "id"])
    seen = sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    op.add_column("imported_services", seen)
    op.execute("UPDATE imported_services SET seen_at = imported_at")
    op.add_column("adviser_networks", sa.Column("reviewed", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("adviser_networks", sa.Column("reminded_on", sa.Date()))
    op.add_column("adviser_networks", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("adviser_networks", sa.Column("event_hash", sa.Text()))
    op.execute(
        build_script(f"""
        CREATE POLICY gone ON imported_services FOR DELETE USING ({KEPT});
        GRANT DELETE ON imported_services TO rtp_advice_matching_web;
        GRANT UPDATE (seen_at) ON imported_services TO rtp_advice_matching_web;
        GRANT SELECT, INSERT, UPDATE, DELETE ON imported_services TO rtp_advice_matching_operator;
        GRANT UPDATE (reviewed) ON adviser_networks TO rtp_advice_matching_web;
        GRANT SELECT ON adviser_networks TO rtp_advice_matching_worker;
        GRANT UPDATE (reminded_on, sequence, event_hash) ON adviser_networks TO rtp_advice_matching_worker;
        """)
    )
