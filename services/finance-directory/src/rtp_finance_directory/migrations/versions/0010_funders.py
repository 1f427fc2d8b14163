"""Funders and their programmes stand beside the products, what keepers publish may be reviewed first, and shortlists
know when the mutual is to go live.

Processes of the release before go on: they name the columns that they read, and show what is published alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OVERSEER = f"{CURRENT_IDENTITIES} && '{{system,scope:finance:oversee}}'::text[]"
OWNER = f"'org:' || owner = ANY({CURRENT_IDENTITIES})"
WORKER = "publication, version, publish_on, unpublish_on, suspended_for, reminded_on, sequence, event_hash"


def upgrade() -> None:
    _keep_funders()
    _keep_versions()
    op.create_table(
        "directory_keepers",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("reviewed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_directory_keepers"),
    )
    _widen_products()
    _keep_timings()
    op.execute(
        build_script(f"""
        ALTER TABLE funders ENABLE ROW LEVEL SECURITY;
        CREATE POLICY all_see_published ON funders FOR SELECT USING (publication = 'published');
        CREATE POLICY owners_keep ON funders USING ({OWNER} OR {OVERSEER});
        ALTER TABLE programmes ENABLE ROW LEVEL SECURITY;
        CREATE POLICY all_see_published ON programmes FOR SELECT USING (publication = 'published');
        CREATE POLICY owners_keep ON programmes USING ({OWNER} OR {OVERSEER});
        ALTER TABLE directory_entry_versions ENABLE ROW LEVEL SECURITY;
        CREATE POLICY all_see_told ON directory_entry_versions FOR SELECT USING (told);
        CREATE POLICY owners_keep ON directory_entry_versions USING ({OWNER} OR {OVERSEER});
        ALTER TABLE directory_keepers ENABLE ROW LEVEL SECURITY;
        CREATE POLICY keepers_see ON directory_keepers FOR SELECT
            USING ('org:' || organisation = ANY({CURRENT_IDENTITIES}));
        CREATE POLICY operators_keep ON directory_keepers USING ({OVERSEER});
        GRANT SELECT, INSERT, UPDATE ON funders, programmes, directory_keepers TO rtp_finance_directory_web;
        GRANT SELECT, INSERT, UPDATE ON funders, programmes TO rtp_finance_directory_operator;
        GRANT SELECT, UPDATE ({WORKER}) ON funders, programmes TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT ON directory_entry_versions
            TO rtp_finance_directory_web, rtp_finance_directory_worker, rtp_finance_directory_operator;
        GRANT UPDATE (suspended_for) ON products TO rtp_finance_directory_worker;
        ALTER TABLE case_timings ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON case_timings USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT ON case_timings TO rtp_finance_directory_web;
        GRANT SELECT, INSERT, UPDATE ON case_timings TO rtp_finance_directory_worker;
        """)
    )


def _moderated() -> list[sa.Column[object]]:
    return [
        sa.Column("owner", sa.Uuid()),
        sa.Column("publication", sa.String(64), nullable=False, server_default="published"),
        sa.Column("suspended_by_operator", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("suspended_for", sa.Text()),
        sa.Column("publish_on", sa.Date()),
        sa.Column("unpublish_on", sa.Date()),
    ]


def _entry() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source_note", sa.Text(), nullable=False),
        sa.Column("certainty", sa.String(64), nullable=False),
        sa.Column("verified_on", sa.Date()),
        sa.Column("website", sa.Text()),
        sa.Column("reminded_on", sa.Date()),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("event_hash", sa.Text()),
        *_moderated(),
    ]


def _keep_funders() -> None:
    """Organisations that give, lend or invest, and what they do with a part of their money for a time."""
    op.create_table(
        "funders",
        *_entry(),
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("identifiers", ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("contact_page", sa.Text()),
        sa.Column("public_email", sa.Text()),
        sa.Column("public_telephone", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_funders"),
        sa.UniqueConstraint("slug", name="uq_funders_slug"),
    )
    op.create_index("ix_funders_identifiers", "funders", ["identifiers"], postgresql_using="gin")
    op.create_table(
        "programmes",
        *_entry(),
        sa.Column("funder_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("purposes", ARRAY(sa.Text())),
        sa.Column("opens_on", sa.Date()),
        sa.Column("closes_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_programmes"),
        sa.UniqueConstraint("slug", name="uq_programmes_slug"),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name="fk_programmes_funder_id"),
    )
    op.create_index("ix_programmes_funder_id", "programmes", ["funder_id"])
    for table in ("funders", "programmes"):
        op.create_index(f"ix_{table}_name", table, [sa.text("lower(name)"), "id"])
        op.create_index(f"ix_{table}_owner", table, ["owner"])


def _keep_versions() -> None:
    op.create_table(
        "directory_entry_versions",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.String(64), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("publication", sa.String(64), nullable=False),
        sa.Column("owner", sa.Uuid()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version", name="pk_directory_entry_versions"),
        sa.UniqueConstraint("position", name="uq_directory_entry_versions_position"),
    )


def _widen_products() -> None:
    """Who stands behind a product, what cannot be had beside it, and why it was taken off."""
    op.add_column("products", sa.Column("funder_id", sa.Uuid()))
    op.add_column("products", sa.Column("programme_id", sa.Uuid()))
    op.add_column("products", sa.Column("excludes", ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("products", sa.Column("suspended_for", sa.Text()))
    op.create_foreign_key("fk_products_funder_id", "products", "funders", ["funder_id"], ["id"])
    op.create_foreign_key("fk_products_programme_id", "products", "programmes", ["programme_id"], ["id"])
    op.create_index("ix_products_funder_id", "products", ["funder_id"])
    op.create_index("ix_products_programme_id", "products", ["programme_id"])


def _keep_timings() -> None:
    """When the mutual of a case is to go live, and what that means for each line of its shortlist."""
    op.create_table(
        "case_timings",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("readers", ARRAY(sa.Text()), nullable=False),
        sa.Column("case_sequence", sa.Integer(), nullable=False),
        sa.Column("go_live_on", sa.Date()),
        sa.Column("told_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_timings"),
    )
    op.add_column("shortlist_lines", sa.Column("outlook", JSONB()))
