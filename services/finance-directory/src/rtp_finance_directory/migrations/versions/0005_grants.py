"""Grants that were awarded, by the 360Giving Data Standard, and how they were loaded.

Processes of the release before go on: nothing of theirs is touched.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from rtp_shared.messaging_tables import build_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
SEARCHED = """
    setweight(to_tsvector('english', left(title, 2000) || ' ' || left(coalesce(recipient_name, ''), 2000)), 'A')
    || setweight(to_tsvector('english', left(coalesce(programme, ''), 2000) || ' ' || left(funder_name, 2000)), 'B')
    || setweight(to_tsvector('english', left(description, 20000)), 'C')
"""


def _list_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("funder_id", TEXT, nullable=False),
        sa.Column("funder_name", TEXT, nullable=False),
        sa.Column("recipient_id", TEXT),
        sa.Column("recipient_name", TEXT),
        sa.Column("recipient_scheme", TEXT),
        sa.Column("programme", TEXT),
        sa.Column("regions", ARRAY(TEXT), nullable=False),
        sa.Column("modified_at", TIME),
        sa.Column("document", JSONB(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "grants",
        *_list_columns(),
        sa.Column("search", TSVECTOR(), sa.Computed(SEARCHED, persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_search", "grants", ["search", "regions"], postgresql_using="gin")
    op.create_index("ix_grants_awarded_on", "grants", ["awarded_on", "id"])
    op.create_index("ix_grants_funder_id", "grants", ["funder_id", "awarded_on", "id"])
    op.create_index("ix_grants_recipient_id", "grants", ["recipient_id", "awarded_on"])
    op.create_index("ix_grants_amount_pence", "grants", ["amount_pence"])
    op.create_table(
        "incoming_grants",
        *_list_columns(),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incoming_grants"),
        prefixes=["UNLOGGED"],
    )
    _create_loads()
    op.execute(
        build_script("""
        GRANT SELECT ON grants TO rtp_finance_directory_web;
        GRANT SELECT, INSERT, UPDATE ON grants TO rtp_finance_directory_operator;
        GRANT SELECT, INSERT, TRUNCATE ON incoming_grants TO rtp_finance_directory_operator;
        GRANT SELECT, INSERT, UPDATE, DELETE ON grant_loads TO rtp_finance_directory_operator;
        GRANT SELECT, INSERT, DELETE ON grant_problems TO rtp_finance_directory_operator;
        """)
    )


def _create_loads() -> None:
    op.create_table(
        "grant_loads",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("broken_rules", JSONB(), nullable=False),
        sa.Column("left_out", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_grant_loads"),
    )
    op.create_table(
        "grant_problems",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("wrong", TEXT, nullable=False),
        sa.Column("right", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("digest", "number", name="pk_grant_problems"),
    )
