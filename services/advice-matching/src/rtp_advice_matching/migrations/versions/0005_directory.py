"""Networks keep their people: every facet of a profile, its status and version, and row-level security.

Processes of the release before go on, but for one thing: while one of them still runs, accepting a proposal by it fails
(500), because only a profile's keepers and the system may change it from now on. The new process accepts as the system.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text()
KEPT_BY = f"ARRAY['system', 'scope:advisers:oversee', 'org:' || {{}}] && {CURRENT_IDENTITIES}"
PERSON, NETWORK = KEPT_BY.format("network_id"), KEPT_BY.format("id")

PROFILE = "status, version, verified_on, suspended_for, name"
FACTS = """
    kind, about, network_name, network_published, active, sectors, regions, remote, topics, stages, legal_forms,
    headcount_from, headcount_to, languages, access_needs, capacity, hours_per_month, calendar, charge_basis, day_rate,
    conflicts
"""


def upgrade() -> None:
    op.create_table(
        "adviser_networks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("website", TEXT),
        sa.Column("is_example", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        *_profile(),
        sa.PrimaryKeyConstraint("id", name="pk_adviser_networks"),
    )
    op.create_index("ix_adviser_networks_name_id", "adviser_networks", ["name", "id"])
    for column in (*_profile(), *_facets()):
        op.add_column("advisers", column)
    op.create_index("ix_advisers_network_id", "advisers", ["network_id"])
    op.execute(
        build_script(f"""
        ALTER TABLE adviser_networks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY shown ON adviser_networks FOR SELECT USING (status IN ('published', 'withdrawn') OR {NETWORK});
        CREATE POLICY kept ON adviser_networks FOR UPDATE USING ({NETWORK});
        CREATE POLICY added ON adviser_networks FOR INSERT WITH CHECK ({NETWORK});
        ALTER TABLE advisers ENABLE ROW LEVEL SECURITY;
        CREATE POLICY shown ON advisers FOR SELECT
            USING ((status = 'published' AND network_published) OR status = 'withdrawn' OR {PERSON});
        CREATE POLICY kept ON advisers FOR UPDATE USING ({PERSON});
        CREATE POLICY added ON advisers FOR INSERT WITH CHECK ({PERSON});
        GRANT SELECT, INSERT ON advisers, adviser_networks TO rtp_advice_matching_web;
        GRANT UPDATE ({PROFILE}, description, website) ON adviser_networks TO rtp_advice_matching_web;
        GRANT UPDATE ({PROFILE}, {FACTS}) ON advisers TO rtp_advice_matching_web;
        GRANT UPDATE (version) ON advisers TO rtp_advice_matching_worker;
        GRANT SELECT, INSERT, UPDATE ON adviser_networks TO rtp_advice_matching_operator;
        """)
    )


def _profile() -> list[sa.Column[object]]:
    return [
        sa.Column("status", sa.String(64), nullable=False, server_default="published"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("verified_on", sa.Date()),
        sa.Column("suspended_for", TEXT),
    ]


def _facets() -> list[sa.Column[object]]:
    return [
        sa.Column("about", TEXT),
        sa.Column("network_published", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("headcount_from", sa.Integer()),
        sa.Column("headcount_to", sa.Integer()),
        sa.Column("languages", ARRAY(TEXT), nullable=False, server_default=sa.text("'{en}'")),
        sa.Column("access_needs", ARRAY(TEXT), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("hours_per_month", sa.Integer()),
        sa.Column("calendar", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("charge_basis", sa.String(64), nullable=False, server_default="free"),
        sa.Column("day_rate", sa.Integer()),
    ]
