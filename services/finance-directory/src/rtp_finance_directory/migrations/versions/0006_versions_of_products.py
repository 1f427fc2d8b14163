"""Products have an owner, are published by moderation or schedule, open in windows, and keep every version; so do
shortlists, which are made again when the facts of their case change.

Row-level security shows everybody what is published, and lets an organisation write its own rows alone. Processes of
the release before go on: what they read is published, they write no product, and they make a
shortlist's first edition alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OVERSEER = f"{CURRENT_IDENTITIES} && '{{system,scope:finance:oversee}}'::text[]"
OWNER = f"'org:' || owner = ANY({CURRENT_IDENTITIES})"


def upgrade() -> None:
    for column in (
        sa.Column("owner", sa.Uuid()),
        sa.Column("publication", sa.String(64), nullable=False, server_default="published"),
        sa.Column("suspended_by_operator", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("publish_on", sa.Date()),
        sa.Column("unpublish_on", sa.Date()),
        sa.Column("windows", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("decision_weeks", sa.Integer()),
    ):
        op.add_column("products", column)
    op.create_index("ix_products_owner", "products", ["owner"])
    op.create_table(
        "product_versions",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.String(64), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("publication", sa.String(64), nullable=False),
        sa.Column("owner", sa.Uuid()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "version", name="pk_product_versions"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_product_versions_product_id"),
        sa.UniqueConstraint("position", name="uq_product_versions_position"),
    )
    _keep_editions()
    op.execute(
        build_script(f"""
        UPDATE directory_clock SET position = position + (SELECT count(*) FROM products);
        INSERT INTO product_versions
            SELECT id, version, row_number() OVER (ORDER BY id), 'published', true, publication, owner, now(),
                   to_jsonb(products)
            FROM products;
        ALTER TABLE products ENABLE ROW LEVEL SECURITY;
        CREATE POLICY all_see_published ON products FOR SELECT USING (publication = 'published');
        CREATE POLICY owners_keep ON products USING ({OWNER} OR {OVERSEER});
        ALTER TABLE product_versions ENABLE ROW LEVEL SECURITY;
        CREATE POLICY all_see_told ON product_versions FOR SELECT USING (told);
        CREATE POLICY owners_keep ON product_versions USING ({OWNER} OR {OVERSEER});
        GRANT INSERT, UPDATE ON products TO rtp_finance_directory_web;
        GRANT UPDATE (publication, version, publish_on, unpublish_on) ON products TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT ON product_versions
            TO rtp_finance_directory_web, rtp_finance_directory_worker, rtp_finance_directory_operator;
        GRANT UPDATE (position) ON directory_clock TO rtp_finance_directory_web, rtp_finance_directory_worker;
        ALTER TABLE shortlist_editions ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON shortlist_editions USING (EXISTS (
            SELECT FROM shortlists
            WHERE shortlists.id = shortlist_editions.shortlist_id AND shortlists.readers && {CURRENT_IDENTITIES}
        ));
        GRANT SELECT ON shortlist_editions TO rtp_finance_directory_web;
        GRANT SELECT, INSERT ON shortlist_editions TO rtp_finance_directory_worker;
        """)  # noqa: S608 - nothing in it comes from outside
    )


def _keep_editions() -> None:
    """A shortlist's former editions; the present one stands in its own row."""
    op.add_column("shortlists", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("shortlists", sa.Column("changes", JSONB(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("shortlist_lines", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    op.drop_constraint("pk_shortlist_lines", "shortlist_lines")
    op.create_primary_key("pk_shortlist_lines", "shortlist_lines", ["shortlist_id", "edition", "position"])
    op.create_table(
        "shortlist_editions",
        sa.Column("shortlist_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rule_set", "fitting", "not_fitting")),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shortlist_id", "edition", name="pk_shortlist_editions"),
        sa.ForeignKeyConstraint(["shortlist_id"], ["shortlists.id"], name="fk_shortlist_editions_shortlist_id"),
    )
