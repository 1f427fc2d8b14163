"""Guides, toolkits and templates that others publish, which everybody may read, services taken in from feeds,
and reminders of profiles that nobody has verified for long.

Processes of the release before go on: they do not know the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text()
SHOWN = "EXISTS (SELECT FROM adviser_networks n WHERE n.id = organization_id AND n.status = 'published')"
KEPT = f"ARRAY['system', 'scope:advisers:oversee'] && {CURRENT_IDENTITIES}"


def upgrade() -> None:
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("slug", "title", "publisher", "description", "source")),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("certainty", sa.String(64), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        *(sa.Column(name, TEXT) for name in ("url", "published", "licence")),
        *(sa.Column(name, ARRAY(TEXT), nullable=False) for name in ("stages", "topics", "routes", "sectors")),
        sa.PrimaryKeyConstraint("id", name="pk_resources"),
    )
    op.create_index("ix_resources_title_id", "resources", ["title", "id"])
    op.add_column("adviser_networks", sa.Column("imported_from", TEXT))
    op.add_column("advisers", sa.Column("reminded_on", sa.Date()))
    op.add_column("advisers", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("advisers", sa.Column("event_hash", TEXT))
    _imported_services()
    op.execute(
        build_script(f"""
        ALTER TABLE imported_services ENABLE ROW LEVEL SECURITY;
        CREATE POLICY shown ON imported_services FOR SELECT USING ({SHOWN} OR {KEPT});
        CREATE POLICY kept ON imported_services FOR UPDATE USING ({KEPT});
        CREATE POLICY added ON imported_services FOR INSERT WITH CHECK ({KEPT});
        GRANT SELECT, INSERT ON imported_services TO rtp_advice_matching_web;
        GRANT UPDATE (organization_id, name, record, terms, taxonomies, imported_at) ON imported_services
            TO rtp_advice_matching_web;
        GRANT UPDATE (imported_from) ON adviser_networks TO rtp_advice_matching_web;
        GRANT UPDATE (reminded_on, sequence, event_hash) ON advisers TO rtp_advice_matching_worker;
        GRANT UPDATE (sequence, event_hash) ON advisers TO rtp_advice_matching_web;
        GRANT SELECT ON resources TO rtp_advice_matching_web;
        GRANT SELECT, INSERT, UPDATE ON resources TO rtp_advice_matching_operator;
        """)
    )


def _imported_services() -> None:
    op.create_table(
        "imported_services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("name", "source")),
        sa.Column("record", JSONB(), nullable=False),
        *(sa.Column(name, ARRAY(TEXT), nullable=False) for name in ("terms", "taxonomies")),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imported_services"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["adviser_networks.id"], name="fk_imported_services_organization_id"
        ),
    )
    op.create_index("ix_imported_services_organization_id", "imported_services", ["organization_id"])
