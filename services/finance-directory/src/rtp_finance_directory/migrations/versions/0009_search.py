"""Products are found by words; clients save searches, and are told what these newly find.

Processes of the release before go on: they name the columns that they read, and write no row of these tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEARCHED = """
    setweight(to_tsvector('english', name || ' ' || provider), 'A')
    || setweight(to_tsvector('english', join_words(kinds) || ' ' || join_words(purposes)), 'B')
    || setweight(to_tsvector('english', join_words(sectors) || ' ' || left(coalesce(conditions, ''), 20000)), 'C')
    || setweight(to_tsvector('english', left(coalesce(rate_note, '') || ' ' || source_note, 20000)), 'D')
"""


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION join_words(words text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS $$ SELECT coalesce(array_to_string(words, ' '), '') $$
    """)
    op.execute(
        "GRANT EXECUTE ON FUNCTION join_words"
        " TO rtp_finance_directory_web, rtp_finance_directory_worker, rtp_finance_directory_operator"
    )
    op.add_column("products", sa.Column("search", TSVECTOR(), sa.Computed(SEARCHED, persisted=True)))
    op.create_index("ix_products_search", "products", ["search"], postgresql_using="gin")
    _keep_searches()
    _keep_news()
    op.execute(
        build_script(f"""
        INSERT INTO product_news (product_id, open, opening)
            SELECT id, true, 1 FROM products WHERE publication = 'published' AND status IN ('open', 'check');
        ALTER TABLE saved_searches ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON saved_searches USING (readers && {CURRENT_IDENTITIES});
        ALTER TABLE saved_search_finds ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON saved_search_finds USING (EXISTS (
            SELECT FROM saved_searches s WHERE s.id = search_id AND s.readers && {CURRENT_IDENTITIES}
        ));
        ALTER TABLE product_news ENABLE ROW LEVEL SECURITY;
        CREATE POLICY all_read ON product_news FOR SELECT USING (true);
        CREATE POLICY system_keeps ON product_news USING ('system' = ANY({CURRENT_IDENTITIES}));
        GRANT SELECT, INSERT, DELETE, UPDATE (name, criteria, version) ON saved_searches
            TO rtp_finance_directory_web;
        GRANT SELECT, INSERT, DELETE ON saved_search_finds TO rtp_finance_directory_web;
        GRANT SELECT, UPDATE (looked_at, told_on, sequence, event_hash) ON saved_searches
            TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT, UPDATE (opening) ON saved_search_finds TO rtp_finance_directory_worker;
        GRANT SELECT ON product_news TO rtp_finance_directory_web;
        GRANT SELECT, INSERT, UPDATE ON product_news TO rtp_finance_directory_worker;
        """)  # noqa: S608 - nothing in it comes from outside
    )


def _keep_searches() -> None:
    """What clients look for, and which products each search has found."""
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("readers", ARRAY(sa.Text()), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("criteria", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_on", sa.Date()),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_saved_searches"),
    )
    op.create_index("ix_saved_searches_client", "saved_searches", ["client", "id"])
    op.create_index("ix_saved_searches_looked_at", "saved_searches", ["looked_at"])
    op.create_table(
        "saved_search_finds",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("opening", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("search_id", "product_id", name="pk_saved_search_finds"),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name="fk_saved_search_finds_search_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_saved_search_finds_product_id"),
    )
    op.create_index("ix_saved_search_finds_product_id", "saved_search_finds", ["product_id"])


def _keep_news() -> None:
    """What was last told of a product."""
    op.create_table(
        "product_news",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("opening", sa.Integer(), nullable=False),
        sa.Column("closing_told", sa.Date()),
        sa.Column("reminded_on", sa.Date()),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("event_hash", sa.Text()),
        sa.PrimaryKeyConstraint("product_id", name="pk_product_news"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_product_news_product_id"),
    )
