"""The workflow: process version and overlays of a case, its parties, records and deadlines, and its audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_applications.sides_sql import IS_GROUP_CLIENT, IS_ON_BODIES_SIDE, IS_SYSTEM, ONE_EMPLOYER_S_READERS
from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
DISCLOSED_OR_OURS = f"""
    (submitted_at IS NOT NULL OR 'client:' || opened_by = ANY ({CURRENT_IDENTITIES})
     OR 'system' = ANY ({CURRENT_IDENTITIES})
     OR NOT body_readers && {CURRENT_IDENTITIES})
"""
"""A draft is hidden from every client of a body that it names, even from one that was let in as somebody's adviser."""
CASE_SEEN = "EXISTS (SELECT FROM cases c WHERE c.id = case_id)"
"""Row-level security of cases holds in here too."""


def upgrade() -> None:
    _cases()
    _of_a_case()
    _audit()
    op.execute(
        build_script(f"""
        DROP POLICY readers_see ON cases;
        CREATE POLICY readers_see ON cases USING (readers && {CURRENT_IDENTITIES} AND {DISCLOSED_OR_OURS});
        ALTER TABLE case_parties ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_case_seen ON case_parties USING ({CASE_SEEN});
        ALTER TABLE case_deadlines ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_case_seen ON case_deadlines USING ({CASE_SEEN});
        ALTER TABLE case_records ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_case_seen ON case_records USING (EXISTS (
            SELECT FROM cases c WHERE c.id = case_id AND (
                audience = 'everybody'
                OR {IS_ON_BODIES_SIDE})));
        ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_case_seen ON audit_entries USING (EXISTS (
            SELECT FROM cases c WHERE c.id = case_id AND (
                ({IS_GROUP_CLIENT} AND audience = 'everybody')
                OR {IS_SYSTEM}
                OR (position >= c.disclosed_position AND (audience = 'everybody' OR {IS_ON_BODIES_SIDE})))));
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM rtp_applications_app;
        REVOKE DELETE, TRUNCATE ON case_deadlines FROM rtp_applications_app;
        """)  # noqa: S608 - of our own words
    )


def _cases() -> None:
    op.add_column("cases", sa.Column("process_version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("cases", "process_version", server_default=None)
    op.add_column("cases", sa.Column("duty_holder_id", sa.Uuid()))
    op.create_foreign_key("fk_cases_duty_holder_id", "cases", "bodies", ["duty_holder_id"], ["id"])
    for name, kind in (
        ("suspended", sa.String(64)),
        ("suspended_at", INSTANT),
        ("escalated_at", INSTANT),
        ("refused_from", sa.String(64)),
        ("final_at", INSTANT),
        ("launched_at", INSTANT),
        ("successor_case_id", sa.Uuid()),
        ("disclosed_position", sa.Integer()),
    ):
        op.add_column("cases", sa.Column(name, kind))
    zeros = sa.text("decode(repeat('00', 32), 'hex')")
    op.add_column("cases", sa.Column("audit_position", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("cases", sa.Column("audit_hash", sa.LargeBinary(), nullable=False, server_default=zeros))
    computed = sa.Computed(ONE_EMPLOYER_S_READERS, persisted=True)
    op.add_column("cases", sa.Column("body_readers", ARRAY(TEXT), computed, nullable=False))


def _of_a_case() -> None:
    op.create_table(
        "case_parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("mandate", TEXT),
        sa.Column("name", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_case_parties"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_parties_case_id"),
    )
    op.create_index("ix_case_parties_case_id", "case_parties", ["case_id"])
    op.create_table(
        "case_records",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("signed", JSONB(), nullable=False),
        sa.Column("audience", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "kind", "key", name="pk_case_records"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_records_case_id"),
    )
    intentions = sa.text("kind = 'published-intention'")
    op.create_index("ix_case_records_intentions", "case_records", ["case_id"], postgresql_where=intentions)
    op.create_table(
        "case_deadlines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("clock", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("look_at", INSTANT),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_deadlines"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_deadlines_case_id"),
    )
    op.create_index("ix_case_deadlines_case_id", "case_deadlines", ["case_id"])
    waiting, open_ = sa.text("look_at IS NOT NULL"), sa.text("state IN ('running', 'paused')")
    op.create_index("ix_case_deadlines_look_at", "case_deadlines", ["look_at"], postgresql_where=waiting)
    op.create_index("ix_case_deadlines_due_at_id", "case_deadlines", ["due_at", "id"], postgresql_where=open_)


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", JSONB(), nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("reason", TEXT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("snapshot", JSONB()),
        sa.Column("events", JSONB(), nullable=False),
        sa.Column("audience", sa.String(64), nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "position", name="pk_audit_entries"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_audit_entries_case_id"),
    )
