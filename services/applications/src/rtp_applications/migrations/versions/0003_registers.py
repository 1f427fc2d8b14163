"""Bodies that are recorded and ended by hand, their own dated rules, and the register of recommendations.

Old code must run on the new tables: add first, take away in a later release.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import build_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
ENUM = sa.String(64)


def upgrade() -> None:
    op.add_column("bodies", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("bodies", sa.Column("recorded_by_hand", sa.Boolean(), server_default="false", nullable=False))
    op.create_index("ix_bodies_successor_id", "bodies", ["successor_id"])
    _body_rules()
    _recommendations()
    op.execute(
        build_script("""
        REVOKE DELETE ON bodies, body_identifiers, body_rules, recommendations FROM rtp_applications_app;
        REVOKE UPDATE, DELETE ON recommendation_updates FROM rtp_applications_app;
        """)
    )


def _body_rules() -> None:
    op.create_table(
        "body_rules",
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("rule", ENUM, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("value", JSONB()),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("set_by", TEXT, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("body_id", "rule", "valid_from", name="pk_body_rules"),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name="fk_body_rules_body_id"),
    )
    # Ranges of text stand in for equality: the extension that lets GiST compare plain columns is not everywhere.
    op.execute(
        build_script("""
        CREATE TYPE text_range AS RANGE (subtype = text);
        ALTER TABLE body_rules ADD CONSTRAINT ex_body_rules_one_at_a_time EXCLUDE USING gist (
            text_range(body_id::text || ' ' || rule, body_id::text || ' ' || rule, '[]') WITH &&,
            daterange(valid_from, valid_to, '[]') WITH &&
        );
        """)
    )


def _recommendations() -> None:
    op.create_table(
        "recommendations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", ENUM, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("addressed_to", ARRAY(TEXT), nullable=False),
        sa.Column("addressed_bodies", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("state", ENUM, nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("provenance", ENUM, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recommendations"),
        sa.UniqueConstraint("kind", "number", name="uq_recommendations_kind_number"),
    )
    op.create_table(
        "recommendation_updates",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("recommendation_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("organisation", sa.Uuid()),
        sa.Column("state", ENUM, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("evidence", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_recommendation_updates"),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendations.id"], name="fk_recommendation_updates_recommendation_id"
        ),
    )
    op.create_index(
        "ix_recommendation_updates_recommendation_id_at", "recommendation_updates", ["recommendation_id", "at"]
    )
