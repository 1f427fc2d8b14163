"""What both sides of an engagement record: sessions, goals, feedback and follow-ups, each for the two sides alone.

Processes of the release before go on: they know nothing of the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("support_sessions", "goals", "feedback", "follow_ups")


def upgrade() -> None:
    op.create_table(
        "support_sessions",
        *_own_id(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("buyer_paid", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text()),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        _readers(),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("recorded_at", "changed_at")),
        sa.PrimaryKeyConstraint("id", name="pk_support_sessions"),
        _of_engagement("support_sessions"),
        sa.CheckConstraint("minutes > 0", name="ck_support_sessions_minutes"),
    )
    op.create_table(
        "goals",
        *_own_id(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        _readers(),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("set_at", "changed_at")),
        sa.PrimaryKeyConstraint("id", name="pk_goals"),
        _of_engagement("goals"),
    )
    op.create_table(
        "feedback",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text()),
        _readers(),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("shows_at", INSTANT),
        sa.PrimaryKeyConstraint("engagement_id", "side", name="pk_feedback"),
        _of_engagement("feedback"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_feedback_rating"),
    )
    op.create_table(
        "follow_ups",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("progress", sa.String(64), nullable=False),
        sa.Column("note", sa.Text()),
        _readers(),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("engagement_id", "days", name="pk_follow_ups"),
        _of_engagement("follow_ups"),
    )
    op.create_index("ix_support_sessions_engagement_id", "support_sessions", ["engagement_id"])
    op.create_index("ix_goals_engagement_id", "goals", ["engagement_id"])
    op.create_index("ix_feedback_shows_at", "feedback", ["shows_at"])
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY readers_see ON {table} USING (readers && {CURRENT_IDENTITIES})")
        op.execute(f"GRANT SELECT ON {table} TO rtp_advice_matching_web, rtp_advice_matching_worker")
        op.execute(f"GRANT INSERT ON {table} TO rtp_advice_matching_web")
    op.execute(
        build_script("""
        GRANT UPDATE (version, held_on, minutes, buyer_paid, notes, changed_at) ON support_sessions
            TO rtp_advice_matching_web;
        GRANT UPDATE (version, text, state, changed_at) ON goals TO rtp_advice_matching_web;
        GRANT UPDATE (readers, shows_at) ON feedback TO rtp_advice_matching_web, rtp_advice_matching_worker;
        """)
    )


def _own_id() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
    )


def _readers() -> sa.Column[object]:
    return sa.Column("readers", ARRAY(sa.Text()), nullable=False)


def _of_engagement(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name=f"fk_{table}_engagement_id")
