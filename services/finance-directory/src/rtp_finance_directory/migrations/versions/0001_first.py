"""Products, shortlists and the messaging tables, with row-level security on shortlists and lines from the start."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CREATE_1, CURRENT_IDENTITIES, build_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
WORD = sa.String(64)


def upgrade() -> None:
    op.execute(CREATE_1)
    _products()
    _shortlists()
    _lines()
    op.execute(
        build_script(f"""
        ALTER TABLE shortlists ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON shortlists USING (readers && {CURRENT_IDENTITIES});
        ALTER TABLE shortlist_lines ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON shortlist_lines USING (EXISTS (
            SELECT FROM shortlists
            WHERE shortlists.id = shortlist_lines.shortlist_id AND shortlists.readers && {CURRENT_IDENTITIES}
        ));
        REVOKE DELETE ON products, shortlists FROM rtp_finance_directory_app;
        REVOKE UPDATE, DELETE ON shortlist_lines FROM rtp_finance_directory_app;
        """)  # noqa: S608 - nothing in it comes from outside
    )


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kinds", ARRAY(TEXT), nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        *(sa.Column(name, ARRAY(TEXT)) for name in ("areas", "sectors", "legal_forms", "purposes")),
        sa.Column("complete_lists", ARRAY(TEXT), nullable=False),
        sa.Column("min_amount_pence", sa.BigInteger()),
        sa.Column("max_amount_pence", sa.BigInteger()),
        sa.Column("min_trading_months", sa.Integer()),
        sa.Column("min_turnover_pence", sa.BigInteger()),
        sa.Column("match_funding_percent", sa.Integer()),
        sa.Column("grant_element_percent", sa.Integer()),
        sa.Column("secured", sa.Boolean()),
        sa.Column("personal_guarantee", sa.Boolean()),
        sa.Column("min_term_months", sa.Integer()),
        sa.Column("max_term_months", sa.Integer()),
        sa.Column("rate_basis", WORD),
        sa.Column("rate_note", TEXT),
        sa.Column("arrangement_fee_percent", sa.Float()),
        sa.Column("capital_holiday_months", sa.Integer()),
        sa.Column("opened_on", sa.Date()),
        sa.Column("closed_on", sa.Date()),
        sa.Column("conditions", TEXT),
        sa.Column("source_note", TEXT, nullable=False),
        sa.Column("source_year", sa.Integer()),
        sa.Column("certainty", WORD, nullable=False),
        sa.Column("verified_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        sa.UniqueConstraint("slug", name="uq_products_slug"),
    )


def _shortlists() -> None:
    op.create_table(
        "shortlists",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_number", TEXT, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.Text()),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.Column("facts", JSONB()),
        sa.Column("rule_set", sa.Integer()),
        sa.Column("judged_on", sa.Date()),
        sa.Column("fitting", sa.Integer(), nullable=False),
        sa.Column("not_fitting", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_shortlists"),
        sa.UniqueConstraint("case_id", name="uq_shortlists_case_id"),
    )
    op.create_index("ix_shortlists_readers", "shortlists", ["readers"], postgresql_using="gin")


def _lines() -> None:
    op.create_table(
        "shortlist_lines",
        sa.Column("shortlist_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("product_version", sa.Integer(), nullable=False),
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("product_name", TEXT, nullable=False),
        sa.Column("verified_on", sa.Date()),
        sa.Column("verdict", WORD, nullable=False),
        sa.Column("first_failing", WORD),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("rules", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("shortlist_id", "position", name="pk_shortlist_lines"),
        sa.ForeignKeyConstraint(["shortlist_id"], ["shortlists.id"], name="fk_shortlist_lines_shortlist_id"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_shortlist_lines_product_id"),
    )
